import Bridge
import TestSupport
import Testing

/// The budget against a simulated Synapse. Unless said otherwise, replies stream 20 chunks a second for ten seconds.
@Suite struct SendBudgetSimulationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var limiter: SynapseRateLimiter?
        var load: ReplySimulation.Load
        /// The most seconds from a last chunk to the end that the room shows.
        var ending: Double
        /// The most seconds from a first chunk to the first text; nil where no slot is left for it.
        var firstText: Double?
        /// The most refusals.
        var refused: Int

        var testDescription: String {
            let limit = limiter.map { "\($0.rate)/s, burst \(Int($0.burst))" } ?? "no limit"
            return "\(limit): \(load.replies) replies \(load.order == .inARow ? "in a row" : "at once")"
        }
    }

    /// With the stock limit no more than ten events fit at once: 20 ends take (20 - 10) / 0.2 = 50 s at the least.
    static let cases = [
        Case(limiter: .init(), load: .init(replies: 1), ending: 1, firstText: 1, refused: 0),
        Case(limiter: .init(), load: .init(replies: 3, order: .inARow), ending: 1, refused: 0),
        Case(limiter: .init(), load: .init(replies: 5), ending: 1, firstText: 1, refused: 0),
        Case(limiter: .init(), load: .init(replies: 20), ending: 60, refused: 1),
        Case(limiter: .init(rate: 5, burst: 20), load: .init(replies: 20), ending: 1, refused: 0),
        Case(limiter: nil, load: .init(replies: 1), ending: 1, firstText: 1, refused: 0),
        Case(limiter: nil, load: .init(replies: 20), ending: 1, refused: 0),
    ]

    @Test("Drafts and edits never make the ends of replies late", arguments: cases)
    func endings(_ expected: Case) {
        var simulation = ReplySimulation(limiter: expected.limiter, budget: SendBudget(burst: 10, rate: 0.2))
        let result = simulation.run(expected.load)
        #expect(result.outcomes.count == expected.load.replies)
        #expect(result.slowestEnding <= .seconds(expected.ending))
        if let firstText = expected.firstText { #expect(result.slowestFirstText <= .seconds(firstText)) }
        #expect(result.refused <= expected.refused)
    }

    /// After little more than a minute of use nothing is slower than the pace of the edits, which no limit stands in the way of.
    @Test func aServerWithoutLimitsSoonStreamsAtThePaceOfTheEdits() throws {
        let policy = EditPolicy()
        var simulation = ReplySimulation(limiter: nil, budget: SendBudget(burst: 10, rate: 0.2), policy: policy)
        let first = try #require(simulation.run(.init(replies: 1, chunks: 1_600)).outcomes.first)
        let start = try #require(first.edits.first)
        #expect(first.edits.contains { $0 > start + .seconds(30) })
        simulation.rest(for: .seconds(20))
        let second = try #require(simulation.run(.init(replies: 1, chunks: 400)).outcomes.first)
        for (edits, (earlier, later)) in zip(second.edits, second.edits.dropFirst()).enumerated() {
            #expect(later - earlier <= policy.spacing(afterEdits: edits) + .milliseconds(100))
        }
        #expect(simulation.budget.limit.rate > 0.2)
    }

    /// A bot that stays busy finds that the stock limit holds, and asks ever more rarely.
    @Test func testsOfALimitThatHoldsAreRare() {
        var simulation = ReplySimulation(limiter: .init(), budget: SendBudget(burst: 10, rate: 0.2))
        let result = simulation.run(.init(replies: 1, chunks: 6_000))
        #expect(result.refused <= 4)
        #expect(result.slowestEnding <= .seconds(5))
        #expect(abs(simulation.budget.limit.rate - 0.2) < 0.02)
    }

    @Test("A wrong guess is put right by the server's answers", arguments: [(0.05, 5), (0.2, 10), (1, 5)])
    func wrongGuess(rate: Double, burst: Int) {
        var simulation = ReplySimulation(
            limiter: SynapseRateLimiter(rate: rate, burst: burst),
            budget: SendBudget(burst: 400, rate: 200)
        )
        let first = simulation.run(.init(replies: 6, chunks: 100))
        #expect(first.outcomes.count == 6)
        let second = simulation.run(.init(replies: 6, chunks: 100))
        #expect(second.outcomes.count == 6)
        #expect(second.refused <= 4)
        #expect(simulation.budget.limit.rate < rate * 1.3)
    }

    /// Where the guess is right, no reply ends later than the server makes it, whatever the limit and the load are.
    @Test(arguments: 0..<20) func endsAreNeverLateBecauseOfEarlierEdits(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rate = Double.random(in: 0.1...4, using: &random)
        let burst = Int.random(in: 3...20, using: &random)
        let replies = Int.random(in: 1...8, using: &random)
        var simulation = ReplySimulation(
            limiter: SynapseRateLimiter(rate: rate, burst: burst),
            budget: SendBudget(burst: burst, rate: rate)
        )
        let load = ReplySimulation.Load(
            replies: replies,
            chunks: Int.random(in: 20...120, using: &random),
            order: Bool.random(using: &random) ? .inARow : .atOnce
        )
        let result = simulation.run(load)
        let least = load.order == .inARow ? 0 : max(0, Double(replies - burst) / rate)
        #expect(result.outcomes.count == replies)
        #expect(result.slowestEnding <= .seconds(least * 1.2 + 1.2 + 1 / rate))
        #expect(result.refused <= 2)
    }
}
