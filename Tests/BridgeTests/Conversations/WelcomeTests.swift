import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// The first contact, told as conversations.
@Suite(.timeLimit(.minutes(1))) struct WelcomeTests {
    private let alice: UserID = "@alice:example.org"

    private static var configuration: BridgeConfiguration {
        var configuration = BridgeConfiguration.forTests()
        configuration.welcomes = true
        return configuration
    }

    private static func greetings(_ room: BridgeScenario, in roomID: RoomID) -> Int {
        room.homeserver.messages(in: roomID).count { $0.body.hasPrefix("Hello") && $0.body.contains("`!help`") }
    }

    @Test func theFirstMessageIsGreetedOnceEvenAfterARestart() async throws {
        let store = InMemoryBridgeStore()
        let homeserver = FakeHomeserver()
        let factory = SyncFactory()
        for run in 1...2 {
            try await BridgeScenario.run(
                platform: MockPlatformClient(), homeserver: homeserver, store: store,
                configuration: Self.configuration, factory: factory
            ) { room in
                if run == 1 { try await room.join("!a") }
                try await room.say("hi", in: "!a", as: "$1\(run)")
                try await room.say("!skills", in: "!a", as: "$2\(run)")
                try await room.say("!whoami", in: "!a", as: "$3\(run)")
                _ = try await room.finished(run, in: "!a")
                try await eventually("all is answered") {
                    room.homeserver.messages(in: "!a").count { $0.body.contains("@alice:example.org") } == run
                }
                #expect(Self.greetings(room, in: "!a") == 1)
            }
        }
        let greeting = homeserver.messages(in: "!a").first { $0.body.hasPrefix("Hello") }
        #expect(greeting?.content["msgtype"] == "m.notice")
    }

    @Test func startAtTheFirstContactIsTheGreeting() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient(), configuration: Self.configuration) { room in
            try await room.join("!a")
            try await room.say("!start", in: "!a", as: "$1")
            _ = try await room.notice(containing: "`!help`", in: "!a")
            try await room.say("!whoami", in: "!a", as: "$2")
            _ = try await room.notice(containing: "@alice:example.org", in: "!a")
            #expect(Self.greetings(room, in: "!a") == 1)
            try await room.say("!start", in: "!a", as: "$3")
            try await eventually("a second greeting") { Self.greetings(room, in: "!a") == 2 }
        }
    }

    @Test func whoInvitesTheBotIntoADirectRoomIsGreetedThere() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient(), configuration: Self.configuration) { room in
            let invite = SyncFactory.invite(to: room.homeserver.userID, from: alice)
            try await room.sync(invite: ["!a": invite])
            _ = try await room.notice(containing: "`!help`", in: "!a")
            try await room.join("!a")
            try await room.say("hi", in: "!a", as: "$1")
            _ = try await room.finished(1, in: "!a")
            #expect(Self.greetings(room, in: "!a") == 1)
        }
    }

    @Test(arguments: ["m.image", "m.file", "m.audio", "m.video", "m.location"])
    func aFirstMessageThatIsNoTextIsGreetedOnceToo(msgtype: String) async throws {
        try await BridgeScenario.run(platform: MockPlatformClient(), configuration: Self.configuration) { room in
            try await room.join("!a")
            let content: [String: JSONValue] = ["msgtype": .string(msgtype), "url": "mxc://x/y"]
            try await room.say("thing", in: "!a", as: "$1", content: content)
            _ = try await room.notice(containing: "`!help`", in: "!a")
            try await room.say("and this?", in: "!a", as: "$2", content: content)
            try await room.say("!whoami", in: "!a", as: "$3")
            _ = try await room.notice(containing: "@alice:example.org", in: "!a")
            #expect(Self.greetings(room, in: "!a") == 1)
        }
    }
}
