import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// People change their minds in a running conversation.
@Suite(.timeLimit(.minutes(1))) struct ChangeConversationTests {
    private let hanging = MockPlatformClient.Behaviour(failure: .neverFinishes(afterChunks: 1))
    private let alice: UserID = "@alice:example.org"
    private let stopSign = "\u{1F6D1}"
    private let again = "\u{1F501}"

    private func shown(_ body: String, in room: BridgeScenario) async throws -> FakeHomeserver.Message {
        try await eventualValue("\"\(body)\" is the finished answer") {
            room.homeserver.messages(in: "!a").first { $0.isFinal && $0.body.hasPrefix(body) }
        }
    }

    private func draft(in room: BridgeScenario) async throws -> FakeHomeserver.Message {
        try await eventualValue("a draft") { room.homeserver.messages(in: "!a").first }
    }

    private func settled(_ room: BridgeScenario) async throws {
        try await eventually("nothing is left to do") {
            guard try await room.store.roomsWithOpenItems().isEmpty else { return false }
            return try await room.store.unfinishedTurns().isEmpty
        }
    }

    @Test func anEditWhileTheAnswerRunsIsAnsweredInTheSameMessage() async throws {
        let platform = MockPlatformClient(behaviour: hanging)
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("first", in: "!a", as: "$1")
            let draft = try await draft(in: room)
            platform.setBehaviour(.init())
            try await room.arrive([SyncFactory.edit("$2", of: "$1", from: alice, "second")], in: "!a")
            let reply = try await shown("[MOCK] second", in: room)
            #expect(reply.eventID == draft.eventID)
            try await settled(room)
            #expect(room.homeserver.messages(in: "!a").count == 1)
        }
    }

    @Test func anEditAfterTheAnswerIsAnsweredInTheSameMessageAndNotifiesTheAskerOnce() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            try await room.say("first", in: "!a", as: "$1")
            let old = try await shown("[MOCK] first", in: room)
            try await settled(room)
            let before = room.homeserver.sent.count
            try await room.arrive([SyncFactory.edit("$2", of: "$1", from: alice, "second")], in: "!a")
            #expect(try await shown("[MOCK] second", in: room).eventID == old.eventID)
            try await settled(room)
            let notifying = room.homeserver.sent.dropFirst(before).filter { $0.content["m.mentions"] != [:] }
            #expect(notifying.count == 1)
            #expect(room.homeserver.messages(in: "!a").count == 1)
        }
    }

    @Test func editsOfOthersAndWithoutANewTextChangeNothing() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a", members: 3)
            let mention: [String: JSONValue] = ["m.mentions": ["user_ids": ["@rialto:example.org"]]]
            try await room.say("first", in: "!a", as: "$1", content: mention)
            _ = try await shown("[MOCK] first", in: room)
            try await settled(room)
            let before = room.homeserver.sent.count
            try await room.arrive(
                [
                    SyncFactory.edit("$2", of: "$1", from: "@bob:example.org", "forged"),
                    SyncFactory.edit("$3", of: "$1", from: alice, "first"),
                    SyncFactory.edit("$4", of: "$unknown", from: alice, "lost"),
                    SyncFactory.edit("$5", of: "$1", from: alice, "!stop"),
                ], in: "!a")
            try await settled(room)
            #expect(room.homeserver.sent.count == before)
            #expect(try await !room.store.isAdmitted("$4"))
        }
    }

    @Test func aTurnThatWaitsTakesItsNewTextOnly() async throws {
        let platform = MockPlatformClient(behaviour: hanging)
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("first", in: "!a", as: "$1")
            _ = try await draft(in: room)
            try await room.say("second", in: "!a", as: "$2")
            try await room.say("third", in: "!a", as: "$3")
            try await room.arrive([SyncFactory.edit("$4", of: "$2", from: alice, "SECOND")], in: "!a")
            try await room.arrive([SyncFactory.redaction("$5", of: "$3", from: alice)], in: "!a")
            try await eventually("all is dealt with") { try await room.store.roomsWithOpenItems().isEmpty }
            platform.setBehaviour(.init())
            try await room.arrive([SyncFactory.reaction("$6", stopSign, to: "$1", from: alice)], in: "!a")
            _ = try await shown("[MOCK] SECOND", in: room)
            try await settled(room)
            #expect(room.homeserver.messages(in: "!a").count == 2)
            #expect(room.homeserver.redacted.isEmpty)
        }
    }

    @Test(arguments: [true, false]) func aRedactionTakesTheReplyAway(isComplete: Bool) async throws {
        let platform = MockPlatformClient(behaviour: isComplete ? .init() : hanging)
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("first", in: "!a", as: "$1")
            let reply = isComplete ? try await shown("[MOCK] first", in: room) : try await draft(in: room)
            try await room.arrive([SyncFactory.redaction("$2", of: "$1", from: alice)], in: "!a")
            try await eventually("the reply is redacted") { room.homeserver.redacted == [reply.eventID] }
            try await settled(room)
            // It stays gone, whatever is asked of it.
            let before = room.homeserver.sent.count
            try await room.arrive([SyncFactory.reaction("$3", again, to: "$1", from: alice)], in: "!a")
            try await settled(room)
            #expect(room.homeserver.sent.count == before)
        }
    }

    @Test(arguments: [true, false]) func aStopSignKeepsWhatWasSaid(isOnReply: Bool) async throws {
        try await BridgeScenario.run(platform: MockPlatformClient(behaviour: hanging)) { room in
            try await room.join("!a", members: 2)
            try await room.say("hello", in: "!a", as: "$1")
            let draft = try await draft(in: room)
            let target = isOnReply ? draft.eventID.rawValue : "$1"
            try await room.arrive(
                [SyncFactory.reaction("$2", stopSign, to: target, from: "@eve:elsewhere.org")], in: "!a")
            try await eventually("it is dealt with") { try await room.store.roomsWithOpenItems().isEmpty }
            #expect(try await room.store.unfinishedTurns().allSatisfy { !$0.isStopRequested })
            try await room.arrive([SyncFactory.reaction("$3", stopSign, to: target, from: alice)], in: "!a")
            let reply = try await shown("[MOCK]", in: room)
            #expect(reply.eventID == draft.eventID)
            #expect(reply.body.contains(EnglishNotices().stopped))
        }
    }

    @Test func theSameReactionRetriesOnceAndACommandRetriesTheLast() async throws {
        let platform = MockPlatformClient(behaviour: hanging)
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("!retry", in: "!a", as: "$0")
            _ = try await room.notice(containing: EnglishNotices().nothingToRetry, in: "!a")
            try await room.say("hello", in: "!a", as: "$1")
            try await eventually("a draft") { room.homeserver.messages(in: "!a").count == 2 }
            try await room.say("!retry", in: "!a", as: "$2")
            _ = try await room.notice(containing: EnglishNotices().stillAnswering, in: "!a")
            try await room.arrive([SyncFactory.reaction("$3", stopSign, to: "$1", from: alice)], in: "!a")
            try await settled(room)
            platform.setBehaviour(.init())
            let reaction = SyncFactory.reaction("$4", again, to: "$1", from: alice)
            try await room.arrive([reaction], in: "!a")
            _ = try await shown("[MOCK] hello", in: room)
            try await settled(room)
            #expect(try await room.store.turn("turn-$1")?.revision == 1)
            try await room.arrive([reaction], in: "!a")
            try await room.say("!retry", in: "!a", as: "$5")
            _ = try await room.notice(containing: EnglishNotices().retrying, in: "!a")
            try await settled(room)
            #expect(try await room.store.turn("turn-$1")?.revision == 2)
            #expect(room.homeserver.messages(in: "!a").filter(\.isFinal).count == 1)
        }
    }

    @Test func aQuestionOfAnEarlierConversationIsNotRetriedByCommand() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            try await room.say("hello", in: "!a", as: "$1")
            _ = try await shown("[MOCK] hello", in: room)
            try await settled(room)
            let before = try await room.store.currentThread(in: ThreadPlace(roomID: "!a", root: nil)).threadID
            try await room.say("!new", in: "!a", as: "$2")
            try await eventually("a new conversation") {
                try await room.store.currentThread(in: ThreadPlace(roomID: "!a", root: nil)).threadID != before
            }
            try await room.say("!retry", in: "!a", as: "$3")
            _ = try await room.notice(containing: EnglishNotices().nothingToRetry, in: "!a")
            #expect(try await room.store.turn("turn-$1")?.revision == 0)
        }
    }

    @Test func twoMessagesInQuickSuccessionAreOneQuestion() async throws {
        let configuration = BridgeConfiguration.forTests(mergeWindow: .milliseconds(300))
        try await BridgeScenario.run(platform: MockPlatformClient(), configuration: configuration) { room in
            try await room.join("!a", members: 3)
            let mention: [String: JSONValue] = ["m.mentions": ["user_ids": ["@rialto:example.org"]]]
            try await room.say("one", in: "!a", as: "$1", content: mention)
            try await room.say("two", in: "!a", as: "$2", content: mention)
            let reply = try await shown("[MOCK] one\n\ntwo", in: room)
            #expect(EventRelation(content: reply.original) == .reply("$2"))
            try await settled(room)
            try await room.arrive([SyncFactory.edit("$3", of: "$1", from: alice, "ONE")], in: "!a")
            #expect(try await shown("[MOCK] ONE\n\ntwo", in: room).eventID == reply.eventID)
            try await room.arrive([SyncFactory.redaction("$4", of: "$2", from: alice)], in: "!a")
            try await settled(room)
            #expect(room.homeserver.messages(in: "!a").map(\.body).first?.hasPrefix("[MOCK] ONE") == true)
            #expect(room.homeserver.messages(in: "!a").first?.body.contains("two") == false)
            #expect(room.homeserver.messages(in: "!a").count == 1)
        }
    }

    @Test func aQuestionIsMarkedAsReadInItsOwnThread() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            try await room.say("main", in: "!a", as: "$1")
            let relation: JSONValue = ["rel_type": "m.thread", "event_id": "$root", "is_falling_back": true]
            try await room.say("thread", in: "!a", as: "$2", content: ["m.relates_to": relation])
            _ = try await room.finished(2, in: "!a")
            let expected: [FakeHomeserver.Receipt] = [
                .init(eventID: "$1", thread: nil), .init(eventID: "$2", thread: "$root"),
            ]
            #expect(room.homeserver.receipts == expected)
        }
    }
}
