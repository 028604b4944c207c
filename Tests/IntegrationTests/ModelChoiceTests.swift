import MatrixAPI
import TestSupport
import Testing

@Suite("The choice of models", .timeLimit(.minutes(10)))
struct ModelChoiceTests {
    /// A server of Chat Completions whose model says its own name, and how many messages of people it was shown. Three bytes
    /// of a request are a token to it.
    private static let answer: ScriptedHTTPServer.Handler = { request in
        guard let asked = try? JSONValue(parsing: request.body), let model = asked["model"]?.stringValue else {
            return .json(#"{"error":{"message":"there is no model in the request"}}"#, status: 400)
        }
        let shown = asked["messages"]?.arrayValue?.count { $0["role"]?.stringValue == "user" } ?? 0
        let chunks = [
            #"{"id":"c","model":"\#(model)","choices":[{"index":0,"delta":{"role":"assistant","content":"I am \#(model)"}}]}"#,
            #"{"id":"c","choices":[{"index":0,"delta":{"content":", shown \#(shown)."},"finish_reason":"stop"}]}"#,
            #"{"id":"c","choices":[],"usage":{"prompt_tokens":\#(request.body.count / 3),"completion_tokens":10,"total_tokens":0}}"#,
            "[DONE]",
        ]
        let body = chunks.map { "data: \($0)\n\n" }.joined()
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        return ScriptedResponse(steps: [.write(Array((head + body).utf8))])
    }

    private static func models(_ server: ScriptedHTTPServer) -> [String] {
        server.requests.compactMap { try? JSONValue(parsing: $0.body)["model"]?.stringValue }
    }

    private func configuration(
        _ stage: Stage, _ server: ScriptedHTTPServer, backend: Stage.Backend = .embedded, choices: [String],
        smallReads: Int? = nil
    ) throws -> String {
        var configuration = try stage.configuration(backend)
        configuration["bridge", "show_tokens"] = false
        configuration["provider", "kind"] = "openai-chat"
        configuration["provider", "base_url"] = .string(server.baseURL + "/v1")
        configuration["provider", "model"] = "small"
        let tables = choices.map { "[[provider.models]]\nname = \"\($0)\"\ntitle = \"The \($0) one\"\n" }
        let known = smallReads.map {
            "[[provider.models]]\nname = \"small\"\ncontext_tokens = \($0)\nmax_output_tokens = 100\n"
        }
        let text = configuration.toml + "\n" + (known ?? "") + tables.joined()
        return try stage.directory.write(text, to: "config.toml")
    }

    @Test("A model that is chosen in a thread answers there and nowhere else, also after a restart")
    func choice() async throws {
        try await choice(.embedded) { _, body in try await body() }
    }

    @Test("A model is chosen the same way where the agent is behind a socket")
    func choiceOverTheSocket() async throws {
        try await choice(.socket) { stage, body in
            let file = stage.directory.file("config.toml")
            try await RialtoProcess.withProcess(.agent(port: stage.agentPort), configurationFile: file) { _ in
                try await body()
            }
        }
    }

    private func choice(
        _ backend: Stage.Backend,
        besideAgent: (Stage, () async throws -> Void) async throws -> Void
    ) async throws {
        try await ScriptedHTTPServer.withServer(Self.answer) { server in
            try await withStage { stage in
                let (alice, bot) = (stage.alice, stage.bot.userID)
                let file = try configuration(stage, server, backend: backend, choices: ["large", "other"])
                try await besideAgent(stage) {
                    try await RialtoProcess.withProcess(.bridge, configurationFile: file) { rialto in
                        let room = try await stage.directRoom(of: alice)
                        let root = try await alice.sendText("Who are you?", in: room)
                        let first = try await alice.reply(to: root, in: room, from: bot)
                        #expect(first.text == "I am small, shown 1.")
                        #expect(first.messages.last?.model == "small")

                        try await alice.sendText("!model large", in: room, thread: root)
                        let chosen = try await alice.waitForEvent("the model is chosen", in: room) {
                            $0.sender == bot && $0.body?.contains("`large`") == true
                        }
                        #expect(chosen.content["m.relates_to"]?["event_id"]?.stringValue == root)
                        let inThread = try await alice.sendText("And here?", in: room, thread: root)
                        let large = try await alice.reply(to: inThread, in: room, from: bot)
                        #expect(large.text.hasPrefix("I am large,") && large.messages.last?.model == "large")
                        #expect(try await alice.ask("Again?", in: room, of: bot).text == "I am small, shown 2.")

                        #expect(try await rialto.terminate() == .exited(0))
                        try await rialto.start()

                        let again = try await alice.sendText("Still?", in: room, thread: root)
                        #expect(try await alice.reply(to: again, in: room, from: bot).text.hasPrefix("I am large,"))
                        let list = try await alice.command("!model", in: room, of: bot)
                        #expect(list.body?.contains("**1**: `small`, the default ← answers here") == true)
                        #expect(list.body?.contains("**2**: The large one (`large`)") == true)
                        #expect(try await alice.ask("And you?", in: room, of: bot).text == "I am small, shown 3.")
                        #expect(Self.models(server) == ["small", "large", "small", "large", "small"])
                        #expect(rialto.errorLines == [])
                    }
                }
            }
        }
    }

    @Test("A conversation that is longer than the model reads loses its oldest turns, and its answers have their limit")
    func context() async throws {
        try await ScriptedHTTPServer.withServer(Self.answer) { server in
            try await withStage { stage in
                let (alice, bot) = (stage.alice, stage.bot.userID)
                let file = try configuration(stage, server, choices: ["large"], smallReads: 4_000)
                try await RialtoProcess.withProcess(.bridge, configurationFile: file) { _ in
                    let room = try await stage.directRoom(of: alice)
                    var shown: [Int] = []
                    for number in 1...10 {
                        let question = "\(number): " + String(repeating: "ships ", count: 200)
                        let text = try await alice.ask(question, in: room, of: bot).text
                        shown.append(Int(text.split(separator: " ").last?.dropLast() ?? "") ?? 0)
                    }
                    // Each turn has some 400 tokens, and the model reads 4,000.
                    #expect(shown.first == 1 && shown.prefix(3) == [1, 2, 3])
                    #expect((3...9).contains(shown.last ?? 0) && shown.max() == shown.last, "\(shown)")
                    for request in server.requests {
                        #expect(request.body.count / 3 <= 3_900)
                        let asked = try JSONValue(parsing: request.body)
                        let limit = asked["max_completion_tokens"] ?? asked["max_tokens"]
                        #expect(limit?.intValue == 100)
                    }
                }
            }
        }
    }

    @Test("A model that is taken off the list answers no more, and no other one does in its place")
    func withdrawn() async throws {
        try await ScriptedHTTPServer.withServer(Self.answer) { server in
            try await withStage { stage in
                let (alice, bot) = (stage.alice, stage.bot.userID)
                let file = try configuration(stage, server, choices: ["large"])
                try await RialtoProcess.withProcess(.bridge, configurationFile: file) { rialto in
                    let room = try await stage.directRoom(of: alice)
                    _ = try await alice.command("!model 2", in: room, of: bot)
                    #expect(try await alice.ask("Who are you?", in: room, of: bot).text == "I am large, shown 1.")
                    _ = try await rialto.terminate()
                    _ = try configuration(stage, server, choices: ["other"])
                    try await rialto.start()

                    let refusal = try await alice.ask("Still?", in: room, of: bot)
                    #expect(refusal.text.contains("does not offer the model"))
                    let list = try await alice.command("!model", in: room, of: bot)
                    #expect(list.body?.contains("set to `large`, which my agent does not offer any more") == true)
                    _ = try await alice.command("!model default", in: room, of: bot)
                    #expect(try await alice.ask("And now?", in: room, of: bot).text.hasPrefix("I am small,"))
                    #expect(Self.models(server) == ["large", "small"])
                }
            }
        }
    }
}
