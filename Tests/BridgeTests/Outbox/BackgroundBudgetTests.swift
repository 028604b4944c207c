import Bridge
import Testing

@Suite struct BackgroundBudgetTests {
    @Test func onlyWhatABucketHoldsAllButAtItsBrimIsTaken() {
        var budget = SendBudget(burst: 10, rate: 0.2)
        var granted = 0
        for second in 0..<600 where budget.askInBackground(now: .seconds(second)) == .granted {
            budget.accepted(now: .seconds(second))
            granted += 1
            #expect(budget.limit.level >= 6.9)
        }
        // A few at once, and then as many as come back.
        #expect((115...125).contains(granted))
    }

    @Test func nothingIsTakenFromReplies() {
        var budget = SendBudget(burst: 10, rate: 1)
        budget.openReply("turn")
        #expect(budget.askInBackground(now: .zero) == .wait(until: .seconds(1)))
        budget.closeReply("turn")
        let ticket = budget.ticket()
        #expect(budget.askInBackground(now: .zero) != .granted)
        budget.giveUp(ticket)
        #expect(budget.askInBackground(now: .zero) == .granted)
        // One at a time: the outcome of the first is not known yet.
        #expect(budget.askInBackground(now: .zero) != .granted)
        budget.accepted(now: .zero)
        #expect(budget.askInBackground(now: .zero) == .granted)
        budget.refused(retryAfter: .seconds(9), now: .zero)
        #expect(budget.askInBackground(now: .zero) == .wait(until: .seconds(9)))
    }

    @Test func aBucketForOneEventIsUsedToo() {
        var budget = SendBudget(burst: 1, rate: 1)
        #expect(budget.askInBackground(now: .zero) == .granted)
        budget.accepted(now: .zero)
        #expect(budget.askInBackground(now: .milliseconds(500)) != .granted)
        #expect(budget.askInBackground(now: .seconds(1)) == .granted)
    }
}
