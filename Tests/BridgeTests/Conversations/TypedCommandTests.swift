import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Commands that rooms offer in their state, and that clients send without their being typed.
@Suite(.timeLimit(.minutes(1))) struct TypedCommandTests {
    private static let bot: UserID = "@rialto:example.org"
    private static let count = CommandName.allCases.count
    private let notices = EnglishNotices()

    private static var configuration: BridgeConfiguration {
        var configuration = BridgeConfiguration.forTests()
        configuration.offersCommands = true
        return configuration
    }

    private static func piece(_ name: CommandName, in roomID: RoomID) -> StatePiece {
        let key = CommandDescription(command: name.rawValue, description: "").stateKey(of: bot)
        return StatePiece(CommandDescription.eventType, key: key, in: roomID)
    }

    @Test func eachRoomIsOfferedTheCommandsOnceAndAfterEachChange() async throws {
        let (homeserver, store, factory) = (FakeHomeserver(), InMemoryBridgeStore(), SyncFactory())
        func run(_ notices: any Notices, _ configuration: BridgeConfiguration, until changes: Int) async throws {
            try await BridgeScenario.run(
                platform: MockPlatformClient(), homeserver: homeserver, store: store, configuration: configuration,
                factory: factory, notices: notices
            ) { room in
                if try await room.store.rooms().isEmpty { try await room.join("!a") }
                try await eventually("\(changes) changes") {
                    let offered = await store.commandOffers(in: "!a").count
                    return homeserver.stateChanges.count >= changes
                        && offered == (configuration.offersCommands ? Self.count : 0)
                }
                try await room.say("!whoami", in: "!a", as: "$\(changes)")
                _ = try await room.notice(containing: "@alice:example.org", in: "!a")
            }
        }
        try await run(EnglishNotices(), Self.configuration, until: Self.count)
        let help = try #require(homeserver.storedState(Self.piece(.help, in: "!a")))
        #expect(help["command"] == "help")
        #expect(help["parameters"]?.arrayValue?.first?["key"] == "command")
        // The same after a restart: there is nothing to send.
        try await run(EnglishNotices(), Self.configuration, until: Self.count)
        #expect(homeserver.stateChanges.count == Self.count)
        try await run(RussianNotices(), Self.configuration, until: 2 * Self.count)
        let russian = try #require(homeserver.storedState(Self.piece(.help, in: "!a")))
        let summary = JSONValue.string(RussianNotices().help(for: .help).summary)
        #expect(russian["description"]?["m.text"]?.arrayValue?.first?["body"] == summary)
        // Switched off, everything is taken back, and nothing more is sent.
        try await run(RussianNotices(), .forTests(), until: 3 * Self.count)
        #expect(homeserver.storedState(Self.piece(.help, in: "!a")) == [:])
        #expect(homeserver.stateChanges.count == 3 * Self.count)
    }

    @Test func aRoomWhereTheBotMayNotSetStateHasNoneUntilItMay() async throws {
        let homeserver = FakeHomeserver()
        let strict: JSONValue = ["users": ["@alice:example.org": 100]]
        homeserver.presetState(StatePiece("m.room.power_levels", in: "!a"), strict)
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, configuration: Self.configuration
        ) { room in
            try await room.join("!a")
            try await room.join("!b")
            try await eventually("the other room has all") { homeserver.stateChanges.count == Self.count }
            #expect(homeserver.stateChanges.allSatisfy { $0.roomID == "!b" })
            try await room.say("hello", in: "!a", as: "$1")
            #expect(try await room.finished(1, in: "!a").last?.body.hasPrefix("[MOCK] hello") == true)

            let levels: JSONValue = ["users": ["@alice:example.org": 100, "@rialto:example.org": 50]]
            homeserver.presetState(StatePiece("m.room.power_levels", in: "!a"), levels)
            let promotion = SyncFactory.state("m.room.power_levels", from: "@alice:example.org", content: levels)
            try await room.arrive([promotion], in: "!a")
            try await eventually("it has all now") { homeserver.stateChanges.count == 2 * Self.count }
        }
    }

    @Test func refusalsForTheLimitAndOutagesLoseNothingAndOtherRefusalsEndIt() async throws {
        let homeserver = FakeHomeserver()
        homeserver.failStateChanges([
            HomeserverError(.limited(retryAfter: .milliseconds(20)), "slow down"),
            HomeserverError(.unreachable, "down"),
            HomeserverError(.limited(retryAfter: .milliseconds(20)), "slow down"),
        ])
        var configuration = Self.configuration
        configuration.budget = SendBudget(burst: 4, rate: 1_000)
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, configuration: configuration
        ) { room in
            try await room.join("!a")
            try await eventually("all are there", limit: .seconds(120)) { homeserver.stateChanges.count == Self.count }
            #expect(Set(homeserver.stateChanges).count == Self.count)
            homeserver.failStateChanges([HomeserverError(.rejected(.forbidden), "no")])
            try await room.join("!b")
            try await room.join("!c")
            try await eventually("the third has all", limit: .seconds(120)) {
                homeserver.stateChanges.count == 2 * Self.count
            }
            #expect(!homeserver.stateChanges.contains { $0.roomID == "!b" })
        }
    }

    @Test func whatWasCutShortIsTakenBackToo() async throws {
        let (homeserver, store, factory) = (FakeHomeserver(), InMemoryBridgeStore(), SyncFactory())
        // The homeserver takes it, and the bridge ends before it learns so.
        homeserver.failStateChanges([HomeserverError(.cancelled, "cancelled")])
        let configuration = Self.configuration
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, store: store, configuration: configuration,
            factory: factory
        ) { room in
            try await room.join("!a")
            try await eventually("it is noted") { await store.commandOffers(in: "!a").count == 1 }
        }
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, store: store, factory: factory
        ) { _ in
            try await eventually("it is taken back") { await store.commandOffers(in: "!a").isEmpty }
        }
        #expect(homeserver.stateChanges == [Self.piece(.help, in: "!a")])
        #expect(homeserver.storedState(Self.piece(.help, in: "!a")) == [:])
    }

    @Test func whatNobodyMayUseInARoomIsNotOfferedThere() async throws {
        var configuration = Self.configuration
        configuration.permissions = PermissionPolicy([
            PermissionRule(users: ["@alice:example.org"], commands: ["soul"], access: .allow),
            PermissionRule(commands: ["soul", "safety"], access: .deny),
            PermissionRule(users: ["@bob:example.org"], commands: ["plan"], access: .deny),
        ])
        let homeserver = FakeHomeserver()
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, configuration: configuration
        ) { room in
            try await room.join("!a")
            try await eventually("all others are there") { homeserver.stateChanges.count == Self.count - 1 }
            #expect(homeserver.storedState(Self.piece(.safety, in: "!a")) == nil)
            #expect(homeserver.storedState(Self.piece(.soul, in: "!a")) != nil)
            #expect(homeserver.storedState(Self.piece(.plan, in: "!a")) != nil)
        }
    }

    @Test func encryptedRoomsAreLeftAlone() async throws {
        let homeserver = FakeHomeserver()
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, configuration: Self.configuration
        ) { room in
            let encryption = SyncFactory.state("m.room.encryption", from: "@alice:example.org", content: [:])
            try await room.join("!a", state: [encryption])
            try await room.join("!b")
            try await eventually("the other room has all") { homeserver.stateChanges.count == Self.count }
            #expect(homeserver.stateChanges.allSatisfy { $0.roomID == "!b" })
        }
    }

    @Test func aCommandThatWasNotTypedIsRunAsIfItHadBeen() async throws {
        func invocation(_ command: String, _ arguments: JSONValue = [:], to user: UserID?) -> [String: JSONValue] {
            var content: [String: JSONValue] = [
                "org.matrix.msc4391.command": ["command": .string(command), "arguments": arguments]
            ]
            if let user { content["m.mentions"] = ["user_ids": [.string(user.rawValue)]] }
            return content
        }
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            try await room.join("!group", members: 5)
            let skill = invocation("skill", ["state": "on", "skill": "browser"], to: Self.bot)
            try await room.say("/skill on browser", in: "!group", as: "$1", content: skill)
            _ = try await room.notice(containing: notices.switched(.skill, "browser", isOn: true), in: "!group")
            // In a group it has to be for this bot; in a direct room it can only be.
            let other = invocation("whoami", to: "@other:example.org")
            try await room.say("/whoami", in: "!group", as: "$2", content: other)
            try await room.say("/whoami", in: "!group", as: "$3", content: invocation("whoami", to: nil))
            try await room.say("/rename", in: "!a", as: "$4", content: invocation("rename", ["title": "Tea"], to: nil))
            _ = try await room.notice(containing: notices.renamed("Tea"), in: "!a")
            try await room.say("/hlep", in: "!a", as: "$5", content: invocation("hlep", to: Self.bot))
            _ = try await room.notice(
                containing: notices.unknownCommand("hlep", prefix: "!", suggestion: "help"), in: "!a")
            try await room.say("!status", in: "!group", as: "$6")
            try await eventually("the status is told") { room.homeserver.messages(in: "!group").count == 2 }
            #expect(!room.homeserver.messages(in: "!group").contains { $0.body.contains("@alice:example.org") })
            #expect(try await room.store.unfinishedTurns().isEmpty)
        }
    }
}
