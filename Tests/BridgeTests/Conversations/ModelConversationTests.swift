import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Models that people choose for their conversations.
@Suite(.timeLimit(.minutes(1))) struct ModelConversationTests {
    private let notices = EnglishNotices()
    private static let offered = OfferedModels(
        defaultName: "small", models: [OfferedModel(name: "small"), OfferedModel(name: "large")])

    private func inThread(_ root: String) -> [String: JSONValue] {
        ["m.relates_to": ["rel_type": "m.thread", "event_id": .string(root)]]
    }

    /// An agent that says which model was asked.
    private func agent() -> InMemoryAgentConnection {
        InMemoryAgentConnection(models: Self.offered) { request in
            [
                .chunk("I am \(request.model ?? "the default")."),
                .event(.end(tokensUsed: 1, model: request.model ?? "small")),
            ]
        }
    }

    private func platform(_ agent: InMemoryAgentConnection) -> AgentPlatformClient {
        AgentPlatformClient(connection: agent, store: InMemoryStateStore())
    }

    @Test func aModelIsChosenForOneConversationAndStays() async throws {
        let (agent, store, homeserver, factory) = (agent(), InMemoryBridgeStore(), FakeHomeserver(), SyncFactory())
        try await BridgeScenario.run(
            platform: platform(agent), homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await room.join("!a")
            try await room.say("!model", in: "!a", as: "$1")
            _ = try await room.notice(containing: "**2**: `large`", in: "!a")
            try await room.say("!model 2", in: "!a", as: "$2")
            _ = try await room.notice(containing: notices.modelChosen(OfferedModel(name: "large")), in: "!a")
            try await room.say("Who are you?", in: "!a", as: "$3")
            let reply = try #require(try await room.finished(1, in: "!a").last)
            #expect(reply.body.contains("I am large."))
            #expect(reply.content["io.rialto.reply"]?["model"] == "large")
            // A Matrix thread of the same room is another conversation.
            try await room.say("And you?", in: "!a", as: "$4", content: inThread("$3"))
            #expect(try await room.finished(2, in: "!a").last?.body.contains("I am the default.") == true)
        }
        // The bridge has crashed and is back.
        try await BridgeScenario.run(
            platform: platform(agent), homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await room.say("Still there?", in: "!a", as: "$5")
            #expect(try await room.finished(3, in: "!a").last?.body.contains("I am large.") == true)
            try await room.say("!model default", in: "!a", as: "$6")
            _ = try await room.notice(containing: notices.defaultModelChosen("small"), in: "!a")
            try await room.say("And now?", in: "!a", as: "$7")
            #expect(try await room.finished(4, in: "!a").last?.body.contains("I am the default.") == true)
        }
        #expect(agent.received.map(\.model) == ["large", nil, "large", nil])
    }

    /// `!new` goes on with the model, `!reset` forgets it with the rest, and `!load` brings back what was saved with it.
    @Test func aNewConversationKeepsTheModelAndAForgottenOneDoesNot() async throws {
        let agent = agent()
        try await BridgeScenario.run(platform: platform(agent)) { room in
            try await room.join("!a")
            let place = ThreadPlace(roomID: "!a", root: nil)
            func model() async throws -> String? { try await room.store.currentThread(in: place).model }
            try await room.say("!model large", in: "!a", as: "$1")
            _ = try await room.notice(containing: "`large` answers", in: "!a")
            try await room.say("!save trip", in: "!a", as: "$2")
            _ = try await room.notice(containing: "`trip`", in: "!a")
            try await room.say("!new", in: "!a", as: "$3")
            _ = try await room.notice(containing: notices.newThread, in: "!a")
            #expect(try await model() == "large")
            try await room.say("!reset", in: "!a", as: "$4")
            _ = try await room.notice(containing: "!yes", in: "!a")
            try await room.say("!yes", in: "!a", as: "$5")
            _ = try await room.notice(containing: notices.wasReset, in: "!a")
            #expect(try await model() == nil)
            try await room.say("!load trip", in: "!a", as: "$6")
            _ = try await room.notice(containing: notices.loaded("trip"), in: "!a")
            #expect(try await model() == "large")
        }
    }

    /// `!retry` asks the model that is chosen now.
    @Test func aRetryAsksTheModelOfTheConversation() async throws {
        let agent = agent()
        try await BridgeScenario.run(platform: platform(agent)) { room in
            try await room.join("!a")
            try await room.say("Who are you?", in: "!a", as: "$1")
            _ = try await room.finished(1, in: "!a")
            try await eventually("the turn is done", limit: .seconds(30)) {
                try await room.store.unfinishedTurns().isEmpty
            }
            try await room.say("!model large", in: "!a", as: "$2")
            _ = try await room.notice(containing: "`large` answers", in: "!a")
            try await room.say("!retry", in: "!a", as: "$3")
            try await eventually("the answer is made anew", limit: .seconds(30)) {
                room.homeserver.messages(in: "!a").contains { $0.body.contains("I am large.") }
            }
        }
    }

    @Test func aModelThatIsOfferedNoMoreIsToldAndNoOtherAnswers() async throws {
        let (agent, store, homeserver, factory) = (agent(), InMemoryBridgeStore(), FakeHomeserver(), SyncFactory())
        try await BridgeScenario.run(
            platform: platform(agent), homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await room.join("!a")
            try await room.say("!model large", in: "!a", as: "$1")
            _ = try await room.notice(containing: "`large` answers", in: "!a")
        }
        // The next agent has nothing to choose from.
        let plain = InMemoryAgentConnection { _ in [.chunk("I am another."), .end(tokensUsed: 1)] }
        try await BridgeScenario.run(
            platform: platform(plain), homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await room.say("Who are you?", in: "!a", as: "$2")
            let refusal = try #require(try await room.finished(1, in: "!a").last)
            #expect(refusal.body.contains(notices.sentence(for: PlatformError.modelNotAllowed("large"))))
            #expect(plain.received.isEmpty)
            try await room.say("!model", in: "!a", as: "$3")
            _ = try await room.notice(containing: notices.noModelChoice(chosen: "large", prefix: "!"), in: "!a")
            try await room.say("!model default", in: "!a", as: "$4")
            _ = try await room.notice(containing: notices.defaultModelChosen(nil), in: "!a")
            try await room.say("Who are you?", in: "!a", as: "$5")
            #expect(try await room.finished(2, in: "!a").last?.body.contains("I am another.") == true)
        }
    }

    @Test func whoMayNotChooseIsTold() async throws {
        var configuration = BridgeConfiguration.forTests()
        configuration.permissions = PermissionPolicy([PermissionRule(commands: ["model"], access: .deny)])
        try await BridgeScenario.run(platform: platform(agent()), configuration: configuration) { room in
            try await room.join("!a")
            try await room.say("!model large", in: "!a", as: "$1")
            _ = try await room.notice(containing: notices.commandNotPermitted("model", prefix: "!"), in: "!a")
            #expect(try await room.store.currentThread(in: ThreadPlace(roomID: "!a", root: nil)).model == nil)
            try await room.say("!help", in: "!a", as: "$2")
            let help = try await room.notice(containing: "**Commands**", in: "!a")
            #expect(!help.body.contains("!model"))
        }
    }

    /// The room is replaced by another one, and the conversation goes on there with its model.
    @Test func theModelMovesWithTheRoom() async throws {
        let agent = agent()
        try await BridgeScenario.run(platform: platform(agent)) { room in
            try await room.join("!a")
            try await room.say("!model large", in: "!a", as: "$1")
            _ = try await room.notice(containing: "`large` answers", in: "!a")
            let tombstone = SyncFactory.state(
                "m.room.tombstone", from: "@alice:example.org", content: ["body": "moved", "replacement_room": "!b"])
            try await room.arrive([tombstone], in: "!a")
            try await room.join("!b")
            try await eventually("the conversation has moved", limit: .seconds(30)) {
                // To look for the current thread would begin one there.
                try await room.store.conversations(at: ThreadPlace(roomID: "!b", root: nil)).first?.model == "large"
            }
            try await room.say("Who are you?", in: "!b", as: "$2")
            #expect(try await room.finished(1, in: "!b").last?.body.contains("I am large.") == true)
        }
    }
}
