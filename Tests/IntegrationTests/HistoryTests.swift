import TestSupport
import Testing

/// What the model is told of the conversation so far.
@Suite("The history of a conversation", .timeLimit(.minutes(10)))
struct HistoryTests {
    /// A bot whose agent, in its own process or in another one, thinks with a model that remembers its requests.
    private func withModel(
        context: Int = .max,
        backend: Stage.Backend = .embedded,
        configure: (inout RialtoConfiguration, Stage) throws -> Void = { _, _ in },
        _ body: (Stage, ChatServer, RialtoProcess) async throws -> Void
    ) async throws {
        try await withStage { stage in
            try await ChatServer.withServer(context: context) { model in
                var configuration = try stage.configuration(backend)
                configuration["provider", "kind"] = "openai-chat"
                configuration["provider", "model"] = "words"
                configuration["provider", "base_url"] = .string(model.baseURL)
                try configure(&configuration, stage)
                func withBridge() async throws {
                    try await stage.withRialto(configuration) { rialto in
                        try await body(stage, model, rialto)
                        #expect(rialto.errorLines == [])
                    }
                }
                guard backend == .socket else { return try await withBridge() }
                var agent = configuration
                agent["store", "directory"] = .string(stage.directory.file("agent-data"))
                let file = try stage.write(agent, to: "agent.toml")
                let role = RialtoProcess.Role.agent(port: stage.agentPort)
                try await RialtoProcess.withProcess(role, configurationFile: file) { _ in try await withBridge() }
            }
        }
    }

    private func exchange(_ text: String) -> [String] { ["user: \(text)", "assistant: heard \(text)"] }

    @Test("It is there for the next question and after a restart, ends with !new and !reset, and stays in its thread")
    func turns() async throws {
        try await withModel { stage, model, rialto in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let room = try await stage.directRoom(of: alice)
            #expect(try await alice.ask("one", in: room, of: bot).text == "heard one")
            #expect(model.request(of: "one")?.earlier == [])
            _ = try await alice.ask("two", in: room, of: bot)
            #expect(model.request(of: "two")?.earlier == exchange("one"))

            #expect(try await rialto.terminate() == .exited(0))
            try await rialto.start()
            _ = try await alice.ask("three", in: room, of: bot)
            #expect(model.request(of: "three")?.earlier == exchange("one") + exchange("two"))
            try await rialto.kill()
            try await rialto.start()
            _ = try await alice.ask("four", in: room, of: bot)
            #expect(model.request(of: "four")?.earlier == ["one", "two", "three"].flatMap(exchange))

            // A Matrix thread is a conversation of its own, and so is each other one.
            let roots = [try await alice.sendText("root a", in: room), try await alice.sendText("root b", in: room)]
            for root in roots { _ = try await alice.reply(to: root, in: room, from: bot) }
            for (root, text) in [(roots[0], "in a"), (roots[1], "in b"), (roots[0], "again in a")] {
                let question = try await alice.sendText(text, in: room, thread: root)
                _ = try await alice.reply(to: question, in: room, from: bot)
            }
            // The first message of a thread quotes what the thread is about.
            let begun = try #require(model.request(of: "in a")?.question)
            #expect(begun.contains("root a") && model.request(of: "in b")?.earlier == [])
            #expect(model.request(of: "again in a")?.earlier == exchange(begun))

            _ = try await alice.command("!new", in: room, of: bot)
            _ = try await alice.ask("five", in: room, of: bot)
            #expect(model.request(of: "five")?.earlier == [])
            _ = try await alice.command("!reset", in: room, of: bot)
            _ = try await alice.command("!yes", in: room, of: bot)
            _ = try await alice.ask("six", in: room, of: bot)
            #expect(model.request(of: "six")?.earlier == [])
            _ = try await alice.ask("seven", in: room, of: bot)
            #expect(model.request(of: "seven")?.earlier == exchange("six"))
            let question = try await alice.sendText("last in a", in: room, thread: roots[0])
            _ = try await alice.reply(to: question, in: room, from: bot)
            #expect(model.request(of: "last in a")?.earlier == exchange(begun) + exchange("again in a"))
        }
    }

    @Test(
        "!load brings back what was there at the !save, and nothing of what came after it",
        arguments: [Stage.Backend.embedded, .socket])
    func saves(backend: Stage.Backend) async throws {
        try await withModel(backend: backend) { stage, model, rialto in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let room = try await stage.directRoom(of: alice)
            for text in ["one", "two"] { _ = try await alice.ask(text, in: room, of: bot) }
            _ = try await alice.command("!save trip", in: room, of: bot)
            for text in ["three", "four"] { _ = try await alice.ask(text, in: room, of: bot) }
            #expect(model.request(of: "four")?.earlier == ["one", "two", "three"].flatMap(exchange))
            _ = try await alice.command("!reset", in: room, of: bot)
            _ = try await alice.command("!yes", in: room, of: bot)
            _ = try await alice.ask("five", in: room, of: bot)
            #expect(model.request(of: "five")?.earlier == [])

            _ = try await alice.command("!load trip", in: room, of: bot)
            _ = try await alice.ask("six", in: room, of: bot)
            #expect(model.request(of: "six")?.earlier == ["one", "two"].flatMap(exchange))
            // What is loaded is saved itself, over a restart.
            _ = try await alice.command("!save both", in: room, of: bot)
            _ = try await alice.ask("seven", in: room, of: bot)
            #expect(try await rialto.terminate() == .exited(0))
            try await rialto.start()
            _ = try await alice.command("!load both", in: room, of: bot)
            _ = try await alice.ask("eight", in: room, of: bot)
            #expect(model.request(of: "eight")?.earlier == ["one", "two", "six"].flatMap(exchange))
            // Nobody has changed the first one by that.
            _ = try await alice.command("!load trip", in: room, of: bot)
            _ = try await alice.ask("nine", in: room, of: bot)
            #expect(model.request(of: "nine")?.earlier == ["one", "two"].flatMap(exchange))
        }
    }

    @Test("Of a question that was edited or asked again, only the last answer is remembered")
    func changes() async throws {
        try await withModel { stage, model, _ in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let room = try await stage.directRoom(of: alice)
            let first = try await alice.sendText("gold", in: room)
            _ = try await alice.reply(to: first, in: room, from: bot)
            try await alice.edit(first, to: "lead", in: room)
            try await alice.waitUntil("the new answer", in: room) {
                let reply = $0.timeline.reply(to: first, from: bot)
                return reply.isFinished && reply.text == "heard lead"
            }
            #expect(model.request(of: "lead")?.earlier == [])
            let second = try await alice.sendText("tin", in: room)
            _ = try await alice.reply(to: second, in: room, from: bot)
            #expect(model.request(of: "tin")?.earlier == exchange("lead"))
            let asked = model.requests.count
            try await alice.react("🔁", to: second, in: room)
            try await eventually("it is asked again", limit: .seconds(60)) { model.requests.count == asked + 1 }
            #expect(model.request(of: "tin")?.earlier == exchange("lead"))
            let third = try await alice.sendText("zinc", in: room)
            _ = try await alice.reply(to: third, in: room, from: bot)
            #expect(model.request(of: "zinc")?.earlier == exchange("lead") + exchange("tin"))
        }
    }

    @Test("What is too long for the model loses whole turns, the oldest first, and never a half of a tool call")
    func limits() async throws {
        try await withModel(context: 60) { stage, model, _ in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let room = try await stage.directRoom(of: alice)
            for number in 1...8 {
                let text = #"call echo {"text":"turn \#(number)"}"#
                let reply = try await alice.ask(text, in: room, of: bot)
                #expect(reply.text.hasPrefix("got ") && reply.text.contains("turn \(number)"))
            }
            let taken = model.requests.filter { $0.words <= 60 }
            #expect(taken.count < model.requests.count)
            for request in taken {
                // The turns that are left are the latest ones, each with its question, its call and its output.
                let asked = request.messages.filter { $0.role == "user" }.compactMap { message in
                    message.content.split(separator: " ").last.flatMap { Int($0.prefix(1)) }
                }
                #expect(asked == Array((asked.first ?? 1)..<((asked.first ?? 1) + asked.count)))
                #expect(request.messages.flatMap(\.calls) == request.messages.compactMap(\.callID))
                #expect(request.messages.drop { $0.role == "system" }.first?.role == "user")
            }
            #expect(taken.last?.messages.filter { $0.role == "user" }.count ?? 0 > 1)
        }
    }

    @Test("The soul and the skills that are switched on are in the instructions, and no other skill is to be had")
    func instructions() async throws {
        try await withModel(configure: { configuration, stage in
            for (name, text) in [("sums", "Carry the one."), ("maps", "North is up."), ("broken", "")] {
                let description = name == "broken" ? "" : "Knows \(name)."
                try stage.directory.write(
                    "---\nname: \(name)\ndescription: \(description)\n---\n\(text)\n", to: "skills/\(name)/SKILL.md")
            }
            configuration["agent", "skills_directory"] = .string(stage.directory.file("skills"))
        }) { stage, model, rialto in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let room = try await stage.directRoom(of: alice)
            let listed = try await alice.command("!skills", in: room, of: bot)
            #expect(listed.body?.contains("sums") == true && listed.body?.contains("maps") == true)
            #expect(listed.body?.contains("broken") == false)
            _ = try await alice.ask("plain", in: room, of: bot)
            let isReported = rialto.log.contains("broken/SKILL.md:3")
            #expect(isReported)
            let plain = try #require(model.request(of: "plain"))
            #expect(!plain.tools.contains("load_skill") && !plain.instructions.contains("Knows sums."))

            _ = try await alice.command("!soul tone dry as dust", in: room, of: bot)
            _ = try await alice.command("!skill on sums", in: room, of: bot)
            let loaded = try await alice.ask(#"call load_skill {"name":"sums"}"#, in: room, of: bot)
            #expect(loaded.text == "got Carry the one.")
            let refused = try await alice.ask(#"call load_skill {"name":"maps"}"#, in: room, of: bot)
            #expect(refused.text.contains("no such skill") && !refused.text.contains("North"))
            let told = try #require(model.request(of: #"call load_skill {"name":"maps"}"#))
            #expect(told.tools.contains("load_skill"))
            #expect(told.instructions.contains("- tone: dry as dust"))
            #expect(told.instructions.contains("- sums: Knows sums.") && !told.instructions.contains("maps"))

            _ = try await alice.command("!skill off sums", in: room, of: bot)
            _ = try await alice.command("!soul clear tone", in: room, of: bot)
            _ = try await alice.ask("after", in: room, of: bot)
            let after = try #require(model.request(of: "after"))
            #expect(!after.tools.contains("load_skill") && !after.instructions.contains("dry as dust"))
        }
    }

    @Test("rialto check names the file and the line of a skill that is malformed, and what to do")
    func check() async throws {
        try await withStage { stage in
            try stage.directory.write("---\nname: good\ndescription: Fine.\n---\nDo.\n", to: "skills/good/SKILL.md")
            try stage.directory.write("---\nname: bad\ndescription: it: breaks\n---\nDo.\n", to: "skills/bad/SKILL.md")
            try stage.directory.write("# No front matter\n", to: "skills/worse/SKILL.md")
            var configuration = try stage.configuration(.mock)
            configuration["agent", "skills_directory"] = .string(stage.directory.file("skills"))
            let file = try stage.write(configuration)
            let (status, output) = try await stage.rialto("check", "--config", file)
            #expect(status == .exited(1))
            let lines = output.split(separator: "\n").filter { $0.contains("skills: ") }
            #expect(lines.count == 3, "\(output)")
            #expect(lines.contains { $0.hasPrefix("ok") && $0.contains("skills: good") })
            #expect(
                lines.contains {
                    $0.hasPrefix("error") && $0.contains("skills/bad/SKILL.md:3: ") && $0.contains("put it into quotes")
                })
            #expect(
                lines.contains {
                    $0.hasPrefix("error") && $0.contains("skills/worse/SKILL.md:1: ")
                        && $0.contains("must begin with a line ---")
                })
        }
    }
}
