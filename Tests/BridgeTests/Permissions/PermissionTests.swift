import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// What people may do, told as conversations.
@Suite(.timeLimit(.minutes(1))) struct PermissionTests {
    private let mallory: UserID = "@mallory:evil.example"

    private static func configuration(_ rules: [PermissionRule]) -> BridgeConfiguration {
        var configuration = BridgeConfiguration.forTests()
        configuration.strangers = .notice
        configuration.permissions = PermissionPolicy(rules)
        return configuration
    }

    @Test func aStrangerGetsOneSentenceInEachRoomAndNeverASecondOneAfterARestart() async throws {
        let store = InMemoryBridgeStore()
        let homeserver = FakeHomeserver()
        let factory = SyncFactory()
        for run in 1...2 {
            try await BridgeScenario.run(
                platform: MockPlatformClient(), homeserver: homeserver, store: store,
                configuration: Self.configuration([]), factory: factory
            ) { room in
                if run == 1 {
                    try await room.join("!a")
                    try await room.join("!b")
                    try await room.join("!group", members: 5)
                }
                for number in 1...3 {
                    try await room.say("hello", from: mallory, in: "!a", as: "$a\(run)\(number)")
                    try await room.say("!help", from: mallory, in: "!b", as: "$b\(run)\(number)")
                    try await room.say("!help", from: mallory, in: "!group", as: "$g\(run)\(number)")
                }
                for name in ["!a", "!b", "!group"] as [RoomID] {
                    try await room.say("!whoami", in: name, as: "$last\(name)\(run)")
                    _ = try await room.notice(containing: "@alice:example.org", in: name)
                }
            }
        }
        let sentence = EnglishNotices().notForStrangers
        #expect(homeserver.messages(in: "!a").count { $0.body == sentence } == 1)
        #expect(homeserver.messages(in: "!b").count { $0.body == sentence } == 1)
        #expect(homeserver.messages(in: "!group").count { $0.body == sentence } == 0)
        #expect(homeserver.messages(in: "!a").first?.content["msgtype"] == "m.notice")
    }

    @Test func silenceIsTheDefaultForStrangers() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            try await room.say("hello", from: mallory, in: "!a", as: "$1")
            try await room.say("!whoami", in: "!a", as: "$2")
            _ = try await room.notice(containing: "@alice:example.org", in: "!a")
            #expect(room.homeserver.messages(in: "!a").count == 1)
        }
    }

    @Test func whatARuleDeniesIsRefusedAndNotListed() async throws {
        let rules = [
            PermissionRule(rooms: ["!a"], commands: ["reset", "yes", "ask"], access: .deny),
            PermissionRule(commands: ["reset"], access: .allow),
        ]
        let notices = EnglishNotices()
        try await BridgeScenario.run(platform: MockPlatformClient(), configuration: Self.configuration(rules)) { room in
            try await room.join("!a")
            try await room.join("!b")
            try await room.say("!reset", in: "!a", as: "$1")
            _ = try await room.notice(containing: notices.commandNotPermitted("reset", prefix: "!"), in: "!a")
            try await room.say("hello", in: "!a", as: "$2")
            _ = try await room.notice(containing: notices.askingNotPermitted(prefix: "!"), in: "!a")
            try await room.say("!help", in: "!a", as: "$3")
            let help = try await room.notice(containing: "**Commands**", in: "!a")
            #expect(!help.body.contains("!reset") && help.body.contains("!whoami"))
            #expect(try await room.store.unfinishedTurns().isEmpty)
            try await room.say("!reset", in: "!b", as: "$4")
            _ = try await room.notice(containing: "!yes", in: "!b")
            try await room.say("hello", in: "!b", as: "$5")
            _ = try await room.finished(1, in: "!b")
        }
    }

    @Test func aRuleForOnePersonOrOneRoomHoldsForThatOneOnly() async throws {
        let rules = [
            PermissionRule(users: ["@bob:example.org"], rooms: ["!a"], commands: ["ask"], access: .allow),
            PermissionRule(users: ["@bob:example.org"], commands: ["ask", "new"], access: .deny),
        ]
        let notices = EnglishNotices()
        let bob: UserID = "@bob:example.org"
        try await BridgeScenario.run(platform: MockPlatformClient(), configuration: Self.configuration(rules)) { room in
            try await room.join("!a")
            try await room.join("!b")
            try await room.say("hello from b", from: bob, in: "!b", as: "$1")
            _ = try await room.notice(containing: notices.askingNotPermitted(prefix: "!"), in: "!b")
            try await room.say("hello from alice", in: "!b", as: "$2")
            #expect(try await room.finished(1, in: "!b").last?.body.hasPrefix("[MOCK] hello from alice") == true)
            try await room.say("hello from bob", from: bob, in: "!a", as: "$3")
            #expect(try await room.finished(1, in: "!a").last?.body.hasPrefix("[MOCK] hello from bob") == true)
            try await room.say("!new", from: bob, in: "!a", as: "$4")
            _ = try await room.notice(containing: notices.commandNotPermitted("new", prefix: "!"), in: "!a")
            try await room.say("!new", in: "!a", as: "$5")
            _ = try await room.notice(containing: notices.newThread, in: "!a")
        }
    }

    @Test func whatARuleDeniesInWordsIsDeniedByReactionsAndEditsAsWell() async throws {
        let bob: UserID = "@bob:example.org"
        let store = InMemoryBridgeStore()
        let (agent, homeserver, factory) = (LongRunningPlatform(), FakeHomeserver(), SyncFactory())
        try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store, factory: factory) { room in
            try await room.join("!a")
            try await room.say("question", from: bob, in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.textChunk("Answer."))
            try await eventually("the draft is there") { !homeserver.messages(in: "!a").isEmpty }
        }
        let rules = [PermissionRule(users: ["@bob:example.org"], commands: ["ask", "stop", "retry"], access: .deny)]
        try await BridgeScenario.run(
            platform: agent, homeserver: homeserver, store: store, configuration: Self.configuration(rules),
            factory: factory
        ) { room in
            try await room.arrive([SyncFactory.reaction("$2", "\u{1F6D1}", to: "$1", from: bob)], in: "!a")
            try await room.arrive([SyncFactory.edit("$3", of: "$1", from: bob, "another question")], in: "!a")
            try await room.say("!whoami", in: "!a", as: "$4")
            _ = try await room.notice(containing: "@alice:example.org", in: "!a")
            agent.say(.end(tokensUsed: 1))
            _ = try await room.finished(1, in: "!a")
            try await eventually("the turn is done") { await store.unfinishedTurns().isEmpty }
            try await room.arrive([SyncFactory.reaction("$5", "\u{1F501}", to: "$1", from: bob)], in: "!a")
            try await room.say("!status", in: "!a", as: "$6")
            try await eventually("all is dealt with") { await store.roomsWithOpenItems().isEmpty }
            #expect(await store.unfinishedTurns().isEmpty)
        }
        #expect(agent.requests.count == 1)
        #expect(agent.stopped.isEmpty)
    }

    @Test func anEventOfAnotherRoomChangesNoTurn() async throws {
        let (agent, store) = (LongRunningPlatform(), InMemoryBridgeStore())
        try await BridgeScenario.run(platform: agent, store: store) { room in
            try await room.join("!a")
            try await room.join("!b")
            try await room.say("question", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.textChunk("Answer."), .end(tokensUsed: 1))
            let reply = try #require(try await room.finished(1, in: "!a").first)
            try await eventually("the turn is done") { await store.unfinishedTurns().isEmpty }
            let other: UserID = "@bob:example.org"
            let target = reply.eventID.rawValue
            try await room.arrive([SyncFactory.reaction("$2", "\u{1F501}", to: target, from: other)], in: "!b")
            try await room.arrive([SyncFactory.redaction("$3", of: "$1", from: other)], in: "!b")
            try await room.say("!whoami", in: "!b", as: "$4")
            _ = try await room.notice(containing: "@alice:example.org", in: "!b")
            #expect(await store.unfinishedTurns().isEmpty)
            #expect(room.homeserver.redacted.isEmpty)
        }
    }
}
