import Bridge
import Logging
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// A limited timeline: what it left out is fetched, and nothing that is known or older is answered again.
@Suite(.timeLimit(.minutes(1))) struct GapFillerTests {
    private let homeserver = FakeHomeserver()
    private let store = InMemoryBridgeStore()
    private let factory = SyncFactory()
    private let alice: UserID = "@alice:example.org"
    private var filler: GapFiller {
        GapFiller(
            homeserver: homeserver,
            store: store,
            clock: BridgeClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func messages(_ numbers: some Sequence<Int>) -> [JSONValue] {
        numbers.map { SyncFactory.message("$\($0)", from: alice, "message \($0)") }
    }

    private func filledKeys(_ timeline: [JSONValue], limited: Bool = true) async throws -> [String] {
        let room = SyncFactory.joined(timeline: timeline, limited: limited)
        let response = try factory.response(join: ["!a": room])
        let filled = try await filler.filled(response, since: "batch-0")
        return filled.rooms.join["!a"]?.timeline.events.elements.map(\.eventID.rawValue) ?? []
    }

    @Test func theGapIsFilledInOrderOverSeveralPages() async throws {
        try homeserver.setHistory(messages((1...7).reversed()), of: "!a")
        let keys = try await filledKeys(messages(8...9))
        #expect(keys == (1...9).map { "$\($0)" })
        #expect(homeserver.historyRequests == 3)
    }

    @Test func aTimelineThatIsNotLimitedIsLeftAsItIs() async throws {
        try homeserver.setHistory(messages((1...7).reversed()), of: "!a")
        #expect(try await filledKeys(messages(8...9), limited: false) == ["$8", "$9"])
        #expect(homeserver.historyRequests == 0)
    }

    @Test func theWalkEndsAtAnEventThatIsKnown() async throws {
        let known = NewInboxItem(
            key: "$3",
            roomID: "!a",
            content: .invite(from: "@alice:example.org", isEncrypted: false)
        )
        _ = await store.admit(Admission(nextBatch: "batch-0", items: [known]))
        try homeserver.setHistory(messages((1...7).reversed()), of: "!a")
        #expect(try await filledKeys(messages(8...9)) == (4...9).map { "$\($0)" })
    }

    @Test func theWalkEndsAtTheOwnJoin() async throws {
        let join = SyncFactory.member(homeserver.userID, "join", eventID: "$join")
        try homeserver.setHistory(messages([6, 5]) + [join] + messages([2, 1]), of: "!a")
        #expect(try await filledKeys(messages(7...8)) == ["$join", "$5", "$6", "$7", "$8"])
    }

    @Test func aServerWithoutAnEndIsNotFollowedForEver() async throws {
        try homeserver.setHistory(messages((1...5_000).reversed()), of: "!a")
        let keys = try await filledKeys(messages([5_001]))
        #expect(keys.count == GapFiller.maximumEvents + 1)
        #expect(keys.last == "$5001")
        #expect(keys.first == "$3001")
    }

    @Test func aFailureThatPassesIsTriedAgainAndARefusalCostsOnlyTheGap() async throws {
        let broken = HomeserverError(.limited(retryAfter: .milliseconds(1)), "429")
        try homeserver.setHistory(messages([2, 1]), of: "!a", faults: [broken])
        #expect(try await filledKeys(messages([3])) == ["$1", "$2", "$3"])
        let refusal = HomeserverError(.rejected(.forbidden), "history is not visible")
        try homeserver.setHistory(messages([2, 1]), of: "!a", faults: [refusal])
        #expect(try await filledKeys(messages([3])) == ["$3"])
    }

    /// Edits of a reply went out while nothing was heard: what people wrote before them is still new.
    @Test func ownEventsDoNotEndTheWalk() async throws {
        let own = SyncFactory.message("$own", from: homeserver.userID, "an edit")
        try homeserver.setHistory(messages([3]) + [own] + messages([2, 1]), of: "!a")
        #expect(try await filledKeys(messages([4])) == ["$1", "$2", "$own", "$3", "$4"])
    }

    @Test func everyMessageOfALongAbsenceIsAnsweredOnce() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!a")
            try await room.say("before", in: "!a", as: "$0")
            let replied = try await room.finished(1, in: "!a")
            try homeserver.setHistory(messages((1...7).reversed()), of: "!a")
            let timeline = SyncFactory.joined(timeline: messages(8...9), limited: true)
            try await room.sync(join: ["!a": timeline])
            let replies = try await room.finished(10, in: "!a")
            #expect(replied.count == 1)
            #expect(
                replies.map { $0.content["io.rialto.reply"]?["turn"] } == (0...9).map { .string("$\($0)") }
            )
        }
    }
}
