import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// `!stop` in each phase of a turn.
@Suite(.timeLimit(.minutes(1))) struct StopTests {
    private let hanging = MockPlatformClient.Behaviour(failure: .neverFinishes(afterChunks: 1))

    @Test func beforeTheFirstChunk() async throws {
        let platform = MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: 0)))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("hello", in: "!a", as: "$1")
            try await eventually("the agent is asked") { room.homeserver.isTyping(in: "!a") }
            try await room.say("!stop", in: "!a", as: "$2")
            let reply = try #require(try await room.finished(1, in: "!a").first(where: \.isFinal))
            #expect(reply.body == EnglishNotices().stopped)
        }
    }

    @Test func aTurnThatWentOnAfterARestart() async throws {
        let homeserver = FakeHomeserver()
        let store = InMemoryBridgeStore()
        let factory = SyncFactory()
        let platform = MockPlatformClient(behaviour: hanging)
        try await BridgeScenario.run(
            platform: platform, homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await room.join("!a")
            try await room.say("hello", in: "!a", as: "$1")
            try await eventually("a draft") { !homeserver.messages(in: "!a").isEmpty }
        }
        try await BridgeScenario.run(
            platform: platform, homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await room.say("!stop", in: "!a", as: "$2")
            let replies = try await room.finished(1, in: "!a").filter(\.isFinal)
            #expect(replies.count == 1)
            #expect(replies.first?.body.contains(EnglishNotices().stopped) == true)
        }
    }

    @Test func whenNothingRuns() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            try await room.say("!stop", in: "!a", as: "$1")
            _ = try await room.notice(containing: EnglishNotices().nothingToStop, in: "!a")
        }
    }

    @Test func aStopInOneRoomLeavesTheOthersAlone() async throws {
        let platform = MockPlatformClient(behaviour: hanging)
        try await BridgeScenario.run(platform: platform) { room in
            for roomID in ["!a", "!b"] as [RoomID] {
                try await room.join(roomID)
                try await room.say("hello", in: roomID, as: "$in-\(roomID)")
                try await eventually("a draft") { !room.homeserver.messages(in: roomID).isEmpty }
            }
            try await room.say("!stop", in: "!a", as: "$stop")
            _ = try await room.finished(1, in: "!a")
            #expect(room.homeserver.messages(in: "!b").first?.isFinal == false)
        }
    }
}
