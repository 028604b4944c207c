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

    /// The agent's text chunks as they come, then one chunk without text that is `finished` and carries the tokens.
    ///
    /// A reply that the agent ends without `end` throws `protocolViolation` in place of the last chunk.
    public func streamMessage(_ request: MessageRequest) async throws -> ReplySequence<MessageChunk> {
        let runID = request.runID
        let events = try await connection.respond(to: request)
        let progress = ReplyProgress(events)
        return ReplySequence(next: {
            switch try await progress.next() {
            case .textChunk(let text): return MessageChunk(messageID: runID, delta: text)
            case .end(let tokens): return MessageChunk(messageID: runID, delta: "", finished: true, tokensUsed: tokens)
            case nil where progress.hasEnded: return nil
            case nil:
                throw PlatformError(.protocolViolation, "the agent's reply to run \(runID) stopped before its end")
            }
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
