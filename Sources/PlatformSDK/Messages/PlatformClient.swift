/// What the bridge knows of the platform: users, their settings, and an agent that answers messages.
public protocol PlatformClient: Sendable {
    /// Returns the user, creating them at the first call (`isNew`); later calls keep the display name.
    func getOrCreateUser(externalID: String, platform: String, displayName: String?) async throws -> User
    /// Sends a message and returns the whole reply.
    func sendMessage(_ request: MessageRequest) async throws -> MessageResponse
    /// Sends a message and returns its reply as it is made; the last chunk is `finished`.
    ///
    /// Cancelling the task that reads, or letting go of the sequence, stops the run.
    func streamMessage(_ request: MessageRequest) async throws -> ReplySequence<MessageChunk>
    /// The settings of a user.
    func getSettings(userID: String) async throws -> UserSettings
    /// Applies a change, stored before it returns; throws `SettingsAction.Rejection` where it does not apply.
    func updateSettings(userID: String, _ action: SettingsAction) async throws -> UserSettings
    /// The state of the way to the agent, as `!status` shows it.
    func agentStatus() async -> AgentStatus
}

extension PlatformClient {
    /// Collects the reply's chunks; throws `protocolViolation` when the reply ends without its last chunk.
    public func sendMessage(_ request: MessageRequest) async throws -> MessageResponse {
        var response = MessageResponse(messageID: request.runID, response: "", tokensUsed: 0)
        for try await chunk in try await streamMessage(request) {
            response.messageID = chunk.messageID
            response.response += chunk.delta
            if chunk.finished {
                response.tokensUsed = chunk.tokensUsed
                return response
            }
        }
        throw PlatformError(.protocolViolation, "the reply to run \(request.runID) ended without its last chunk")
    }
}
