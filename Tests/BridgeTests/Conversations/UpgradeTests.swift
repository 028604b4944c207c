import Bridge
import Foundation
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Rooms that are replaced by others, told as conversations.
@Suite(.timeLimit(.minutes(1))) struct UpgradeTests {
    private static func tombstone(_ replacement: String, from sender: UserID = "@alice:example.org") -> JSONValue {
        SyncFactory.state(
            "m.room.tombstone",
            from: sender,
            content: ["body": "moved", "replacement_room": .string(replacement)]
        )
    }

    @Test func theBotFollowsIntoTheReplacementByTheServerOfWhoReplacedIt() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!old:example.org")
            try await room.arrive([Self.tombstone("!new", from: "@bob:other.example:8448")], in: "!old:example.org")
            try await eventually("the bot joins") { room.homeserver.joinedRooms == ["!new"] }
            #expect(room.homeserver.vias(of: "!new") == ["other.example:8448"])
            try await room.join("!new")
            try await room.say("and here?", in: "!new", as: "$2")
            _ = try await room.finished(1, in: "!new")
        }
    }

    @Test func whatIsSaidBehindTheTombstoneIsNotAnsweredAndWhatIsSaidBeforeItIs() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!old")
            let before = SyncFactory.message("$1", from: "@alice:example.org", "before")
            let after = SyncFactory.message("$2", from: "@alice:example.org", "after")
            try await room.arrive([before, Self.tombstone("!new"), after], in: "!old")
            try await room.say("much later", in: "!old", as: "$3")
            try await room.join("!new")
            try await room.say("new", in: "!new", as: "$4")
            try await eventually("both answers") {
                (room.homeserver.messages(in: "!old") + room.homeserver.messages(in: "!new"))
                    .count(where: \.isFinal) == 2
            }
            #expect(try await room.store.nextOpenItem(in: "!old") == nil)
            let bodies = (room.homeserver.messages(in: "!old") + room.homeserver.messages(in: "!new")).map(\.body)
            #expect(bodies.contains { $0.contains("before") })
            #expect(bodies.contains { $0.contains("new") })
        }
    }

    @Test func anAnswerThatTheOldRoomTakesNoMoreComesInTheNewOneOnce() async throws {
        let platform = MockPlatformClient(behaviour: .init(latency: .milliseconds(10), chunkSize: 4))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!old")
            try await room.say("a question that takes its time", in: "!old", as: "$1")
            try await room.say("one that waits", in: "!old", as: "$2")
            try await eventually("the draft") { !room.homeserver.messages(in: "!old").isEmpty }
            room.homeserver.close("!old")
            try await room.arrive([Self.tombstone("!new")], in: "!old")
            try await eventually("the bot joins") { room.homeserver.joinedRooms == ["!new"] }
            try await room.join("!new")
            let answers = try await room.finished(2, in: "!new")
            #expect(answers.count == 2)
            #expect(answers.count { $0.body.contains("takes its time") } == 1)
            #expect(answers.count { $0.body.contains("one that waits") } == 1)
            let inOldRoom = room.homeserver.messages(in: "!old").filter(\.isFinal)
            #expect(inOldRoom.isEmpty)
            try await eventually("nothing is left") { try await room.store.unfinishedTurns().isEmpty }
        }
    }

    @Test func aTombstoneThatCameWhileTheHomeserverLostItsPlaceIsFollowed() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!old")
            let replaced = SyncFactory.joined(timeline: [], state: [Self.tombstone("!new")])
            try await room.beginAnew(join: ["!old": replaced])
            try await eventually("the bot joins") { room.homeserver.joinedRooms == ["!new"] }
        }
    }

    @Test func questionsThatWaitBehindARunningOneGoOnInTheNewRoomInTheirOrder() async throws {
        let platform = MockPlatformClient(behaviour: .init(latency: .milliseconds(10), chunkSize: 4))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!old")
            for (id, question) in [("$1", "first of all"), ("$2", "second"), ("$3", "third")] {
                try await room.say(question, in: "!old", as: id)
            }
            try await eventually("the draft") { !room.homeserver.messages(in: "!old").isEmpty }
            try await room.join("!new")
            try await room.arrive([Self.tombstone("!new")], in: "!old")
            let answers = try await room.finished(2, in: "!new")
            #expect(answers.count == 2)
            #expect(answers.first?.body.contains("second") == true)
            #expect(answers.last?.body.contains("third") == true)
            let inOldRoom = try await room.finished(1, in: "!old")
            #expect(inOldRoom.count == 1)
        }
    }

    @Test func theConversationWaitsForAnInviteWhereTheNewRoomIsClosed() async throws {
        let homeserver = FakeHomeserver()
        homeserver.failJoins([HomeserverError(.rejected(.forbidden), "you are not invited")])
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!old")
            let thread = try await room.store.currentThread(in: ThreadPlace(roomID: "!old", root: nil))
            try await room.arrive([Self.tombstone("!new")], in: "!old")
            try await eventually("the tombstone is settled") { try await room.store.nextOpenItem(in: "!old") == nil }
            #expect(homeserver.joinedRooms.isEmpty)
            let invite = SyncFactory.invite(to: homeserver.userID, from: "@alice:example.org")
            try await room.sync(invite: ["!new": invite])
            try await eventually("the bot joins") { homeserver.joinedRooms == ["!new"] }
            let moved = try await room.store.currentThread(in: ThreadPlace(roomID: "!new", root: nil))
            #expect(moved.threadID == thread.threadID)
        }
    }

    @Test func aServerThatIsAwayIsAskedAgain() async throws {
        let homeserver = FakeHomeserver()
        homeserver.failJoins([HomeserverError(.unreachable, "away")])
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!old")
            try await room.arrive([Self.tombstone("!new")], in: "!old")
            try await eventually("the bot joins") { homeserver.joinedRooms == ["!new"] }
        }
    }

    @Test(arguments: ["", "!old"]) func aTombstoneThatNamesNoOtherRoomChangesNothing(replacement: String) async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!old")
            try await room.arrive([Self.tombstone(replacement)], in: "!old")
            try await room.say("still there?", in: "!old", as: "$1")
            _ = try await room.finished(1, in: "!old")
            #expect(room.homeserver.joinedRooms.isEmpty)
        }
    }

    @Test(arguments: [
        [], [HomeserverError(.unreachable, "away"), HomeserverError(.limited(retryAfter: .zero), "429")],
    ])
    func anAnswerThatTheRoomRefusesBeforeItsTombstoneIsSeenComesInTheNewOneOnce(faults: [HomeserverError]) async throws
    {
        let platform = MockPlatformClient(behaviour: .init(latency: .milliseconds(10), chunkSize: 4))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!old")
            try await room.say("a question that takes its time", in: "!old", as: "$1")
            try await room.say("one that waits", in: "!old", as: "$2")
            try await eventually("the draft") { !room.homeserver.messages(in: "!old").isEmpty }
            room.homeserver.replace("!old", by: "!new", faults: faults)
            // Both answers have met the closed room, and wait for the new one, before the bridge hears of the tombstone.
            try await eventually("both have moved") {
                try await room.store.unfinishedTurns().map(\.question.place.roomID) == ["!new", "!new"]
            }
            try await room.arrive([Self.tombstone("!new")], in: "!old")
            try await eventually("the bot joins") { room.homeserver.joinedRooms == ["!new"] }
            try await room.join("!new")
            let answers = try await room.finished(2, in: "!new")
            #expect(answers.map(\.body).count { $0.contains("takes its time") } == 1)
            #expect(answers.map(\.body).count { $0.contains("one that waits") } == 1)
            try await eventually("nothing is left") { try await room.store.unfinishedTurns().isEmpty }
            try await room.say("and here?", in: "!new", as: "$3")
            #expect(try await room.finished(3, in: "!new").count == 3)
            #expect(room.homeserver.messages(in: "!old").count(where: \.isFinal) == 0)
        }
    }

    @Test func aCommandsReplyThatTheRoomRefusesComesInTheNewOneOnceWithoutItsRelation() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!old")
            room.homeserver.replace("!old", by: "!new")
            try await room.say("!whoami", in: "!old", as: "$1")
            try await eventually("the reply has moved") {
                try await room.store.roomsWithPendingNotices() == ["!new"]
            }
            try await room.arrive([Self.tombstone("!new")], in: "!old")
            try await room.join("!new")
            let notice = try await room.notice(containing: "@alice:example.org", in: "!new")
            #expect(notice.content["m.relates_to"] == nil)
            try await eventually("nothing is left") { try await room.store.roomsWithPendingNotices().isEmpty }
            #expect(room.homeserver.messages(in: "!new").count == 1)
        }
    }

    @Test func aRoomThatTakesNoMessageAndHasNoSuccessorEndsItsTurns() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!old")
            room.homeserver.close("!old")
            try await room.say("hello", in: "!old", as: "$1")
            try await eventually("the turn") { try await room.store.turn(concerning: "$1") != nil }
            try await eventually("its end") { try await room.store.unfinishedTurns().isEmpty }
        }
    }

    @Test func roomsThatReplaceEachOtherAreNotGoneRoundForEver() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!old")
            try await room.join("!new")
            room.homeserver.replace("!new", by: "!old")
            room.homeserver.replace("!old", by: "!new")
            try await room.say("hello", in: "!old", as: "$1")
            try await room.say("!whoami", in: "!old", as: "$2")
            try await eventually("the turn") { try await room.store.turn(concerning: "$1") != nil }
            try await eventually("its end") { try await room.store.unfinishedTurns().isEmpty }
            try await eventually("the end of the notice") { try await room.store.roomsWithPendingNotices().isEmpty }
        }
    }

    @Test func aTurnWhoseNewRoomIsNeverOpenedIsGivenUpAfterItsTimeAndNotBefore() async throws {
        let clock = ManualClock()
        let start = Int64(Date().timeIntervalSince1970 * 1_000)
        let milliseconds = { @Sendable in start + Int64(clock.now.offset / .milliseconds(1)) }
        let store: any BridgeStore = InMemoryBridgeStore { Date(timeIntervalSince1970: Double(milliseconds()) / 1_000) }
        let homeserver = FakeHomeserver()
        homeserver.failJoins([HomeserverError(.rejected(.forbidden), "you are not invited")])
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, store: store,
            clock: BridgeClock(clock, milliseconds: milliseconds)
        ) { room in
            try await room.join("!old")
            homeserver.replace("!old", by: "!new")
            try await room.say("hello", in: "!old", as: "$1")
            try await room.say("!whoami", in: "!old", as: "$2")
            try await eventually("the turn has moved") {
                try await store.unfinishedTurns().map(\.question.place.roomID) == ["!new"]
            }
            try await eventually("the notice has moved") { try await store.roomsWithPendingNotices() == ["!new"] }
            try await room.arrive([Self.tombstone("!new")], in: "!old")
            try await eventually("the tombstone is settled") { try await store.nextOpenItem(in: "!old") == nil }
            clock.advance(by: .seconds(86_000))
            try await eventually("the next look") { clock.nextDeadline != nil }
            #expect(try await store.unfinishedTurns().count == 1)
            try await eventually("its end") {
                clock.advance(by: .seconds(120))
                return try await store.unfinishedTurns().isEmpty
            }
            try await eventually("the end of the notice") { try await store.roomsWithPendingNotices().isEmpty }
            #expect(milliseconds() - start >= 86_400_000)
        }
    }
}
