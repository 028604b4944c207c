import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// The whole bridge in one process, told as conversations.
@Suite(.timeLimit(.minutes(1))) struct ConversationTests {
    private let alice: UserID = "@alice:example.org"

    @Test func aQuestionIsAnsweredInOneMessageThatGrows() async throws {
        let platform = MockPlatformClient(behaviour: .init(latency: .milliseconds(10), chunkSize: 4))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("What news on the Rialto?", in: "!a", as: "$1")
            let messages = try await room.finished(1, in: "!a")
            let reply = try #require(messages.first)
            #expect(messages.count == 1)
            #expect(reply.body.hasPrefix("[MOCK] What news on the Rialto?"))
            #expect(reply.body.hasSuffix("tokens"))
            #expect(reply.edits >= 2)
            #expect(reply.original["msgtype"] == "m.notice")
            #expect(reply.original["m.mentions"] == [:])
            #expect(reply.content["m.mentions"] == ["user_ids": ["@alice:example.org"]])
            #expect(reply.content["io.rialto.reply"]?["turn"] == "$1")
            #expect((reply.content["io.rialto.reply"]?["tokens_used"]?.intValue ?? 0) > 0)
            try await eventually("the typing ends") { !room.homeserver.isTyping(in: "!a") }
        }
    }

    @Test func aShortAnswerIsOnePlainMessageWithoutADraft() async throws {
        let configuration = BridgeConfiguration.forTests(
            editPolicy: EditPolicy(draftDelay: .seconds(30), interval: .seconds(1))
        )
        try await BridgeScenario.run(platform: MockPlatformClient(), configuration: configuration) { room in
            try await room.join("!a")
            try await room.say("hi", in: "!a", as: "$1")
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.edits == 0)
            #expect(reply.content["m.mentions"] == ["user_ids": ["@alice:example.org"]])
        }
    }

    @Test func whileNoSlotIsSpareTheAnswerShowsTypingAndThenComesAtOnce() async throws {
        let configuration = BridgeConfiguration.forTests(budget: SendBudget(burst: 1, rate: 0.001))
        let platform = MockPlatformClient(behaviour: .init(latency: .milliseconds(20), chunkSize: 4))
        try await BridgeScenario.run(platform: platform, configuration: configuration) { room in
            try await room.join("!a")
            // The first reply may use the one slot as it likes; the second finds none to spare.
            try await room.say("first", in: "!a", as: "$1")
            _ = try await room.finished(1, in: "!a")
            try await room.say("second", in: "!a", as: "$2")
            try await eventually("typing shows") { room.homeserver.isTyping(in: "!a") }
            let reply = try #require(try await room.finished(2, in: "!a").last)
            #expect(reply.edits == 0)
            #expect(reply.body.hasPrefix("[MOCK] second"))
        }
    }

    @Test func questionsOfOneRoomAreAnsweredInOrderAndRoomsSideBySide() async throws {
        let platform = MockPlatformClient(behaviour: .init(latency: .milliseconds(5)))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.join("!b")
            let questions = (1...5).map { SyncFactory.message("$a\($0)", from: alice, "question \($0)") }
            try await room.arrive(questions, in: "!a")
            try await room.say("and here", in: "!b", as: "$b1")
            let replies = try await room.finished(5, in: "!a")
            #expect(replies.map { $0.content["io.rialto.reply"]?["turn"] } == (1...5).map { .string("$a\($0)") })
            #expect(try await room.finished(1, in: "!b").count == 1)
        }
    }

    @Test func theSameEventIsAnsweredOnceHoweverOftenItArrives() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            for _ in 1...3 { try await room.say("once", in: "!a", as: "$1") }
            try await room.say("last", in: "!a", as: "$2")
            #expect(try await room.finished(2, in: "!a").count == 2)
        }
    }

    @Test func aSkillIsSwitchedOnByACommandAndAskedForWithTheNextQuestion() async throws {
        let platform = MockPlatformClient()
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("!skill on browser", in: "!a", as: "$1")
            _ = try await room.notice(containing: "browser", in: "!a")
            let settings = try await platform.getSettings(userID: "usr-matrix-@alice:example.org")
            #expect(settings.skills["browser"] == true)
        }
    }

    @Test func anUnknownCommandSuggestsTheNearestOne() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            try await room.say("!skils", in: "!a", as: "$1")
            _ = try await room.notice(containing: "!skills", in: "!a")
        }
    }

    @Test func stopEndsTheAnswerAndKeepsWhatWasSaid() async throws {
        let platform = MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: 1)))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("tell me a long story", in: "!a", as: "$1")
            try await eventually("a draft") { !room.homeserver.messages(in: "!a").isEmpty }
            try await room.say("!stop", in: "!a", as: "$2")
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.body.hasPrefix("[MOCK]"))
            #expect(reply.body.contains(EnglishNotices().stopped))
        }
    }

    @Test func resetAsksFirstAndBeginsANewThreadOnlyOnYes() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            let place = ThreadPlace(roomID: "!a", root: nil)
            let before = try await room.store.currentThread(in: place)
            try await room.say("!reset", in: "!a", as: "$1")
            _ = try await room.notice(containing: "!yes", in: "!a")
            #expect(try await room.store.currentThread(in: place).threadID == before.threadID)
            try await room.say("!yes", in: "!a", as: "$2")
            _ = try await room.notice(containing: EnglishNotices().wasReset, in: "!a")
            #expect(try await room.store.currentThread(in: place).threadID != before.threadID)
        }
    }

    @Test func aFailingAgentGivesAnHonestSentenceAndTheNextQuestionWorks() async throws {
        let failure = PlatformError(.unavailable, "nothing listens on 10.0.0.1:8790")
        let platform = MockPlatformClient(behaviour: .init(failure: .beforeFirstChunk(failure)))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("hello", in: "!a", as: "$1")
            let sorry = try #require(try await room.finished(1, in: "!a").first)
            #expect(sorry.body == EnglishNotices().sentence(for: failure))
            #expect(!sorry.body.contains("10.0.0.1"))
            platform.setBehaviour(.init())
            try await room.say("again", in: "!a", as: "$2")
            #expect(try await room.finished(2, in: "!a").last?.body.hasPrefix("[MOCK] again") == true)
        }
    }

    @Test func anAgentThatBreaksOffKeepsItsTextAndSaysSo() async throws {
        let failure = PlatformError(.agentFailed, "it broke", agentCode: "BOOM")
        let platform = MockPlatformClient(behaviour: .init(failure: .afterChunks(1, failure)))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("a longer question", in: "!a", as: "$1")
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.body.hasPrefix("[MOCK]"))
            #expect(reply.body.contains(EnglishNotices().sentence(for: failure)))
        }
    }

    @Test func anInviteIsAcceptedFromThoseAllowedAndDeclinedFromOthersAndForEncryptedRooms() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            let bot = room.homeserver.userID
            let encryption: JSONValue = [
                "type": "m.room.encryption", "state_key": "", "sender": "@alice:example.org", "content": [:],
            ]
            try await room.sync(invite: [
                "!friend": SyncFactory.invite(to: bot, from: alice),
                "!stranger": SyncFactory.invite(to: bot, from: "@mallory:evil.example"),
                "!secret": SyncFactory.invite(to: bot, from: alice, extra: [encryption]),
            ])
            try await eventually("the invites are answered") {
                room.homeserver.joinedRooms == ["!friend"]
                    && room.homeserver.leftRooms.sorted() == ["!secret", "!stranger"]
            }
        }
    }

    @Test func aLongAnswerGoesOnInASecondMessageAndNothingIsLost() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient(behaviour: .init(chunkSize: 4_000))) { room in
            try await room.join("!a")
            let question = (1...900).map { "Paragraph \($0) says something of its own.\n\n" }.joined()
            try await room.say(question, in: "!a", as: "$1")
            let replies = try await room.finished(2, in: "!a")
            try await eventually("the turn is done") { try await room.store.unfinishedTurns().isEmpty }
            let text = room.homeserver.messages(in: "!a").map(\.body).joined()
            for number in [1, 450, 900] { #expect(text.contains("Paragraph \(number) says")) }
            #expect(replies.count >= 2)
            for event in room.homeserver.sent { #expect(event.content.canonicalByteCount <= 60_000) }
        }
    }
}
