import AgentSocket
import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SocketConformanceTests {
    /// A connection of protocol 2, or of the base protocol because the agent offers nothing else.
    private func withSocket(runs: Bool, _ check: (WebSocketAgentConnection) async throws -> Void) async throws {
        let agent = InMemoryAgentConnection(script: AgentConnectionConformance.script)
        var options = AgentServer.Options(port: 0)
        options.offersRuns = runs
        try await withServer(responder: agent, options: options) { port in
            try await withConnection(port: port) { try await check($0) }
        }
    }

    @Test(arguments: [false, true]) func answersInOrder(runs: Bool) async throws {
        try await withSocket(runs: runs) { try await AgentConnectionConformance.answersInOrder($0) }
    }

    @Test(arguments: [false, true]) func answersTogetherComingMessages(runs: Bool) async throws {
        try await withSocket(runs: runs) { try await AgentConnectionConformance.answersTogetherComingMessages($0) }
    }

    @Test(arguments: [false, true]) func reportsTheAgentsErrors(runs: Bool) async throws {
        try await withSocket(runs: runs) { try await AgentConnectionConformance.reportsTheAgentsErrors($0) }
    }

    @Test(arguments: [false, true]) func outlivesAbandonedReplies(runs: Bool) async throws {
        try await withSocket(runs: runs) { try await AgentConnectionConformance.outlivesAbandonedReplies($0) }
    }

    @Test(arguments: [false, true]) func offersNoChoice(runs: Bool) async throws {
        try await withSocket(runs: runs) { try await AgentConnectionConformance.offersNoChoice($0) }
    }

    @Test(arguments: [false, true]) func stopsWaitingWhenCancelled(runs: Bool) async throws {
        try await withSocket(runs: runs) { try await AgentConnectionConformance.stopsWaitingWhenCancelled($0) }
    }

    @Test(arguments: ResumableRunConformance.checks.map(\.name)) func resumableRuns(name: String) async throws {
        let check = try #require(ResumableRunConformance.checks.first { $0.name == name }).check
        let agent = ScriptedAgent()
        try await withServer(responder: agent) { port in
            try await withConnection(port: port) { try await check($0, agent) }
        }
    }

    @Test func theBaseProtocolCannotResume() async throws {
        var options = AgentServer.Options(port: 0)
        options.offersRuns = false
        try await withServer(responder: ScriptedAgent(), options: options) { port in
            try await withConnection(port: port) { connection in
                let answer = try await connection.answer(to: "count 3")
                #expect(answer.text == "1 2 3 ")
                #expect(await !connection.canResume)
                let error = await #expect(throws: PlatformError.self) {
                    for try await _ in try await connection.resume(runID: "run", after: 0) {}
                }
                #expect(error?.code == .unsupported)
            }
        }
    }
}
