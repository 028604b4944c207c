import PlatformSDK
import Synchronization

/// A mock platform that keeps what the agent was asked.
final class RecordingPlatform: PlatformClient {
    private let mock: MockPlatformClient
    private let recorded = Mutex<[MessageRequest]>([])

    init(behaviour: MockPlatformClient.Behaviour = .init()) {
        mock = MockPlatformClient(behaviour: behaviour)
    }

    /// The requests in their order, those of other attempts included.
    var requests: [MessageRequest] { recorded.withLock { $0 } }

    func getOrCreateUser(externalID: String, platform: String, displayName: String?) async throws -> User {
        try await mock.getOrCreateUser(externalID: externalID, platform: platform, displayName: displayName)
    }

    func streamMessage(_ request: MessageRequest) async throws -> ReplySequence<MessageChunk> {
        recorded.withLock { $0.append(request) }
        return try await mock.streamMessage(request)
    }

    func getSettings(userID: String) async throws -> UserSettings {
        try await mock.getSettings(userID: userID)
    }

    func updateSettings(userID: String, _ action: SettingsAction) async throws -> UserSettings {
        try await mock.updateSettings(userID: userID, action)
    }

    func agentStatus() async -> AgentStatus {
        await mock.agentStatus()
    }
}
