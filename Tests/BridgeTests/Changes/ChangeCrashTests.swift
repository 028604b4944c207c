import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// The program ends between a change of mind and its effect: the next start brings it about, once.
@Suite(.timeLimit(.minutes(1))) struct ChangeCrashTests {
    private let alice: UserID = "@alice:example.org"

    /// Asks, lets an answer come or begin, and crashes while nothing more reaches the homeserver after the change.
    private func crash(
        after change: JSONValue,
        isComplete: Bool,
        then check: (BridgeScenario, EventID) async throws -> Void
    ) async throws {
        let homeserver = FakeHomeserver()
        let store = InMemoryBridgeStore()
        let factory = SyncFactory()
        let platform = MockPlatformClient(
            behaviour: isComplete ? .init() : .init(failure: .neverFinishes(afterChunks: 1)))
        let message = try await BridgeScenario.run(
            platform: platform, homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await room.join("!a")
            try await room.say("first", in: "!a", as: "$1")
            if isComplete { _ = try await room.finished(1, in: "!a") }
            if isComplete {
                try await eventually("the turn is done") { await store.unfinishedTurns().isEmpty }
            }
            let message = try await eventualValue("a message") { homeserver.messages(in: "!a").first }
            homeserver.fail(Array(repeating: .hang, count: 50))
            try await room.arrive([change], in: "!a")
            try await eventually("the change is stored") { await store.turn("turn-$1")?.revision == 1 }
            return message
        }
        homeserver.clearFaults()
        platform.setBehaviour(.init())
        try await BridgeScenario.run(
            platform: platform, homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await eventually("nothing is left") { await store.unfinishedTurns().isEmpty }
            // The same event again changes nothing.
            try await room.arrive([change], in: "!a")
            try await check(room, message.eventID)
            #expect(await store.turn("turn-$1")?.revision == 1)
        }
    }

    @Test(arguments: [true, false]) func anEdit(isComplete: Bool) async throws {
        let edit = SyncFactory.edit("$2", of: "$1", from: alice, "second")
        try await crash(after: edit, isComplete: isComplete) { room, eventID in
            let messages = room.homeserver.messages(in: "!a")
            #expect(messages.count == 1)
            #expect(messages.first?.eventID == eventID)
            #expect(messages.first?.isFinal == true)
            #expect(messages.first?.body.hasPrefix("[MOCK] second") == true)
        }
    }

    @Test(arguments: [true, false]) func aRedaction(isComplete: Bool) async throws {
        let redaction = SyncFactory.redaction("$2", of: "$1", from: alice)
        try await crash(after: redaction, isComplete: isComplete) { room, eventID in
            #expect(room.homeserver.redacted == [eventID])
            let redactions = room.homeserver.sent.filter { $0.type == EventType.roomRedaction }
            #expect(redactions.count == 1)
        }
    }

    @Test func aRetry() async throws {
        let retry = SyncFactory.reaction("$2", "\u{1F501}", to: "$1", from: alice)
        try await crash(after: retry, isComplete: true) { room, eventID in
            let messages = room.homeserver.messages(in: "!a")
            #expect(messages.map(\.eventID) == [eventID])
            #expect(messages.first?.edits ?? 0 > 0)
            #expect(messages.first?.isFinal == true)
        }
    }
}
