/// The platform as it runs for real: one agent connection for messages, a store for users and settings.
public struct AgentPlatformClient: PlatformClient {
    private let connection: any AgentConnection
    private let store: any StateStore

    /// Creates a client over a connection that somebody else runs.
    public init(connection: any AgentConnection, store: any StateStore) {
        self.connection = connection
        self.store = store
    }

    public func getOrCreateUser(externalID: String, platform: String, displayName: String?) async throws -> User {
        try await store.getOrCreateUser(externalID: externalID, platform: platform, displayName: displayName)
    }

    /// The agent's events as they come, then one chunk without text that is `finished` and carries the tokens.
    ///
    /// A reply that the agent ends without `end` throws `protocolViolation` in place of the last chunk.
    public func streamMessage(_ request: MessageRequest) async throws -> ReplySequence<MessageChunk> {
        Self.chunks(of: request.runID, try await connection.respond(to: request))
    }

    public func resumeMessage(runID: String, after seq: Int) async throws -> ReplySequence<MessageChunk> {
        Self.chunks(of: runID, try await connection.resume(runID: runID, after: seq))
    }

    public func stopRun(_ runID: String) async throws {
        try await connection.cancel(runID: runID)
    }

    public func decide(_ decision: ApprovalDecision, runID: String, itemID: String) async throws {
        try await connection.decide(decision, runID: runID, itemID: itemID)
    }

    public func models() async throws -> OfferedModels? {
        try await connection.models()
    }

    public func usage(userID: String, threadID: String) async throws -> UsageReport {
        try await connection.usage(userID: userID, threadID: threadID)
    }

    private static func chunks(of runID: String, _ events: ReplySequence<RunEvent>) -> ReplySequence<MessageChunk> {
        let progress = ReplyProgress(events)
        return ReplySequence(next: {
            while let next = try await progress.next() {
                let seq = next.seq
                switch next.event {
                case .textChunk(let text): return MessageChunk(messageID: runID, delta: text, seq: seq)
                case .end(let tokens, let model):
                    return MessageChunk(
                        messageID: runID, delta: "", finished: true, tokensUsed: tokens, model: model, seq: seq)
                case .progress: continue
                case .reasoningChunk, .toolCall, .toolResult, .file, .approvalRequest, .reset:
                    return MessageChunk(messageID: runID, delta: "", seq: seq, event: next.event)
                }
            }
            if progress.hasEnded { return nil }
            throw PlatformError(.protocolViolation, "the agent's reply to run \(runID) stopped before its end")
        })
    }

    public func getSettings(userID: String) async throws -> UserSettings {
        try await store.settings(of: userID)
    }

    public func updateSettings(userID: String, _ action: SettingsAction) async throws -> UserSettings {
        try await store.apply(action, to: userID)
    }

    public func agentStatus() async -> AgentStatus {
        await connection.status()
    }
}
