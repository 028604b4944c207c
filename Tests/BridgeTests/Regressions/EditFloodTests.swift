import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Failures of other bridges with edits and limits: rooms that no client could load, and replies that a 429 has eaten.
@Suite(.timeLimit(.minutes(1))) struct EditFloodTests {
    private let limited = HomeserverError(.limited(retryAfter: .milliseconds(60)), "429")

    /// A thousand chunks on a server without a limit, and edits that may follow each other as fast as they like.
    @Test func aThousandEditsOfOneMessageNeverHappen() throws {
        var simulation = ReplySimulation(
            limiter: nil,
            budget: SendBudget(burst: 1_000, rate: 1_000),
            policy: EditPolicy(draftDelay: .zero, interval: .milliseconds(20))
        )
        let outcome = try #require(simulation.run(.init(replies: 1, chunks: 1_000)).outcomes.first)
        #expect(outcome.edits.count == 60)
        #expect(outcome.ending < .seconds(1))
    }

    @Test func theAnswerIsSeenToGrow() async throws {
        let platform = MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: 3)))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("an answer that is shown as it is made", in: "!a", as: "$1")
            try await eventually("the text so far") {
                room.homeserver.messages(in: "!a").first?.body.hasPrefix("[MOCK] an answer that") == true
            }
            #expect(room.homeserver.messages(in: "!a").first?.isFinal == false)
        }
    }

    @Test func aRateLimitedReplyIsNotLost() async throws {
        let homeserver = FakeHomeserver()
        homeserver.fail([.before(limited), .before(limited)])
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!a")
            try await room.say("hello", in: "!a", as: "$1")
            let replies = try await room.finished(1, in: "!a")
            #expect(replies.count == 1)
            #expect(Set(homeserver.attempts.prefix(3)).count == 1)
        }
    }

    /// Neither the end of an answer that is long nor anything before it, in its order.
    @Test func aLimitInTheMiddleOfALongAnswerLosesNoneOfItsText() async throws {
        let platform = MockPlatformClient(behaviour: .init(latency: .milliseconds(2), chunkSize: 2_000))
        let pace = EditPolicy(draftDelay: .zero, interval: .milliseconds(10))
        try await BridgeScenario.run(platform: platform, configuration: .forTests(editPolicy: pace)) { room in
            try await room.join("!a")
            let question = (1...900).map { "Paragraph \($0) says something of its own.\n\n" }.joined()
            try await room.say(question, in: "!a", as: "$1")
            for _ in 1...8 {
                let taken = room.homeserver.attempts.count
                room.homeserver.fail([.before(limited)])
                try await eventually("something is sent") { room.homeserver.attempts.count > taken }
            }
            try await eventually("the turn is done") {
                guard try await room.store.turn("turn-$1") != nil else { return false }
                return try await room.store.unfinishedTurns().isEmpty
            }
            let lines = room.homeserver.messages(in: "!a").flatMap { $0.body.split(separator: "\n") }
            let paragraphs = lines.compactMap { $0.split(separator: "Paragraph ").last?.prefix { $0.isNumber } }
            #expect(paragraphs.filter { !$0.isEmpty }.prefix(900) == (1...900).map { Substring(String($0)) }[...])
        }
    }

    @Test func aRateLimitedCommandIsAnsweredOnce() async throws {
        let homeserver = FakeHomeserver()
        homeserver.fail([.before(limited), .before(limited)])
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!a")
            try await room.say("!whoami", in: "!a", as: "$1")
            _ = try await room.notice(containing: "alice", in: "!a")
            #expect(homeserver.messages(in: "!a").count == 1)
            #expect(Set(homeserver.attempts).count == 1)
        }
    }

    /// While the server wants nothing, what people write is still heard and the agent works on it.
    @Test func aLimitDoesNotMakeTheBridgeDeaf() async throws {
        let clock = ManualClock()
        let homeserver = FakeHomeserver()
        homeserver.fail([.before(HomeserverError(.limited(retryAfter: .seconds(5)), "429"))])
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, clock: BridgeClock(clock)
        ) { room in
            for roomID in ["!a", "!b"] as [RoomID] { try await room.join(roomID) }
            try await room.say("first", in: "!a", as: "$1")
            try await eventually("the server refuses") { homeserver.attempts.count == 1 }
            try await room.say("second", in: "!b", as: "$2")
            try await eventually("the agent has answered both") {
                for turn in ["turn-$1", "turn-$2"] {
                    guard try await room.store.turn(turn)?.answer != nil else { return false }
                }
                return true
            }
            #expect(homeserver.sent.isEmpty)
            try await clock.advance(upTo: .seconds(20), until: "both are answered") {
                homeserver.messages(in: "!a").contains(where: { $0.isFinal })
                    && homeserver.messages(in: "!b").contains(where: { $0.isFinal })
            }
        }
    }
}
