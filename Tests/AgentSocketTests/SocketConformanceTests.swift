import AgentSocket
import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SocketConformanceTests {
    private func withSocket(_ check: (WebSocketAgentConnection) async throws -> Void) async throws {
        let agent = InMemoryAgentConnection(script: AgentConnectionConformance.script)
        try await withServer(responder: agent) { port in
            try await withConnection(port: port) { try await check($0) }
        }
    }

    @Test func answersInOrder() async throws {
        try await withSocket { try await AgentConnectionConformance.answersInOrder($0) }
    }

    @Test func answersTogetherComingMessages() async throws {
        try await withSocket { try await AgentConnectionConformance.answersTogetherComingMessages($0) }
    }

    @Test func reportsTheAgentsErrors() async throws {
        try await withSocket { try await AgentConnectionConformance.reportsTheAgentsErrors($0) }
    }

    @Test func outlivesAbandonedReplies() async throws {
        try await withSocket { try await AgentConnectionConformance.outlivesAbandonedReplies($0) }
    }

    @Test func stopsWaitingWhenCancelled() async throws {
        try await withSocket { try await AgentConnectionConformance.stopsWaitingWhenCancelled($0) }
    }
}
