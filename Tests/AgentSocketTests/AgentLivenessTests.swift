import AgentSocket
import PlatformSDK
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct AgentLivenessTests {
    @Test func aDeadPeerIsFoundByPing() async throws {
        let server = try RawAgentServer { socket, number in
            if number > 1 { return try RawAgentServer.echo(socket, number) }
            try socket.sendStatus()
            _ = try socket.readMessage()
            // The pings are read and not answered.
            while try socket.readFrame().opcode != 8 {}
        }
        var options = WebSocketAgentConnection.Options.fast
        options.pingInterval = .milliseconds(50)
        options.pongTimeout = .milliseconds(50)
        try await withConnection(port: server.port, options: options) { connection in
            let error = try await connection.failure(of: "hi")
            #expect(error.code == .unavailable && error.message.contains("ping"))
        }
    }

    @Test func aSilentAgentThatAnswersPingsLivesUntilTheSilenceLimit() async throws {
        let pings = Mutex(0)
        let server = try RawAgentServer { socket, number in
            if number > 1 { return try RawAgentServer.echo(socket, number) }
            try socket.sendStatus()
            while true {
                let frame = try socket.readFrame()
                if frame.opcode == 8 { return }
                if frame.opcode == 9 {
                    pings.withLock { $0 += 1 }
                    try socket.send(opcode: 10, frame.payload)
                }
            }
        }
        var options = WebSocketAgentConnection.Options.fast
        options.pingInterval = .milliseconds(30)
        options.pongTimeout = .seconds(10)
        options.limits.silence = .milliseconds(800)
        try await withConnection(port: server.port, options: options) { connection in
            let failure = try await connection.failure(of: "hi")
            #expect(failure.code == .timedOut)
            let answer = try await connection.answer(to: "again")
            #expect(answer.text == "again")
        }
        #expect(pings.withLock { $0 } >= 1)
    }
}
