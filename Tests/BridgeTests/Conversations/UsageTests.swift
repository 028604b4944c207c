import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// What people are told about what they have spent.
@Suite(.timeLimit(.minutes(1))) struct UsageTests {
    /// An agent whose budgets are spent, and that says so of each person's own.
    private struct Spent: AgentResponder {
        let code: String
        var tells = true

        func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent> {
            throw PlatformError(.agentFailed, "the day is over at midnight", agentCode: code)
        }

        func usage(userID: String, threadID: String) async throws -> UsageReport {
            guard tells else { throw PlatformError(.unsupported, "not told") }
            let isAlice = userID == "usr-matrix-@alice:example.org"
            return UsageReport(
                today: UsageSum(tokens: isAlice ? 51_200 : 7, microdollars: isAlice ? 1_234_567 : nil),
                dailyLimit: 50_000, month: UsageSum(tokens: 60_000, microdollars: 50, unpricedTokens: 3),
                thread: UsageSum(tokens: threadID.isEmpty ? 0 : 20),
                everyone: UsageReport.Budget(spent: 90_500, limit: 90_000))
        }
    }

    private func platform(_ agent: Spent) -> AgentPlatformClient {
        AgentPlatformClient(connection: InProcessAgentConnection(to: agent), store: InMemoryStateStore())
    }

    @Test func whoAsksIsToldTheirOwnNumbers() async throws {
        try await BridgeScenario.run(platform: platform(Spent(code: ""))) { room in
            try await room.join("!a")
            try await room.say("!usage", in: "!a", as: "$1")
            let hers = try await room.notice(containing: "Your tokens", in: "!a").body
            #expect(hers.contains("**Today:** 51,200 of 50,000 tokens, about $1.23"))
            #expect(hers.contains("**This month:** 60,000 tokens, less than $0.0001"))
            #expect(hers.contains("**In this conversation:** 20 tokens\n"))
            #expect(hers.contains("**Everyone together, today:** 90,500 of 90,000 tokens"))
            #expect(hers.contains("midnight UTC"))
            try await room.join("!b")
            try await room.say("!usage", from: "@bob:example.org", in: "!b", as: "$2")
            let his = try await room.notice(containing: "Your tokens", in: "!b").body
            #expect(his.contains("**Today:** 7 of 50,000 tokens\n") && !his.contains("51,200"))
        }
    }

    @Test(arguments: Language.allCases)
    func whoHasSpentAllIsToldWhichBudgetHowMuchAndUntilWhen(language: Language) async throws {
        let notices = language.notices
        for (code, budget, numbers) in [
            ("BUDGET_EXHAUSTED", SpentBudget.ofPerson, UsageReport.Budget(spent: 51_200, limit: 50_000)),
            ("DAY_BUDGET_EXHAUSTED", .ofEveryone, UsageReport.Budget(spent: 90_500, limit: 90_000)),
        ] {
            for tells in [true, false] {
                let agent = Spent(code: code, tells: tells)
                try await BridgeScenario.run(platform: platform(agent), notices: notices) { room in
                    try await room.join("!a")
                    try await room.say("And now?", in: "!a", as: "$1")
                    let reply = try await room.finished(1, in: "!a")[0].body
                    #expect(reply.contains(notices.budgetSpent(budget, tells ? numbers : nil)))
                }
            }
        }
    }

    @Test func anAgentThatDoesNotCountIsNoFailure() async throws {
        let agent = InMemoryAgentConnection { _ in [.end(tokensUsed: 0)] }
        let platform = AgentPlatformClient(connection: agent, store: InMemoryStateStore())
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("!usage", in: "!a", as: "$1")
            _ = try await room.notice(containing: EnglishNotices().tokenUsageUnknown, in: "!a")
        }
    }

    @Test func theMockCountsWhatItHasSaid() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            try await room.say("one two three", in: "!a", as: "$1")
            _ = try await room.finished(1, in: "!a")
            try await room.say("!usage", in: "!a", as: "$2")
            #expect(try await room.notice(containing: "Your tokens", in: "!a").body.contains("**Today:** 4 tokens"))
        }
    }

    @Test(
        arguments: [
            (0, "0.00"), (1, "<0.0001"), (99, "<0.0001"), (100, "0.0001"), (149, "0.0001"), (150, "0.0002"),
            (99_949, "0.0999"), (99_950, "0.1000"), (100_000, "0.10"), (104_999, "0.10"), (105_000, "0.11"),
            (999_999, "1.00"), (1_000_000, "1.00"), (1_234_567_890, "1234.57"), (-5, "0.00"),
            (Int64.max, "9223372036854.78"),
        ] as [(Int64, String)])
    func dollars(microdollars: Int64, shown: String) {
        let dollars = ShownDollars(microdollars: microdollars)
        #expect("\(dollars.isTiny ? "<" : "")\(dollars.whole).\(dollars.fraction)" == shown)
    }
}
