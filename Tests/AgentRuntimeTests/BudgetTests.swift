import AgentRuntime
import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct BudgetTests {
    @Test(arguments: [
        (nil, nil, 1_000, 1_000, nil), (10, nil, 9, 99, nil),
        (10, nil, 10, 10, TokenBudget.Refusal.user(spent: 10, limit: 10)),
        (nil, 20, 0, 20, .day(spent: 20, limit: 20)), (10, 20, 12, 30, .user(spent: 12, limit: 10)),
        (0, nil, 0, 0, .user(spent: 0, limit: 0)),
    ])
    func refusals(perUser: Int?, perDay: Int?, byUser: Int, byAll: Int, refusal: TokenBudget.Refusal?) {
        let budget = TokenBudget(perUser: perUser, perDay: perDay)
        #expect(budget.refusal(spentByUser: byUser, spentByAll: byAll) == refusal)
    }

    @Test func daysAreCountedApart() async throws {
        let meter = InMemoryUsageMeter()
        for (tokens, user, day) in [(5, "a", 1), (7, "b", 1), (1, "a", 1), (3, "a", 2)] {
            try await meter.record(tokens: tokens, userID: user, day: day)
        }
        #expect(try await meter.spent(userID: "a", day: 1) == (6, 13))
        #expect(try await meter.spent(userID: "b", day: 2) == (0, 3))
        try await meter.record(tokens: 1, userID: "a", day: 9)
        #expect(try await meter.spent(userID: "a", day: 2) == (0, 0))
    }

    @Test func whoHasSpentTheDaysTokensIsRefused() async throws {
        let usage = Usage(promptTokens: 60, completionTokens: 40)
        let failing = [
            ScriptedModelProvider.Step.event(.usage(usage)), .fail(ModelError(.authentication, "no")),
        ]
        let model = ScriptedModelProvider([.says("one", usage: usage), failing, .says("two", usage: usage)])
        let fixture = RuntimeFixture(provider: model, configure: { $0.budget = TokenBudget(perUser: 150) })
        try await fixture.whileRunning { runtime in
            for run in ["r1", "r2"] { _ = try await runtime.respond(to: fixture.ask("q", runID: run)).outcome() }
            try await eventually("both are counted") {
                let reply = try await runtime.respond(to: fixture.ask("q", runID: "r3")).outcome()
                #expect(reply.error?.agentCode == "BUDGET_EXHAUSTED" && reply.error?.isRetryable == false)
                #expect(reply.error?.message.contains("200 of 150 tokens") == true)
                return true
            }
            var other = fixture.ask("q", runID: "r4")
            other.userID = "somebody else"
            let reply = try await runtime.respond(to: other).outcome()
            #expect(text(reply.events) == "two")
        }
        #expect(model.requests.count == 3)
    }
}
