import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Failures of other bridges with gaps and restarts: months of history answered, messages lost, commands read again.
@Suite(.timeLimit(.minutes(1))) struct ReplayTests {
    private let homeserver = FakeHomeserver()
    private let store = InMemoryBridgeStore()
    private let factory = SyncFactory()
    private let alice: UserID = "@alice:example.org"

    private func run<R: Sendable>(
        clock: BridgeClock = BridgeClock(),
        _ body: (BridgeScenario) async throws -> R
    ) async throws -> R {
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, store: store, factory: factory, clock: clock, body)
    }

    private func messages(_ numbers: some Sequence<Int>) -> [JSONValue] {
        numbers.map { SyncFactory.message("$\($0)", from: alice, "message \($0)") }
    }

    private var answered: [JSONValue?] {
        homeserver.messages(in: "!a").map { $0.content["io.rialto.reply"]?["turn"] }
    }

    @Test func historyOfMonthsIsNotAnsweredAfterALimitedSync() async throws {
        try await run { room in
            try await room.join("!a")
            try await room.say("before the restart", in: "!a", as: "$50")
            _ = try await room.finished(1, in: "!a")
        }
        try homeserver.setHistory(messages((1...52).reversed()), of: "!a")
        try await run { room in
            try await room.sync(join: ["!a": SyncFactory.joined(timeline: messages(53...54), limited: true)])
            try await room.say("the end", in: "!a", as: "$55")
            _ = try await room.finished(6, in: "!a")
        }
        #expect(answered == (50...55).map { .string("$\($0)") })
    }

    @Test func oldEventsAreNotAnsweredAfterARestart() async throws {
        try await run { room in
            try await room.join("!a")
            try await room.arrive(messages(1...3), in: "!a")
            _ = try await room.finished(3, in: "!a")
        }
        try await run { room in
            try await room.arrive(messages(1...4), in: "!a")
            _ = try await room.finished(4, in: "!a")
            try await room.arrive(messages(1...4), in: "!a")
            try await room.say("the end", in: "!a", as: "$5")
            _ = try await room.finished(5, in: "!a")
        }
        #expect(answered == (1...5).map { .string("$\($0)") })
    }

    @Test func whatWasSaidWhileTheBridgeWasDownIsAnswered() async throws {
        try await run { room in try await room.join("!a") }
        let wall = BridgeClock(milliseconds: { 1_000_000_000 })
        try await run(clock: wall) { room in
            // Long before the second start, by any clock.
            let old = SyncFactory.message("$1", from: alice, "anybody there?", at: 1_000)
            try await room.arrive([old], in: "!a")
            _ = try await room.finished(1, in: "!a")
        }
        #expect(answered == ["$1"])
    }

    /// The process dies while it still fetches what a sync response has left out.
    @Test func theSyncTokenIsSavedOnlyWithItsEvents() async throws {
        let position = try await run { room in
            try await room.join("!a")
            return try await room.store.syncToken()
        }
        let timeline = SyncFactory.joined(timeline: messages(3...4), limited: true)
        let refusal = HomeserverError(.limited(retryAfter: .seconds(3_600)), "429")
        try homeserver.setHistory(messages((1...2).reversed()), of: "!a", faults: [refusal])
        try await run(clock: BridgeClock(ManualClock())) { room in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await room.sync(join: ["!a": timeline]) }
                try await eventually("the gap is asked for") { homeserver.historyRequests == 1 }
                #expect(try await room.store.syncToken() == position)
                group.cancelAll()
            }
        }
        #expect(await store.syncToken() == position)
        #expect(await !store.isAdmitted("$4"))
        try await run { room in
            try await room.sync(join: ["!a": timeline])
            _ = try await room.finished(4, in: "!a")
        }
        #expect(answered == (1...4).map { .string("$\($0)") })
    }

    /// A command that changes what the bridge does next, and everything that the server has to say comes again.
    @Test func aRestartCommandIsNotReadAgain() async throws {
        let place = ThreadPlace(roomID: "!a", root: nil)
        let commands = ["!reset", "!yes", "!whoami"].enumerated().map { number, text in
            SyncFactory.message("$\(number + 1)", from: alice, text)
        }
        let thread = try await run { room in
            try await room.join("!a")
            try await room.arrive(commands, in: "!a")
            _ = try await room.notice(containing: "alice", in: "!a")
            return try await room.store.currentThread(in: place).threadID
        }
        for _ in 1...2 {
            try await run { room in
                try await room.arrive(commands, in: "!a")
                try await eventually("all is dealt with") { try await room.store.roomsWithOpenItems().isEmpty }
            }
        }
        #expect(await store.currentThread(in: place).threadID == thread)
        #expect(homeserver.messages(in: "!a").count == 3)
    }

    /// The server has the end of the answer, its confirmation is lost, and the bridge is killed and started three times.
    @Test func aReplyIsOneMessageHoweverOftenItsSendingIsRepeated() async throws {
        let broken = HomeserverError(.unreachable, "connection reset")
        homeserver.fail([.after(broken), .after(broken), .after(broken)])
        try await run { room in
            try await room.join("!a")
            try await room.say("hello", in: "!a", as: "$1")
            try await eventually("the server has it") { !homeserver.sent.isEmpty }
        }
        for _ in 1...3 {
            try await run { room in
                _ = try await room.finished(1, in: "!a")
                try await eventually("the turn is done") { try await room.store.unfinishedTurns().isEmpty }
            }
        }
        #expect(homeserver.messages(in: "!a").count == 1)
    }
}
