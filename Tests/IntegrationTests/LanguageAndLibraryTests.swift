import TestSupport
import Testing

@Suite("Language and saved conversations", .timeLimit(.minutes(10)))
struct LanguageAndLibraryTests {
    @Test("In Russian: a greeting, a reset, and a conversation that is saved and gone on with after a restart")
    func russian() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            var configuration = try stage.configuration(.mock)
            configuration["bridge", "language"] = "ru"
            configuration["bridge", "welcome"] = true
            try await stage.withRialto(configuration) { rialto in
                let room = try await stage.directRoom(of: alice)
                try await alice.waitForEvent("the greeting", in: room) { event in
                    event.sender == bot && event.messageType == "m.notice"
                        && event.body?.hasPrefix("Здравствуйте") == true
                }
                let saved = try await alice.command("!save поездка", in: room, of: bot)
                #expect(saved.body?.contains("`поездка`") == true)
                let context = try await alice.command("!context", in: room, of: bot)
                _ = try await alice.command("!reset", in: room, of: bot)
                let reset = try await alice.command("!yes", in: room, of: bot)
                #expect(reset.body == "Контекст сброшен. Начнём с чистого листа.")
                let choice = try await alice.command("!load", in: room, of: bot)
                #expect(choice.body?.contains("**1**: `поездка`") == true)

                #expect(try await rialto.terminate() == .exited(0))
                try await rialto.start()

                let loaded = try await alice.command("1", in: room, of: bot)
                #expect(loaded.body == "Продолжаем здесь разговор `поездка`.")
                let after = try await alice.command("!context", in: room, of: bot)
                #expect(after.body == context.body)
                let reply = try await alice.ask("привет", in: room, of: bot)
                #expect(reply.text.contains("токен"))
                #expect(rialto.errorLines == [])
            }
        }
    }
}
