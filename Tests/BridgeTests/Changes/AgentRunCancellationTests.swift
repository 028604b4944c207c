import Bridge
import Logging
import MatrixAPI
import PlatformSDK
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct AgentRunCancellationTests {
    /// A platform that does not notice the cancellation of its caller, as a queue to an agent does not.
    private final class Deaf: PlatformClient {
        let asks = Mutex(0)
        let isReadingSettings = Mutex(false)
        private let users = MockPlatformClient()

        func getOrCreateUser(externalID: String, platform: String, displayName: String?) async throws -> User {
            try await users.getOrCreateUser(externalID: externalID, platform: platform, displayName: displayName)
        }

        func getSettings(userID: String) async throws -> UserSettings {
            isReadingSettings.withLock { $0 = true }
            try? await Task.sleep(for: .seconds(3_600))
            return try await users.getSettings(userID: userID)
        }

        func updateSettings(userID: String, _ action: SettingsAction) async throws -> UserSettings {
            try await users.updateSettings(userID: userID, action)
        }

        func streamMessage(_ request: MessageRequest) async throws -> ReplySequence<MessageChunk> {
            asks.withLock { $0 += 1 }
            return try await users.streamMessage(request)
        }

        func agentStatus() async -> AgentStatus { .connected }
    }

    /// The run would go on at the agent, and nobody would know of it.
    @Test func noRunBeginsForAnAnswerThatIsCancelled() async throws {
        let platform = Deaf()
        let question = BridgeStoreFixtures.turn("$q", threadID: "t")
        let turn = Turn(turnID: question.turnID, question: question, state: .running, runID: "r", attempt: 1)
        let run = AgentRun(
            platform: platform, store: InMemoryBridgeStore(), notices: EnglishNotices(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                await #expect(throws: CancellationError.self) {
                    try await run.answer(to: turn, feed: ReplyFeed(turn), stop: WakeSignal())
                }
            }
            try? await eventually("the settings are being read") { platform.isReadingSettings.withLock { $0 } }
            tasks.cancelAll()
        }
        #expect(platform.isReadingSettings.withLock { $0 } && platform.asks.withLock { $0 } == 0)
    }
}
