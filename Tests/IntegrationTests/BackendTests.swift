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
}
