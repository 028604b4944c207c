import Bridge
import TestSupport
import Testing

@Suite struct SendBudgetTests {
    /// With the stock limits of a homeserver, five drafts and five ends are exactly what fits.
    @Test func asManyDraftsGoOutAsLeaveRoomForTheEndsOfAllReplies() {
        var budget = SendBudget(burst: 10, rate: 0.2)
        let replies = (1...5).map { "turn-\($0)" }
        for reply in replies { budget.openReply(reply) }
        for reply in replies { #expect(budget.askForEdit(of: reply, isFirstText: true, now: .zero) == .granted) }
        for reply in replies { #expect(budget.askForEdit(of: reply, now: .zero) != .granted) }
    }

    @Test func editsLeaveWhatTheNextRepliesBeginAndEndWith() {
        var budget = SendBudget(burst: 10, rate: 0.2)
        budget.openReply("long")
        #expect(budget.askForEdit(of: "long", isFirstText: true, now: .zero) == .granted)
        while budget.askForEdit(of: "long", now: .zero) == .granted {}
        #expect(budget.limit.level == 4)
        budget.openReply("next")
        #expect(budget.askForEdit(of: "next", isFirstText: true, now: .zero) == .granted)
    }

    @Test func aFirstTextGoesBeforeTheEditsThatWait() {
        var budget = SendBudget(burst: 10, rate: 1)
        budget.openReply("long")
        while budget.askForEdit(of: "long", now: .zero) == .granted {}
        for number in 1...3 { budget.openReply("new-\(number)") }
        #expect(budget.askForEdit(of: "new-1", isFirstText: true, now: .milliseconds(10)) != .granted)
        #expect(budget.askForEdit(of: "long", now: .milliseconds(20)) != .granted)
        #expect(budget.askForEdit(of: "new-1", isFirstText: true, now: .seconds(1)) == .granted)
    }

    @Test func theNextSlotGoesToTheReplyThatHasWaitedLongest() {
        var budget = SendBudget(burst: 6, rate: 1)
        let replies = ["a", "b", "c"]
        for reply in replies { budget.openReply(reply) }
        for reply in replies { #expect(budget.askForEdit(of: reply, isFirstText: true, now: .zero) == .granted) }
        budget.accepted(now: .zero)
        var grants: [String: Int] = [:]
        var random = SeededGenerator(seed: 7)
        // Shorter than the wait after which the limit would be tested.
        for tick in 1...2_000 {
            for reply in replies.shuffled(using: &random) {
                guard budget.askForEdit(of: reply, now: .milliseconds(tick * 10)) == .granted else { continue }
                grants[reply, default: 0] += 1
                budget.accepted(now: .milliseconds(tick * 10))
            }
        }
        let counts = replies.map { grants[$0] ?? 0 }
        #expect(counts.max().map { $0 - (counts.min() ?? 0) <= 1 } == true)
        #expect(counts.reduce(0, +) >= 16)
    }

    @Test func aReplyThatNoLongerAsksHoldsNobodyUp() {
        var budget = SendBudget(burst: 3, rate: 1)
        budget.openReply("gone")
        budget.openReply("here")
        #expect(budget.askForEdit(of: "gone", now: .zero) == .granted)
        #expect(budget.askForEdit(of: "gone", now: .zero) != .granted)
        for tick in 1...20 { _ = budget.askForEdit(of: "here", now: .milliseconds(tick * 200)) }
        #expect(budget.limit.level < 2.9)
    }

    @Test func aRefusalPausesEverythingAndSetsTheRate() {
        var budget = SendBudget(burst: 10, rate: 1)
        #expect(budget.ask(for: budget.ticket(), now: .seconds(1)) == .granted)
        budget.refused(retryAfter: .seconds(5), now: .seconds(1))
        #expect(budget.pausedUntil == .seconds(6))
        #expect(budget.askForEdit(of: "turn", now: .seconds(3)) == .wait(until: .seconds(6)))
        #expect(budget.ask(for: budget.ticket(), now: .seconds(3)) == .wait(until: .seconds(6)))
        #expect(budget.limit.rate == 0.2)
    }

    @Test func whatMustGoOutNeverWaitsForABucketThatNobodyHasCalledEmpty() {
        var budget = SendBudget(burst: 1, rate: 0.001)
        for _ in 1...5 {
            #expect(budget.ask(for: budget.ticket(), now: .zero) == .granted)
            budget.accepted(now: .zero)
        }
        #expect(budget.limit.rate > 0.001)
    }

    @Test func afterARefusalWhatMustGoOutGoesInItsOrderAsTheTokensComeBack() {
        var budget = SendBudget(burst: 10, rate: 0.2)
        let refused = budget.ticket()
        let (first, second) = (budget.ticket(), budget.ticket())
        #expect(budget.ask(for: refused, now: .zero) == .granted)
        budget.refused(retryAfter: .seconds(5), now: .zero)
        #expect(budget.ask(for: second, now: .milliseconds(5_010)) != .granted)
        #expect(budget.ask(for: first, now: .milliseconds(5_010)) == .granted)
        budget.accepted(now: .milliseconds(5_020))
        #expect(budget.ask(for: second, now: .seconds(8)) != .granted)
        #expect(budget.ask(for: second, now: .milliseconds(10_020)) == .granted)
    }

    @Test func withMoreOpenRepliesThanTheBurstEditsTakeWhatFlowsOverOnceTheyHaveWaitedForLong() throws {
        var budget = SendBudget(burst: 4, rate: 1)
        for number in 0..<20 { budget.openReply("turn-\(number)") }
        var granted: [Int] = []
        for milliseconds in stride(from: 0, through: 8_000, by: 100) {
            for number in 0..<20 {
                let reply = "turn-\(number)"
                let isFirstText = !granted.contains(number)
                let grant = budget.askForEdit(of: reply, isFirstText: isFirstText, now: .milliseconds(milliseconds))
                if grant == .granted { granted.append(number) }
            }
            if milliseconds < 3_900 { #expect(granted.isEmpty) }
            #expect(budget.limit.level >= 3)
        }
        #expect(granted == [0, 1, 2, 3, 4])
    }

    /// Over any stretch of time no more edits are granted than the burst and what has come back since.
    @Test(arguments: 0..<50) func editsNeverExceedTheRate(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let burst = Int.random(in: 1...12, using: &random)
        let rate = Double.random(in: 0.1...5, using: &random)
        var limiter = SynapseRateLimiter(rate: rate, burst: burst)
        var budget = SendBudget(burst: burst, rate: rate)
        var now: Duration = .zero
        // Shorter than the wait after which the limit would be tested.
        while now < .seconds(3.9 / rate) {
            now += .milliseconds(Int.random(in: 0...200, using: &random))
            let reply = "turn-\(Int.random(in: 0..<4, using: &random))"
            switch Int.random(in: 0..<10, using: &random) {
            case 0: budget.openReply(reply)
            case 1: budget.closeReply(reply)
            default:
                guard budget.askForEdit(of: reply, now: now) == .granted else { continue }
                #expect(limiter.retryAfter(now) == nil)
                budget.accepted(now: now)
            }
        }
    }
}
