import TestSupport
import Testing

@Suite("Budgets", .timeLimit(.minutes(10)))
struct BudgetTests {
    @Test("Who has spent the day's tokens is told so, also after a restart, and !usage shows how much it was")
    func spent() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let bob = try await stage.server.makeUser("bob")
            var configuration = try stage.configuration(.embedded)
            configuration["agent", "user_tokens_per_day"] = 30
            configuration["agent", "tokens_per_day"] = 1_000_000
            try await stage.withRialto(configuration) { rialto in
                let room = try await stage.directRoom(of: alice)
                let words = Array(repeating: "ship", count: 40).joined(separator: " ")
                let first = try await alice.ask("/echo chunks=1 \(words)", in: room, of: bot)
                #expect(first.text.hasPrefix("ship"))
                let refusal = "You have used up your tokens for today"
                let refused = try await alice.ask("And now?", in: room, of: bot)
                #expect(refused.text.contains(refusal) && refused.text.contains("of 30 tokens"))
                #expect(refused.text.contains("midnight UTC"))
                let before = try await alice.command("!usage", in: room, of: bot).body ?? ""
                #expect(before.contains("of 30 tokens") && before.contains("of 1,000,000 tokens"))

                try await rialto.kill()
                try await rialto.start()

                #expect(try await alice.ask("And now?", in: room, of: bot).text.contains(refusal))
                #expect(try await alice.command("!usage", in: room, of: bot).body == before)
                // Somebody else has a budget of their own, and sees nothing of hers.
                let his = try await stage.directRoom(of: bob)
                let usage = try await bob.command("!usage", in: his, of: bot).body ?? ""
                #expect(usage.contains("0 of 30 tokens"))
                #expect(try await bob.ask("/echo chunks=1 free", in: his, of: bot).text == "free 1")
            }
        }
    }

    @Test("Where the price of the model is configured, !usage says what the answers cost")
    func cost() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let price = "[[provider.models]]\nname = \"echo\"\ninput_price = 1000.0\noutput_price = 2000.0\n"
            let text = try stage.configuration(.embedded).toml + "\n[provider]\nkind = \"echo\"\n" + price
            let file = try stage.directory.write(text, to: "config.toml")
            try await RialtoProcess.withProcess(.bridge, configurationFile: file) { _ in
                let room = try await stage.directRoom(of: alice)
                _ = try await alice.ask("/echo chunks=1 pricey", in: room, of: bot)
                let usage = try await alice.command("!usage", in: room, of: bot).body ?? ""
                #expect(usage.contains(/Today:\*\* \d+ tokens, about \$0\.\d\d/), "\(usage)")
            }
        }
    }

    @Test("!usage also asks an agent behind a socket")
    func overTheSocket() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { _ in
                let room = try await stage.directRoom(of: alice)
                _ = try await alice.ask("/echo chunks=1 free", in: room, of: bot)
                let usage = try await alice.command("!usage", in: room, of: bot).body ?? ""
                let today = try #require(usage.firstMatch(of: /Today:\*\* (\d+) tokens/)?.1)
                #expect((Int(today) ?? 0) > 0, "\(usage)")
            }
        }
    }
}
