import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// What the homeserver, the network and a crash may do to a reply.
@Suite(.timeLimit(.minutes(1))) struct FaultTests {
    private let broken = HomeserverError(.unreachable, "connection reset")

    /// As after a crash, and the end of the session while the program was not running: the device has its name again, but
    /// the homeserver does not know the transaction ids of before.
    @Test(arguments: [0, 250]) func whatArrivedBeforeACrashIsFoundAgainHoweverMuchWasSaidSince(later: Int) async throws
    {
        let homeserver = FakeHomeserver()
        let store = InMemoryBridgeStore()
        let factory = SyncFactory()
        homeserver.fail([.after(broken), .hang])
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await room.join("!a")
            try await room.say("!whoami", in: "!a", as: "$1")
            try await eventually("a second attempt") { homeserver.attempts.count == 2 }
        }
        homeserver.clearFaults()
        try homeserver.forgetTransactions(later: later)
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await eventually("nothing is left") { await store.roomsWithPendingNotices().isEmpty }
            #expect(homeserver.messages(in: "!a").count == 1)
            #expect(homeserver.attempts.count == 2)
            // What has not arrived is sent.
            try await room.say("!whoami", in: "!a", as: "$2")
            try await eventually("the next notice") { homeserver.messages(in: "!a").count == 2 }
        }
    }

    @Test func aLostAnswerAfterTheServerTookTheMessageDoesNotDuplicateIt() async throws {
        let homeserver = FakeHomeserver()
        homeserver.fail([.after(broken), .after(broken), .after(broken)])
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!a")
            try await room.say("hello", in: "!a", as: "$1")
            try await room.say("!whoami", in: "!a", as: "$2")
            _ = try await room.finished(1, in: "!a")
            _ = try await room.notice(containing: "alice", in: "!a")
            #expect(homeserver.messages(in: "!a").count == 2)
        }
    }

    @Test func aRefusedDraftCostsNeitherTheAnswerNorTheNextOne() async throws {
        let homeserver = FakeHomeserver()
        homeserver.fail([.before(HomeserverError(.rejected(.forbidden), "no power"))])
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!a")
            try await room.say("first", in: "!a", as: "$1")
            try await room.say("second", in: "!a", as: "$2")
            let replies = try await room.finished(2, in: "!a")
            #expect(replies.map { $0.content["io.rialto.reply"]?["turn"] } == ["$1", "$2"])
        }
    }

    @Test func anAnswerThatTheServerRefusesIsReplacedByAWordAboutIt() async throws {
        let homeserver = FakeHomeserver()
        let refusal = HomeserverError(.rejected(.tooLarge), "too large")
        homeserver.fail([.before(refusal), .before(refusal)])
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!a")
            try await room.say("hello", in: "!a", as: "$1")
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.body.hasPrefix(EnglishNotices().refusedAnswer))
        }
    }

    /// The drain limit passes while the last edit is on its way: the turn must not count as done.
    @Test func anEndThatWasUnderWayWhenTheProgramStoppedIsSentAfterTheRestart() async throws {
        let configuration = BridgeConfiguration.forTests(
            editPolicy: EditPolicy(draftDelay: .seconds(30), interval: .seconds(1))
        )
        for _ in 1...20 {
            let homeserver = FakeHomeserver()
            let store = InMemoryBridgeStore()
            let factory = SyncFactory()
            homeserver.fail([.hang])
            try await BridgeScenario.run(
                platform: MockPlatformClient(), homeserver: homeserver, store: store,
                configuration: configuration, factory: factory
            ) { room in
                try await room.join("!a")
                try await room.say("hello", in: "!a", as: "$1")
                try await eventually("the answer is under way") { !homeserver.attempts.isEmpty }
            }
            let left = await store.unfinishedTurns().count
            try #require(left == 1)
            try await BridgeScenario.run(
                platform: MockPlatformClient(), homeserver: homeserver, store: store,
                configuration: configuration, factory: factory
            ) { room in
                let replies = try await room.finished(1, in: "!a")
                #expect(replies.count == 1)
            }
        }
    }

    @Test func aStopThatWasToldHoldsAfterARestart() async throws {
        let homeserver = FakeHomeserver()
        let store = InMemoryBridgeStore()
        let factory = SyncFactory()
        let platform = MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: 1)))
        try await BridgeScenario.run(
            platform: platform, homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await room.join("!a")
            try await room.say("first", in: "!a", as: "$1")
            try await room.say("second", in: "!a", as: "$2")
            try await eventually("a draft") { !homeserver.messages(in: "!a").isEmpty }
            try await eventually("both are turns") { await store.unfinishedTurns().count == 2 }
            homeserver.fail(Array(repeating: .hang, count: 100))
            try await room.say("!stop", in: "!a", as: "$3")
            try await eventually("the stop is stored") {
                await store.unfinishedTurns().allSatisfy { $0.isStopRequested || $0.answer != nil }
            }
        }
        homeserver.clearFaults()
        platform.setBehaviour(.init())
        try await BridgeScenario.run(
            platform: platform, homeserver: homeserver, store: store, factory: factory
        ) { room in
            let replies = try await room.finished(2, in: "!a").filter(\.isFinal)
            #expect(replies.count == 2)
            for reply in replies { #expect(reply.body.contains(EnglishNotices().stopped)) }
        }
    }

    /// A transaction id means nothing to another device, so the event is looked for in the room before it is sent.
    @Test func whatAFormerDeviceSentIsNotSentAgain() async throws {
        let homeserver = FakeHomeserver()
        let store = InMemoryBridgeStore()
        let factory = SyncFactory()
        let configuration = BridgeConfiguration.forTests(
            editPolicy: EditPolicy(draftDelay: .seconds(30), interval: .seconds(1))
        )
        homeserver.fail(Array(repeating: .after(broken), count: 1_000))
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, store: store,
            configuration: configuration, factory: factory
        ) { room in
            try await room.join("!a")
            try await room.say("hello", in: "!a", as: "$1")
            try await eventually("the server has it") { !homeserver.messages(in: "!a").isEmpty }
        }
        let loggedInAnew = try FakeHomeserver(homeserver, deviceID: "NEWDEVICE")
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: loggedInAnew, store: store,
            configuration: configuration, factory: factory
        ) { room in
            try await eventually("the turn is done") { try await room.store.unfinishedTurns().isEmpty }
            #expect(loggedInAnew.sent.count == 1)
        }
    }

    @Test func whatWentOutBeforeTheSessionEndedIsNotSentAgainAfterTheNextLogin() async throws {
        let homeserver = FakeHomeserver()
        let configuration = BridgeConfiguration.forTests(
            editPolicy: EditPolicy(draftDelay: .seconds(30), interval: .seconds(1))
        )
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, configuration: configuration
        ) { room in
            try await room.join("!a")
            homeserver.fail([.after(broken), .logout])
            try await room.say("hello", in: "!a", as: "$1")
            try await eventually("the turn is done") {
                let open = try await room.store.roomsWithOpenItems().count + room.store.unfinishedTurns().count
                return open == 0 && homeserver.attempts.count >= 2
            }
            #expect(homeserver.sent.count == 1)
            try await room.say("and then?", in: "!a", as: "$2")
            _ = try await room.finished(2, in: "!a")
        }
    }

    /// Another request, such as the sync's, may be the one that finds the session ended, between two attempts of a send.
    @Test func whatWentOutBeforeSomebodyLoggedInAnewIsNotSentAgain() async throws {
        let homeserver = FakeHomeserver()
        homeserver.fail([.after(broken)])
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!a")
            try await room.say("!whoami", in: "!a", as: "$1")
            try await eventually("the first attempt") { homeserver.attempts.count == 1 }
            try homeserver.forgetTransactions(later: 0)
            try await eventually("nothing is left") { try await room.store.roomsWithPendingNotices().isEmpty }
            #expect(homeserver.messages(in: "!a").count == 1)
        }
    }

    /// Taken late, an edit would stand after the end and be what people see; so it is repeated until its fate is known.
    @Test func anEditWhoseFateIsUnknownIsNotOvertaken() async throws {
        let homeserver = FakeHomeserver()
        let platform = MockPlatformClient(behaviour: .init(latency: .milliseconds(30), chunkSize: 4))
        try await BridgeScenario.run(platform: platform, homeserver: homeserver) { room in
            try await room.join("!a")
            try await room.say("tell me a story", in: "!a", as: "$1")
            try await eventually("a draft") { !homeserver.messages(in: "!a").isEmpty }
            homeserver.fail([.before(broken)])
            _ = try await room.finished(1, in: "!a")
            let attempts = homeserver.attempts
            let repeated = attempts.indices.dropLast().filter { attempts[$0] == attempts[$0 + 1] }
            #expect(repeated.count == 1)
            #expect(Set(attempts).count == homeserver.sent.count)
        }
    }

    @Test func aReplyCutByACrashGoesOnInTheSameMessage() async throws {
        let homeserver = FakeHomeserver()
        let store = InMemoryBridgeStore()
        let factory = SyncFactory()
        let platform = MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: 1)))
        try await BridgeScenario.run(
            platform: platform, homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await room.join("!a")
            try await room.say("tell me", in: "!a", as: "$1")
            try await eventually("a draft") { !homeserver.messages(in: "!a").isEmpty }
        }
        platform.setBehaviour(.init())
        try await BridgeScenario.run(
            platform: platform, homeserver: homeserver, store: store, factory: factory
        ) { room in
            let replies = try await room.finished(1, in: "!a")
            #expect(replies.count == 1)
            #expect(replies.first?.body.hasPrefix("[MOCK] tell me") == true)
        }
    }

    /// The server took the final edit, and the process died before it could record that.
    @Test func aFinishedReplyIsNotFinishedTwiceAfterACrash() async throws {
        let homeserver = FakeHomeserver()
        let store = InMemoryBridgeStore()
        let factory = SyncFactory()
        let configuration = BridgeConfiguration.forTests(
            editPolicy: EditPolicy(draftDelay: .seconds(30), interval: .seconds(1))
        )
        homeserver.fail(Array(repeating: .after(broken), count: 1_000))
        try await BridgeScenario.run(
            platform: MockPlatformClient(),
            homeserver: homeserver,
            store: store,
            configuration: configuration,
            factory: factory
        ) { room in
            try await room.join("!a")
            try await room.say("hello", in: "!a", as: "$1")
            try await eventually("the server has it") { !homeserver.messages(in: "!a").isEmpty }
        }
        homeserver.clearFaults()
        try await BridgeScenario.run(
            platform: MockPlatformClient(),
            homeserver: homeserver,
            store: store,
            configuration: configuration,
            factory: factory
        ) { room in
            try await eventually("the turn is done") { try await room.store.unfinishedTurns().isEmpty }
            #expect(homeserver.sent.count == 1)
        }
    }

    @Test func whatWasAdmittedButNotSettledBeforeACrashIsAnsweredAfterIt() async throws {
        let store = InMemoryBridgeStore()
        let factory = SyncFactory()
        let homeserver = FakeHomeserver()
        let timeline = [
            SyncFactory.member(homeserver.userID, "join"),
            SyncFactory.message("$1", from: "@alice:example.org", "are you there?"),
        ]
        let room = SyncFactory.joined(timeline: timeline, members: 2)
        let response = try factory.response(join: ["!a": room])
        let admission = IntakePolicy(userID: homeserver.userID)
            .admission(of: response, known: [:], isFirst: false)
        _ = await store.admit(admission)
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, store: store, factory: factory
        ) { room in
            let replies = try await room.finished(1, in: "!a")
            #expect(replies.count == 1)
        }
    }
}
