import TestSupport
import Testing

@Suite("Settings", .timeLimit(.minutes(10)))
struct SettingsTests {
    @Test("A skill that was switched on and a name that was given survive a restart")
    func surviveARestart() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                let room = try await stage.directRoom(of: alice)
                let before = try await alice.command("!skills", in: room, of: bot)
                for skill in ["browser", "files", "search"] {
                    #expect(before.body?.contains("⬜ `\(skill)`: off") == true)
                }
                let switched = try await alice.command("!skill on browser", in: room, of: bot)
                #expect(switched.body == "The skill `browser` is now **on**.")
                let named = try await alice.command("!soul name Portia", in: room, of: bot)
                #expect(named.body?.contains("Portia") == true)

                #expect(try await rialto.terminate() == .exited(0))
                try await rialto.start()

                let after = try await alice.command("!skills", in: room, of: bot)
                #expect(after.body?.contains("✅ `browser`: on") == true)
                #expect(after.body?.contains("⬜ `files`: off") == true)
                let settings = try await alice.command("!settings", in: room, of: bot)
                #expect(settings.body?.contains("`browser`") == true)
                #expect(settings.body?.contains("`name`") == true)
                let soul = try await alice.command("!soul name", in: room, of: bot)
                #expect(soul.body?.contains("Portia") == true)
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("One person's settings are nobody else's")
    func belongToOnePerson() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let bob = try await stage.server.makeUser("bob")
            try await stage.withRialto(stage.configuration(.mock)) { _ in
                let hers = try await stage.directRoom(of: alice)
                let his = try await stage.directRoom(of: bob)
                _ = try await alice.command("!skill on search", in: hers, of: bot)
                let skills = try await bob.command("!skills", in: his, of: bot)
                #expect(skills.body?.contains("⬜ `search`: off") == true)
            }
        }
    }

    @Test("A command that does not exist and a skill that does not exist are explained")
    func mistakesAreExplained() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { _ in
                let room = try await stage.directRoom(of: alice)
                let command = try await alice.command("!skils", in: room, of: bot)
                #expect(command.body?.contains("`!skills`") == true)
                let skill = try await alice.command("!skill on browsr", in: room, of: bot)
                #expect(skill.body?.contains("`browser`") == true)
                let usage = try await alice.command("!skill browser", in: room, of: bot)
                #expect(usage.body?.contains("`!skill on|off <name>`") == true)
            }
        }
    }
}
