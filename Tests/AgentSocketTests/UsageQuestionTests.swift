import AgentSocket
import PlatformSDK
import TestSupport
import Testing

/// What becomes of a question about usage where the agent does not simply answer it.
@Suite(.timeLimit(.minutes(1))) struct UsageQuestionTests {
    /// Waits for the connection with a message, asks, and returns why there was no answer.
    private func failure(
        timeout: Duration = .seconds(30), _ script: @escaping RawAgentServer.Script
    ) async throws -> PlatformError? {
        let server = try RawAgentServer(script: script)
        var options = WebSocketAgentConnection.Options.fast
        options.queryTimeout = timeout
        defer { server.stop() }
        return try await withConnection(port: server.port, options: options) { connection in
            try await eventually("the agent is connected") { await connection.status() == .connected }
            do {
                _ = try await connection.usage(userID: "u", threadID: "t")
                return nil
            } catch let error as PlatformError {
                return error
            }
        }
    }

    @Test(arguments: [
        #"{"type":"ERROR","code":"UNKNOWN_TYPE","details":"unknown type USAGE"}"#,
        #"{"type":"ERROR","code":"BAD_REQUEST","details":"what?"}"#,
        #"{"type":"ERROR","request_id":"q1","code":"UNSUPPORTED","details":"no"}"#,
    ])
    func anAgentMayNotKnowTheQuestion(answer: String) async throws {
        let error = try await failure { socket, _ in
            try socket.send(#"{"type":"STATUS","protocol":2}"#)
            _ = try socket.readFrame(opcode: 1)
            try socket.send(answer)
            _ = try socket.readFrame(opcode: 1)
        }
        #expect(error?.code == .unsupported)
    }

    @Test func anAgentMayFail() async throws {
        let error = try await failure { socket, _ in
            try socket.send(#"{"type":"STATUS","protocol":2}"#)
            _ = try socket.readFrame(opcode: 1)
            try socket.send(#"{"type":"ERROR","request_id":"q1","code":"E1","details":"no"}"#)
            _ = try socket.readFrame(opcode: 1)
        }
        #expect(error?.code == .agentFailed && error?.agentCode == "E1")
    }

    @Test func anAgentThatSaysNothingIsNotWaitedForLong() async throws {
        let error = try await failure(timeout: .milliseconds(50)) { socket, _ in
            try socket.send(#"{"type":"STATUS","protocol":2}"#)
            while true { _ = try socket.readFrame(opcode: 1) }
        }
        #expect(error?.code == .unsupported)
    }

    @Test func theBaseProtocolHasNoSuchQuestion() async throws {
        let error = try await failure { socket, _ in
            try socket.sendStatus()
            while true { _ = try socket.readFrame(opcode: 1) }
        }
        #expect(error?.code == .unsupported)
    }

    @Test func aQuestionEndsWithItsConnection() async throws {
        let error = try await failure { socket, number in
            try socket.send(#"{"type":"STATUS","protocol":2}"#)
            _ = try socket.readFrame(opcode: 1)
            if number > 1 { _ = try socket.readFrame(opcode: 1) }
        }
        #expect(error?.code == .unavailable && error?.isRetryable == true)
    }

    @Test func anAnswerThatNobodyWaitsForDisturbsNothing() async throws {
        let server = try RawAgentServer { socket, _ in
            try socket.send(#"{"type":"STATUS","protocol":2}"#)
            try socket.send(#"{"type":"AGENT_USAGE","request_id":"old","today":{"tokens":1}}"#)
            try socket.send(#"{"type":"ERROR","request_id":"old","code":"E1"}"#)
            _ = try socket.readFrame(opcode: 1)
            try socket.send(#"{"type":"AGENT_USAGE","request_id":"q1","today":{"tokens":-4},"more":"later"}"#)
            _ = try socket.readFrame(opcode: 1)
        }
        try await withConnection(port: server.port) { connection in
            try await eventually("the agent is connected") { await connection.status() == .connected }
            #expect(try await connection.usage(userID: "u", threadID: "t") == UsageReport())
        }
        #expect(server.requests.count == 1)
    }

    @Test func anAgentWithoutCountsSaysSo() async throws {
        try await withServer(responder: InMemoryAgentConnection { _ in [.end(tokensUsed: 0)] }) { port in
            try await withConnection(port: port) { connection in
                try await eventually("the agent is connected") { await connection.status() == .connected }
                let error = await #expect(throws: PlatformError.self) {
                    try await connection.usage(userID: "u", threadID: "t")
                }
                #expect(error?.code == .unsupported)
            }
        }
    }
}
