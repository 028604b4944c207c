import Bridge
import Logging
import MatrixAPI
import PlatformSDK
import ServiceLifecycle
import TestSupport
import Testing

/// A graceful shutdown: what runs may finish, nothing new begins, and what is left goes on at the next start.
@Suite(.timeLimit(.minutes(1))) struct DrainTests {
    private let homeserver = FakeHomeserver()
    private let store = InMemoryBridgeStore()
    private let factory = SyncFactory()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func service(_ platform: MockPlatformClient, drainLimit: Duration) async throws -> BridgeService {
        let service = BridgeService(
            configuration: .forTests(drainLimit: drainLimit),
            homeserver: homeserver,
            store: store,
            platform: platform,
            markdown: NoMarkdown(),
            logger: logger
        )
        try await service.prepare()
        return service
    }

    private func admit(_ questions: Int, to service: BridgeService) async throws {
        let own = SyncFactory.member(homeserver.userID, "join")
        let messages = (1...questions).map {
            SyncFactory.message("$\($0)", from: "@alice:example.org", "question \($0)")
        }
        let intake = service.intake
        try await intake.consume(factory.response(), since: nil)
        let room = SyncFactory.joined(timeline: [own] + messages, members: 2)
        try await intake.consume(factory.response(join: ["!a": room]), since: "batch-1")
    }

    /// Runs the service, shuts it down when the draft of the first answer is there, and returns when it has ended.
    private func runUntilDrained(_ service: BridgeService, questions: Int) async throws {
        let group = ServiceGroup(services: [service], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await admit(questions, to: service)
            try await eventually("a draft") { !homeserver.messages(in: "!a").isEmpty }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func theRunningAnswerFinishesAndTheNextQuestionWaitsForTheNextStart() async throws {
        let platform = MockPlatformClient(behaviour: .init(latency: .milliseconds(30), chunkSize: 4))
        let service = try await service(platform, drainLimit: .seconds(20))
        try await runUntilDrained(service, questions: 2)
        let messages = homeserver.messages(in: "!a")
        #expect(messages.count == 1)
        #expect(messages.first?.isFinal == true)
        let waiting = await store.unfinishedTurns().count + openItems()
        #expect(waiting == 1)
    }

    @Test func anAnswerThatTakesLongerThanTheLimitIsCutAndGoesOnAtTheNextStart() async throws {
        let platform = MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: 1)))
        try await runUntilDrained(service(platform, drainLimit: .milliseconds(50)), questions: 1)
        let left = await store.unfinishedTurns()
        #expect(left.map(\.state) == [.running])
        #expect(homeserver.messages(in: "!a").first?.isFinal == false)

        platform.setBehaviour(.init())
        let restarted = try await service(platform, drainLimit: .seconds(20))
        let group = ServiceGroup(services: [restarted], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("the answer is complete") { homeserver.messages(in: "!a").first?.isFinal == true }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(homeserver.messages(in: "!a").count == 1)
    }

    @Test func anIdleBridgeEndsAtOnce() async throws {
        let service = try await service(MockPlatformClient(), drainLimit: .seconds(3_600))
        let group = ServiceGroup(services: [service], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func openItems() async -> Int {
        await store.nextOpenItem(in: "!a") == nil ? 0 : 1
    }
}

private struct NoMarkdown: MarkdownRenderer {
    func html(from markdown: String) -> String? { nil }
}
