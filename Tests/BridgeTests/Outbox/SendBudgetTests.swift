import Bridge
import TestSupport
import Testing

@Suite struct SendBudgetTests {
    @Test func editsUseTheBurstButLeaveASlotForEachOpenReply() {
        var budget = SendBudget(burst: 5, rate: 0.2)
        budget.openReply()
        budget.openReply()
        var granted = 0
        while case .granted = budget.takeIfSpare(now: .zero) { granted += 1 }
        #expect(granted == 3)
    }

    /// With the stock limits of a homeserver, five drafts and five ends are exactly what fits.
    @Test func asManyDraftsGoOutAsLeaveRoomForTheEndsOfAllReplies() {
        var budget = SendBudget(burst: 10, rate: 0.2)
        for _ in 1...5 { budget.openReply() }
        var drafts = 0
        while case .granted = budget.takeIfSpare(now: .zero) { drafts += 1 }
        #expect(drafts == 5)
    }

    @Test func aDeniedEditIsToldWhenItsTokenIsThere() {
        var budget = SendBudget(burst: 1, rate: 0.5)
        #expect(budget.takeIfSpare(now: .zero) == .granted)
        guard case .wait(let instant) = budget.takeIfSpare(now: .zero) else {
            Issue.record("the bucket was empty")
            return
        }
        #expect(instant >= .seconds(2) && instant < .milliseconds(2100))
        #expect(budget.takeIfSpare(now: instant) == .granted)
    }

    @Test func aLimitFromTheServerPausesEverythingAndEmptiesTheBucket() {
        var budget = SendBudget(burst: 10, rate: 1)
        budget.limited(retryAfter: .seconds(5), now: .seconds(1))
        #expect(budget.pausedUntil == .seconds(6))
        #expect(budget.takeIfSpare(now: .seconds(3)) == .wait(until: .seconds(6)))
        budget.limited(retryAfter: .seconds(1), now: .seconds(2))
        #expect(budget.pausedUntil == .seconds(6))
    }

    @Test func withMoreOpenRepliesThanTheBurstEditsStillGoOutWhenTheBucketIsFull() {
        var budget = SendBudget(burst: 4, rate: 1)
        for _ in 0..<20 { budget.openReply() }
        #expect(budget.takeIfSpare(now: .zero) == .granted)
        guard case .wait(let instant) = budget.takeIfSpare(now: .zero) else {
            Issue.record("only one edit fits")
            return
        }
        #expect(budget.takeIfSpare(now: instant) == .granted)
    }

    /// Over any stretch of time no more edits are granted than the burst and what has come back since.
    @Test(arguments: 0..<50) func editsNeverExceedTheRate(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let burst = Int.random(in: 1...12, using: &random)
        let rate = Double.random(in: 0.1...5, using: &random)
        var budget = SendBudget(burst: burst, rate: rate)
        var now: Duration = .zero
        var granted = 0
        for _ in 0..<2_000 {
            now += .milliseconds(Int.random(in: 0...200, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0: budget.openReply()
            case 1: budget.closeReply()
            default: if case .granted = budget.takeIfSpare(now: now) { granted += 1 }
            }
        }
        #expect(Double(granted) <= Double(burst) + now / .seconds(1) * rate + 0.001)
    }
}
