/// What the bridge knows of the platform: users, their settings, and an agent that answers messages.
public protocol PlatformClient: Sendable {
    /// Returns the user, creating them at the first call (`isNew`); later calls keep the display name.
    func getOrCreateUser(externalID: String, platform: String, displayName: String?) async throws -> User
    /// Sends a message and returns the whole reply.
    func sendMessage(_ request: MessageRequest) async throws -> MessageResponse
    /// Sends a message and returns its reply as it is made; the last chunk is `finished`.
    ///
    /// Letting go of the sequence is not a wish to stop: where runs can be resumed the run goes on, and `stopRun` stops it.
    /// Where they cannot, a run without its reader ends.
    func streamMessage(_ request: MessageRequest) async throws -> ReplySequence<MessageChunk>
    /// Reads a run again: each chunk with a `seq` above the cursor, then what still comes; the last chunk is `finished`.
    ///
    /// A chunk whose event is `reset` replaces all text before it. Throws, or the sequence does, `unknownRun` where there is
    /// no such run any more and `unsupported` where runs cannot be resumed.
    func resumeMessage(runID: String, after seq: Int) async throws -> ReplySequence<MessageChunk>
    /// Stops a run, whoever reads it: its sequence ends with the error `cancelled`. A run that is over stays as it is.
    func stopRun(_ runID: String) async throws
    /// Answers an approval that the agent asked for with the event `approvalRequest`.
    func decide(_ decision: ApprovalDecision, runID: String, itemID: String) async throws
    /// The models that a request may name; nil where the agent offers no choice.
    ///
    /// Throws `unavailable` while the agent has not been there yet to say so.
    func models() async throws -> OfferedModels?
    /// What a user has spent, in all and in one conversation; throws `unsupported` where the agent does not say.
    func usage(userID: String, threadID: String) async throws -> UsageReport
    /// The settings of a user.
    func getSettings(userID: String) async throws -> UserSettings
    /// Applies a change, stored before it returns; throws `SettingsAction.Rejection` where it does not apply.
    func updateSettings(userID: String, _ action: SettingsAction) async throws -> UserSettings
    /// The state of the way to the agent, as `!status` shows it.
    func agentStatus() async -> AgentStatus
}

extension PlatformClient {
    public func resumeMessage(runID: String, after seq: Int) async throws -> ReplySequence<MessageChunk> {
        throw PlatformError(.unsupported, "this platform cannot resume a run; run \(runID) has to be asked for again")
    }

    public func stopRun(_ runID: String) async throws {}

    public func decide(_ decision: ApprovalDecision, runID: String, itemID: String) async throws {
        throw PlatformError(.unsupported, "this platform asks for no approvals, so \(itemID) of run \(runID) has none")
    }

    public func models() async throws -> OfferedModels? { nil }
    public func usage(userID: String, threadID: String) async throws -> UsageReport { throw PlatformError.noUsage }

    /// Collects the reply's chunks; throws `protocolViolation` when the reply ends without its last chunk.
    public func sendMessage(_ request: MessageRequest) async throws -> MessageResponse {
        var response = MessageResponse(messageID: request.runID, response: "", tokensUsed: 0)
        for try await chunk in try await streamMessage(request) {
            response.messageID = chunk.messageID
            if case .reset(let text) = chunk.event { response.response = text }
            response.response += chunk.delta
            if chunk.finished {
                response.tokensUsed = chunk.tokensUsed
                return response
            }
        }
        throw PlatformError(.protocolViolation, "the reply to run \(request.runID) ended without its last chunk")
    }
}
