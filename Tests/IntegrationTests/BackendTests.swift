import TestSupport
import Testing

@Suite("The backend", .timeLimit(.minutes(10)))
struct BackendTests {
    @Test("MATRIX_PLATFORM_BACKEND=mock in the environment gives made-up replies without any agent")
    func mockFromTheEnvironment() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let environment = ["MATRIX_PLATFORM_BACKEND": " Mock "]
            try await stage.withRialto(stage.configuration(.socket), environment: environment) { rialto in
                let room = try await stage.directRoom(of: alice)
                let reply = try await alice.ask("Is anybody there?", in: room, of: bot)
                #expect(reply.text == "[MOCK] Is anybody there?")
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("AGENT_WS_URL and MATRIX_HOMESERVER in the environment take precedence over the file")
    func addressesFromTheEnvironment() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            var configuration = try stage.configuration()
            configuration["agent", "url"] = "ws://127.0.0.1:9/agent_ws/"
            configuration["matrix", "homeserver"] = "http://127.0.0.1:9"
            let environment = [
                "AGENT_WS_URL": "ws://127.0.0.1:\(stage.agentPort)/agent_ws/",
                "MATRIX_HOMESERVER": stage.server.baseURL,
            ]
            try await stage.withAgent { _ in
                try await stage.withRialto(configuration, environment: environment) { _ in
                    let room = try await stage.directRoom(of: alice)
                    #expect(try await alice.ask("/echo chunks=1 yes", in: room, of: bot).text == "yes 1")
                }
            }
        }
    }

    @Test("The agent in the bridge's own process answers with its tools, and goes on after a SIGKILL where it was")
    func embedded() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.embedded)) { rialto in
                let room = try await stage.directRoom(of: alice)
                let tool = try await alice.ask("/tool echo {\"text\": \"ciao\"}", in: room, of: bot)
                #expect(tool.text.contains("ciao"))

                let question = try await alice.sendText("/echo chunks=40 pace=60 tide", in: room)
                let half = try await alice.waitUntil("half an answer", in: room) {
                    ($0.timeline.reply(to: question, from: bot).messages.first?.edits.count ?? 0) >= 2
                }
                let draft = try #require(half.timeline.reply(to: question, from: bot).messages.first)
                try await rialto.kill()
                try await rialto.start()
                let reply = try await alice.reply(to: question, in: room, from: bot)
                #expect(reply.messages.map(\.original.id) == [draft.original.id])
                #expect(reply.text == (1...40).map { "tide \($0)" }.joined(separator: " "))
                #expect(reply.endings.count == 1)
                #expect(rialto.errorLines == [])
            }
        }
    }
}
