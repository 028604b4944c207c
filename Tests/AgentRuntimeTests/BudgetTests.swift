import AgentRuntime
import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct BudgetTests {
    /// The day of a fixture's runs.
    private static let day = UsageRecord.day(ofMilliseconds: 1_700_000_000_000)

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

    @Test func whoHasSpentTheDaysTokensIsRefused() async throws {
        let usage = Usage(promptTokens: 60, completionTokens: 40)
        let failing = [
            ScriptedModelProvider.Step.event(.usage(usage)), .fail(ModelError(.authentication, "no")),
        ]
        let model = ScriptedModelProvider([.says("one", usage: usage), failing, .says("two", usage: usage)])
        let meter = InMemoryUsageMeter()
        let fixture = RuntimeFixture(
            provider: model,
            configure: {
                $0.budget = TokenBudget(perUser: 150)
                $0.meter = meter
            })
        try await fixture.whileRunning { runtime in
            for run in ["r1", "r2"] { _ = try await runtime.respond(to: fixture.ask("q", runID: run)).outcome() }
            // Who has read the end is counted already.
            let refused = try await runtime.respond(to: fixture.ask("q", runID: "r3")).outcome()
            #expect(refused.error?.agentCode == "BUDGET_EXHAUSTED" && refused.error?.isRetryable == false)
            #expect(refused.error?.message.contains("200 of 150 tokens") == true)
            var other = fixture.ask("q", runID: "r4")
            other.userID = "somebody else"
            let reply = try await runtime.respond(to: other).outcome()
            #expect(text(reply.events) == "two")
        }
        #expect(model.requests.count == 3)
        // In another process too, but not on another day.
        let later = RuntimeFixture(provider: ScriptedModelProvider([.says("three")]), configure: fixture.configure)
        try await later.whileRunning { runtime in
            let refused = try await runtime.respond(to: later.ask("q", runID: "r5")).outcome()
            #expect(refused.error?.agentCode == "BUDGET_EXHAUSTED")
        }
        var tomorrow = later
        tomorrow.now += 86_400
        try await tomorrow.whileRunning { runtime in
            let reply = try await runtime.respond(to: tomorrow.ask("q", runID: "r6")).outcome()
            #expect(text(reply.events) == "three")
        }
    }

    /// Whoever stops each answer before the provider says what it took pays for what was said all the same.
    @Test func anAnswerThatIsStoppedIsCountedByItsBytes() async throws {
        let said = String(repeating: "four", count: 30)
        let answer: [ScriptedModelProvider.Step] = .says(said)
        let model = ScriptedModelProvider([answer.dropLast(2) + [.stall]])
        let meter = InMemoryUsageMeter()
        let fixture = RuntimeFixture(
            provider: model,
            configure: {
                $0.budget = TokenBudget(perUser: 30)
                $0.meter = meter
            })
        try await fixture.whileRunning { runtime in
            for try await event in try await runtime.respond(to: fixture.ask("q")) {
                if case .textChunk = event.event { break }
            }
            try await runtime.cancel(runID: "r")
            try await eventually("it is stopped") { try await fixture.log.state(of: "r").isSealed }
            let usage = try #require(try await meter.records(of: "r").first?.usage)
            #expect(usage.completionTokens == 30 && usage.promptTokens > 0)
            let refused = try await runtime.respond(to: fixture.ask("q", runID: "r2")).outcome()
            #expect(refused.error?.agentCode == "BUDGET_EXHAUSTED")
        }
    }

    @Test func theDaysBudgetIsThatOfAll() async throws {
        let usage = Usage(promptTokens: 60, completionTokens: 40)
        let model = ScriptedModelProvider([.says("one", usage: usage)])
        let fixture = RuntimeFixture(provider: model, configure: { $0.budget = TokenBudget(perDay: 100) })
        try await fixture.whileRunning { runtime in
            _ = try await runtime.respond(to: fixture.ask("q", runID: "r1")).outcome()
            var other = fixture.ask("q", runID: "r2")
            other.userID = "somebody else"
            let refused = try await runtime.respond(to: other).outcome()
            #expect(refused.error?.agentCode == "DAY_BUDGET_EXHAUSTED")
            #expect(refused.error?.message.contains("100 of 100 tokens") == true)
        }
    }

    /// What is open counts as it grows: a round's tokens are there before the next round is asked for.
    @Test func aRunThatIsNotOverCountsWithItsRounds() async throws {
        let usage = Usage(promptTokens: 60, completionTokens: 40)
        let calling = [ScriptedModelProvider.Step.event(.usage(usage))] + .calls(("t", "{}", "c1"))
        let tools = ScriptedTools(["t": { _ in ToolOutcome("ok") }], harmless: ["t"])
        let model = ScriptedModelProvider([calling, [.stall]])
        let fixture = RuntimeFixture(
            provider: model, tools: tools, configure: { $0.budget = TokenBudget(perUser: 100) })
        try await fixture.whileRunning { runtime in
            _ = try await runtime.respond(to: fixture.ask("q", runID: "r1"))
            try await eventually("the second round is asked for") { model.requests.count == 2 }
            let refused = try await runtime.respond(to: fixture.ask("q", runID: "r2")).outcome()
            #expect(refused.error?.agentCode == "BUDGET_EXHAUSTED")
        }
    }

    @Test func costIsRecordedWithEachRun() async throws {
        let usage = Usage(promptTokens: 1_000, completionTokens: 500, cachedTokens: 200, reasoningTokens: 100)
        let meter = InMemoryUsageMeter()
        for (runID, price) in [
            ("priced", ModelCatalogue.Price(input: 1, cachedInput: 0.5, output: 2)), ("unpriced", nil),
        ] {
            let fixture = RuntimeFixture(
                provider: ScriptedModelProvider([.says("ok", usage: usage)]),
                configure: { parts in
                    parts.meter = meter
                    parts.catalogue = ModelCatalogue([
                        "scripted-model": ModelCatalogue.Entry(contextLength: 100_000, price: price)
                    ])
                })
            try await fixture.whileRunning {
                _ = try await $0.respond(to: fixture.ask("q", runID: runID)).outcome()
            }
            let cost: Int64? = price == nil ? nil : 800 + 100 + 1_000
            #expect(
                try await meter.records(of: runID) == [
                    UsageRecord(
                        runID: runID, attempt: 1, userID: "u", threadID: "t", providerID: "scripted",
                        modelID: "scripted-model", day: Self.day, usage: usage, microdollars: cost)
                ])
        }
    }

    @Test func whatWasStoppedOrHasFailedIsCounted() async throws {
        let usage = Usage(promptTokens: 60, completionTokens: 40)
        let stalling: [ScriptedModelProvider.Step] = [.event(.usage(usage)), .stall]
        let failing: [ScriptedModelProvider.Step] = [.event(.usage(usage)), .fail(ModelError(.authentication, "no"))]
        let meter = InMemoryUsageMeter()
        let fixture = RuntimeFixture(
            provider: ScriptedModelProvider([stalling, failing]), configure: { $0.meter = meter })
        try await fixture.whileRunning { runtime in
            _ = try await runtime.respond(to: fixture.ask("q", runID: "stopped"))
            try await eventually("the tokens are known") {
                try await fixture.response(of: "stopped")?.usage == usage
            }
            try await runtime.cancel(runID: "stopped")
            let stopped = try await runtime.resume(runID: "stopped", after: 0).outcome()
            #expect(stopped.error?.code == .cancelled)
            let failed = try await runtime.respond(to: fixture.ask("q", runID: "failed")).outcome()
            #expect(failed.error != nil)
        }
        for run in ["stopped", "failed"] { #expect(try await meter.records(of: run).map(\.usage) == [usage]) }
    }

    @Test func whoAsksIsToldTheirOwnTokensAndTheBudgetOfAll() async throws {
        let meter = InMemoryUsageMeter()
        // 14 November 2023; its month began 13 days before.
        let days = [(Self.day, "u", "t", 10), (Self.day, "u", "t2", 20), (Self.day, "v", "t", 400)]
        let earlier = [(Self.day - 13, "u", "t", 3_000), (Self.day - 14, "u", "t", 50_000)]
        for (index, (day, user, thread, tokens)) in (days + earlier).enumerated() {
            try await meter.record(
                UsageRecord(
                    runID: "r\(index)", attempt: 1, userID: user, threadID: thread, providerID: "p", modelID: "m",
                    day: day, usage: Usage(promptTokens: tokens, completionTokens: 0),
                    microdollars: tokens == 10 ? 5 : nil))
        }
        let fixture = RuntimeFixture(provider: ScriptedModelProvider([]), configure: { $0.meter = meter })
        let free = try await fixture.make().usage(userID: "u", threadID: "t")
        #expect(
            free
                == UsageReport(
                    today: UsageSum(tokens: 30, microdollars: 5, unpricedTokens: 20),
                    month: UsageSum(tokens: 3_030, microdollars: 5, unpricedTokens: 3_020),
                    thread: UsageSum(tokens: 53_010, microdollars: 5, unpricedTokens: 53_000)))
        var limited = fixture
        limited.configure = { parts in
            parts.meter = meter
            parts.budget = TokenBudget(perUser: 100, perDay: 1_000)
        }
        let report = try await limited.make().usage(userID: "v", threadID: "t2")
        #expect(
            report
                == UsageReport(
                    today: UsageSum(tokens: 400, unpricedTokens: 400), dailyLimit: 100,
                    month: UsageSum(tokens: 400, unpricedTokens: 400),
                    everyone: UsageReport.Budget(spent: 430, limit: 1_000)))
    }

    /// A run that was let in comes to its end after a restart, whatever it has taken itself by then.
    @Test func whatARunHasTakenItselfIsNotHeldAgainstIt() async throws {
        let usage = Usage(promptTokens: 60, completionTokens: 40)
        let (meter, log) = (InMemoryUsageMeter(), InMemoryEventLog())
        let dying = ScriptedModelProvider([[.event(.usage(usage)), .stall]])
        let first = RuntimeFixture(
            provider: dying, log: log,
            configure: {
                $0.budget = TokenBudget(perUser: 100)
                $0.meter = meter
            })
        try await first.whileRunning { runtime in
            _ = try await runtime.respond(to: first.ask("q"))
            try await eventually("the tokens are known") { try await first.response()?.usage == usage }
        }
        var second = first
        second.provider = ScriptedModelProvider([.says("done", usage: usage)])
        try await second.whileRunning { runtime in
            let reply = try await runtime.resume(runID: "r", after: 0).outcome()
            #expect(text(reply.events) == "done")
            #expect(reply.events.last?.event == .end(tokensUsed: 200, model: "scripted-model"))
            let refused = try await runtime.respond(to: second.ask("q", runID: "r2")).outcome()
            #expect(refused.error?.message.contains("200 of 100 tokens") == true)
        }
        #expect(try await meter.records(of: "r").map(\.usage) == [usage, usage])
    }
}
