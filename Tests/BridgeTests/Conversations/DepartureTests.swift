import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Rooms that the bot has to leave, told as conversations.
@Suite(.timeLimit(.minutes(1))) struct DepartureTests {
    private static let bot: UserID = "@rialto:example.org"

    private static func left(_ membership: String = "leave") -> JSONValue {
        ["timeline": ["events": [SyncFactory.member(bot, membership)]]]
    }

    @Test(arguments: ["leave", "ban"]) func whatIsOpenInTheRoomEnds(membership: String) async throws {
        let platform = MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: 2)))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("never answered", in: "!a", as: "$1")
            try await room.say("never begun", in: "!a", as: "$2")
            try await eventually("typing shows") { room.homeserver.isTyping(in: "!a") }
            try await eventually("both are open") { try await room.store.unfinishedTurns().count == 2 }
            room.homeserver.close("!a")
            try await room.sync(leave: ["!a": Self.left(membership)])
            try await eventually("nothing is open") { try await room.store.unfinishedTurns().isEmpty }
            try await eventually("typing ends") { !room.homeserver.isTyping(in: "!a") }
            let membership = try await room.store.rooms().first?.membership
            #expect(membership == .left)
            let finished = room.homeserver.messages(in: "!a").filter(\.isFinal)
            #expect(finished.isEmpty)
        }
    }

    @Test func aLaterInviteWorksAndWhatWasSaidInBetweenIsNotAnswered() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            try await room.sync(leave: ["!a": Self.left()])
            try await room.sync(invite: ["!a": SyncFactory.invite(to: Self.bot, from: "@alice:example.org")])
            try await eventually("the bot joins") { room.homeserver.joinedRooms == ["!a"] }
            // The server puts the join into the state here, so that only its time tells what came before it.
            let own = SyncFactory.member(Self.bot, "join", eventID: "$again", at: 5_000)
            let between = SyncFactory.message("$1", from: "@alice:example.org", "in between", at: 4_000)
            let after = SyncFactory.message("$2", from: "@alice:example.org", "afterwards", at: 6_000)
            let joined = SyncFactory.joined(timeline: [between, after], state: [own], members: 2)
            try await room.sync(join: ["!a": joined])
            let messages = try await room.finished(1, in: "!a")
            #expect(messages.count == 1)
            #expect(messages.first?.body.contains("afterwards") == true)
        }
    }

    @Test func aNoticeThatWaitsForTheRoomIsConcludedAsRefused() async throws {
        let homeserver = FakeHomeserver()
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!a")
            homeserver.fail(Array(repeating: .before(HomeserverError(.unreachable, "away")), count: 2))
            try await room.say("!help", in: "!a", as: "$1")
            try await eventually("it is tried") { !homeserver.attempts.isEmpty }
            try await room.sync(leave: ["!a": Self.left()])
            try await eventually("no notice is left") { try await room.store.roomsWithPendingNotices().isEmpty }
            #expect(homeserver.sent.isEmpty)
        }
    }
}
