import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Failures of other bridges under the user's hand: a stop that stops nothing, and an answer that begins late. Time stands
/// still unless the bridge waits for it.
@Suite(.timeLimit(.minutes(1))) struct ControlTests {
    private let alice: UserID = "@alice:example.org"

    private enum Way: CaseIterable {
        case command, reaction

        func stop(_ question: String, in room: BridgeScenario) async throws {
            switch self {
            case .command: try await room.say("!stop", in: "!a", as: "$stop")
            case .reaction:
                let sign = SyncFactory.reaction("$stop", "\u{1F6D1}", to: question, from: "@alice:example.org")
                try await room.arrive([sign], in: "!a")
            }
        }
    }

    /// The agent says nothing, or nothing more; the answer ends within a second all the same.
    @Test(arguments: Way.allCases, [0, 1]) private func stopStops(_ way: Way, afterChunks chunks: Int) async throws {
        let clock = ManualClock()
        let platform = MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: chunks)))
        let configuration = BridgeConfiguration.forTests(
            budget: SendBudget(burst: 10, rate: 0.2), editPolicy: EditPolicy())
        try await BridgeScenario.run(
            platform: platform, configuration: configuration, clock: BridgeClock(clock)
        ) { room in
            try await room.join("!a")
            try await room.say("tell me a long story", in: "!a", as: "$1")
            try await clock.advance(upTo: .seconds(1), until: "the answer has begun") {
                chunks == 0 ? room.homeserver.isTyping(in: "!a") : !room.homeserver.messages(in: "!a").isEmpty
            }
            try await way.stop("$1", in: room)
            try await clock.advance(upTo: .seconds(1), until: "the answer has ended") {
                room.homeserver.messages(in: "!a").contains {
                    $0.isFinal && $0.body.hasSuffix(EnglishNotices().stopped)
                }
            }
        }
    }

    /// A stop ends the agent's work also where the server takes no word about it yet.
    @Test func stopStopsTheAgentWhileTheServerWantsNothing() async throws {
        let clock = ManualClock()
        let homeserver = FakeHomeserver()
        homeserver.fail([.before(HomeserverError(.limited(retryAfter: .seconds(5)), "429"))])
        let platform = MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: 1)))
        try await BridgeScenario.run(
            platform: platform, homeserver: homeserver, clock: BridgeClock(clock)
        ) { room in
            try await room.join("!a")
            try await room.say("tell me a long story", in: "!a", as: "$1")
            try await eventually("the draft is refused") { !homeserver.attempts.isEmpty }
            try await room.say("!stop", in: "!a", as: "$stop")
            try await clock.advance(upTo: .seconds(1), until: "the answer is stored") {
                try await room.store.turn("turn-$1")?.answer?.ending == .stopped
            }
            try await clock.advance(upTo: .seconds(20), until: "the answer has ended") {
                homeserver.messages(in: "!a").contains(where: { $0.isFinal })
            }
        }
    }

    /// A question does not cut off the answer before it; it waits, and a stop gets at all.
    @Test func questionsThatWaitAreStoppedWithTheFirst() async throws {
        let platform = RecordingPlatform(behaviour: .init(failure: .neverFinishes(afterChunks: 1)))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            for number in 1...3 { try await room.say("question \(number)", in: "!a", as: "$\(number)") }
            try await eventually("a draft") { !room.homeserver.messages(in: "!a").isEmpty }
            try await eventually("all are turns") { try await room.store.unfinishedTurns().count == 3 }
            #expect(room.homeserver.messages(in: "!a").map(\.isFinal) == [false])
            try await room.say("!stop", in: "!a", as: "$stop")
            let replies = try await room.finished(3, in: "!a").filter(\.isFinal)
            #expect(replies.map { $0.content["io.rialto.reply"]?["turn"] } == ["$1", "$2", "$3"])
            try await eventually("nothing is left") { try await room.store.unfinishedTurns().isEmpty }
            #expect(platform.requests.map(\.text) == ["question 1"])
        }
    }

    /// With everything that is waited for on purpose: a second question that may follow, and an answer that may be short.
    @Test func theFirstTextShowsWithinASecondOfTheQuestion() async throws {
        let clock = ManualClock()
        let platform = MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: 1)))
        let configuration = BridgeConfiguration.forTests(
            budget: SendBudget(burst: 10, rate: 0.2), editPolicy: EditPolicy(), mergeWindow: .milliseconds(250))
        try await BridgeScenario.run(
            platform: platform, configuration: configuration, clock: BridgeClock(clock)
        ) { room in
            for roomID in ["!a", "!b", "!c", "!d", "!e"] as [RoomID] {
                try await room.join(roomID)
                try await room.say("tell me a long story", in: roomID, as: "$in-\(roomID)")
            }
            try await clock.advance(upTo: .seconds(1), until: "all five show their first text") {
                Set(room.homeserver.sent.map(\.roomID)).count == 5
            }
        }
    }
}
