import Bridge
import TestSupport
import Testing

/// What the ends of replies may cost each other, and how the slots between them are shared, on a simulated Synapse whose
/// limit is the one that is assumed. The measure is when the server would take each end if nothing else were sent.
@Suite struct ReplyFairnessTests {
    /// Synapse's own limit, unless another is given.
    private static func simulation(rate: Double = 0.2, burst: Int = 10) -> ReplySimulation {
        ReplySimulation(
            limiter: SynapseRateLimiter(rate: rate, burst: burst),
            budget: SendBudget(burst: burst, rate: rate)
        )
    }

    /// One refusal and the repetition, which is what it costs to find out that the bucket is empty.
    private static let refusal: Duration = .milliseconds(1_100)

    @Test("Twenty replies end as soon as the server takes twenty ends", arguments: [20, 40, 200])
    func twentyReplies(chunks: Int) {
        for order in [ReplySimulation.Order.atOnce, .queued] {
            var simulation = Self.simulation()
            let result = simulation.run(.init(replies: 20, chunks: chunks, order: order))
            #expect(result.outcomes.count == 20)
            #expect(result.slowestEnding <= max(result.leastEnding * 1.2, .seconds(1)))
            #expect(result.refused <= 1)
        }
    }

    @Test("Five replies at once show their first and their last text at once", arguments: [20, 60, 200])
    func fiveReplies(chunks: Int) {
        var simulation = Self.simulation()
        let result = simulation.run(.init(replies: 5, chunks: chunks))
        #expect(result.outcomes.count == 5)
        #expect(result.slowestFirstText <= .seconds(1))
        #expect(result.slowestEnding <= .seconds(1))
        #expect(result.refused == 0)
    }

    /// A long answer uses up what is there; the two after it, long or short, end at once even so.
    @Test(arguments: 0..<20) func threeRepliesInARowEndAtOnce(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var simulation = Self.simulation()
        for _ in 1...3 {
            let result = simulation.run(.init(replies: 1, chunks: Int.random(in: 1...240, using: &random)))
            #expect(result.slowestEnding <= .seconds(1))
            #expect(result.refused == 0)
        }
    }

    /// The law: no end is late for the sake of an edit, other than by one token once edits have waited for several.
    @Test(arguments: 0..<30) func endsAreAsEarlyAsIfNothingElseWereSent(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rate = Bool.random(using: &random) ? 0.2 : Double.random(in: 0.1...2, using: &random)
        let burst = Int.random(in: 3...15, using: &random)
        var simulation = Self.simulation(rate: rate, burst: burst)
        let load = ReplySimulation.Load(
            replies: Int.random(in: 1...25, using: &random),
            chunks: Int.random(in: 5...120, using: &random),
            order: Bool.random(using: &random) ? .atOnce : .queued
        )
        let result = simulation.run(load)
        #expect(result.outcomes.count == load.replies)
        let length = load.pace * Double(load.chunks * (load.order == .queued ? load.replies : 1))
        let token: Duration = length < .seconds(4 / rate) ? .zero : .seconds(1 / rate)
        let allowed = max(result.leastEnding * 1.2, result.leastEnding + Self.refusal) + token
        #expect(result.slowestEnding <= allowed, "\(load), \(rate)/s, burst \(burst)")
    }

    /// However fast a conversation is, no end waits for more than the next token.
    @Test(arguments: 0..<10) func theEndsOfAConversationWaitForOneTokenAtMost(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var simulation = Self.simulation()
        let chunks = Int.random(in: 20...120, using: &random)
        let result = simulation.run(.init(replies: 12, chunks: chunks, order: .inARow))
        #expect(result.slowestEnding <= .seconds(5) + Self.refusal)
        #expect(result.refused <= 2)
    }

    /// Five minutes of twenty answers: each reader sees the text grow, and none more often than another.
    @Test func inALongOverloadEachReplyHasItsTurn() throws {
        var simulation = Self.simulation()
        let result = simulation.run(.init(replies: 20, chunks: 300, pace: .seconds(1)))
        let counts = result.outcomes.map(\.edits.count)
        let (fewest, most) = (try #require(counts.min()), try #require(counts.max()))
        #expect(fewest >= 2)
        #expect(most - fewest <= 1)
        #expect(result.slowestEnding <= .seconds(50 + 5) + Self.refusal)
    }

    /// Between two edits of one reply, every other reply that waits has had one.
    @Test(arguments: 2...9) func theReplyThatHasWaitedLongestIsNext(replies: Int) {
        var simulation = Self.simulation()
        let result = simulation.run(.init(replies: replies, chunks: 120, pace: .seconds(1)))
        let edits = result.outcomes.enumerated()
            .flatMap { index, outcome in outcome.edits.map { (instant: $0, reply: index) } }
            .sorted { $0.instant < $1.instant }
            .map(\.reply)
        for start in stride(from: 0, to: edits.count - replies, by: replies) {
            let turn = edits[start..<start + replies]
            #expect(Set(turn).count == replies, "\(edits)")
        }
    }
}
