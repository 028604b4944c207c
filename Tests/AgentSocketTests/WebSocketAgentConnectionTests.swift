import AgentSocket
import PlatformSDK
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct WebSocketAgentConnectionTests {
    @Test(arguments: [false, true])
    func talksToAnAgentOverOneConnection(statusWithUpgrade: Bool) async throws {
        let server = try RawAgentServer(statusWithUpgrade: statusWithUpgrade) { socket, number in
            if !statusWithUpgrade { try socket.sendStatus() }
            while true {
                let frame = try socket.readFrame(opcode: 1)
                try socket.sendChunk(frame.isMasked ? "masked" : "bare")
                try socket.sendEnd(number)
            }
        }
        try await withConnection(port: server.port, target: "/agent_ws/x?thread_id=a%20b") { connection in
            for _ in 0..<3 {
                let answer = try await connection.answer(to: "hello")
                #expect(answer == ("masked", 1))
            }
            #expect(await connection.status() == .connected)
        }
        #expect(server.requests.count == 1)
        #expect(server.requests.first?.hasPrefix("GET /agent_ws/x?thread_id=a%20b HTTP/1.1\r\n") == true)
        #expect(server.requests.first?.contains("Host: 127.0.0.1:\(server.port)\r\n") == true)
    }

    @Test func messagesThatComeTogetherAreSentInOrder() async throws {
        let heard = Mutex<[String]>([])
        let server = try RawAgentServer { socket, _ in
            try socket.sendStatus()
            while true {
                let text = try socket.readMessage()
                heard.withLock { $0.append(text) }
                try socket.sendChunk("to ")
                try socket.sendChunk(text)
                try socket.sendEnd()
            }
        }
        try await withConnection(port: server.port) { connection in
            var replies: [ReplySequence<RunEvent>] = []
            for number in 0..<10 { replies.append(try await connection.respond(to: MessageRequest("m\(number)"))) }
            for (number, reply) in replies.enumerated() {
                var events: [AgentEvent] = []
                for try await event in reply { events.append(event.event) }
                #expect(events == [.textChunk("to "), .textChunk("m\(number)"), .end(tokensUsed: 1)])
            }
        }
        #expect(heard.withLock { $0 } == (0..<10).map { "m\($0)" })
    }

    @Test(arguments: [
        (#"{"type":"HELLO"}"#, "HELLO, not STATUS"), ("nonsense", "no frame"),
        (#"{"type":"AGENT_EVENT_END"}"#, "not STATUS"),
    ])
    func aFirstFrameOtherThanStatusIsAProtocolErrorAndTheNextConnectionIsTried(first: String, hint: String) async throws
    {
        let closeCode = Mutex<Int?>(nil)
        let release = Mutex(false)
        let server = try RawAgentServer { socket, number in
            if release.withLock({ $0 }) { return try RawAgentServer.echo(socket, number) }
            try socket.send(first)
            let code = try socket.readFrame(opcode: 8).closeCode
            closeCode.withLock { $0 = code }
        }
        try await withConnection(port: server.port) { connection in
            try await eventually {
                if case .disconnected(let reason?) = await connection.status() { reason.contains(hint) } else { false }
            }
            release.withLock { $0 = true }
            let answer = try await connection.answer(to: "hi")
            #expect(answer.text == "hi")
        }
        #expect(closeCode.withLock { $0 } == 1002)
    }

    @Test func anAgentThatIsNotThereIsNamedInPlainWords() async throws {
        let server = try RawAgentServer { _, _ in }
        let port = server.port
        server.stop()
        try await withConnection(port: port) { connection in
            let words = "cannot connect to 127.0.0.1:\(port): Connection refused"
            try await eventually { await connection.status() == .disconnected(reason: words) }
        }
    }

    @Test func anAgentWithoutStatusRunsOutOfTime() async throws {
        let server = try RawAgentServer { socket, number in
            if number > 1 { return try RawAgentServer.echo(socket, number) }
            _ = try socket.read(1)
        }
        var options = WebSocketAgentConnection.Options.fast
        options.handshakeTimeout = .milliseconds(100)
        options.backoff = ReconnectBackoff(first: .milliseconds(300), maximum: .milliseconds(300))
        try await withConnection(port: server.port, options: options) { connection in
            try await eventually {
                await connection.status() == .disconnected(reason: "the agent did not send STATUS within 0.1 seconds")
            }
            let answer = try await connection.answer(to: "hi")
            #expect(answer.text == "hi")
        }
    }

    @Test func fragmentsAreJoinedWithPingsBetweenThem() async throws {
        let pong = Mutex<[UInt8]>([])
        let server = try RawAgentServer { socket, _ in
            try socket.sendStatus()
            _ = try socket.readMessage()
            let frame = Array(#"{"type":"AGENT_EVENT_TEXT_CHUNK","text":"héllo"}"#.utf8)
            // The second cut goes through the two bytes of "é".
            let cut = frame.firstIndex(of: 0xc3).map { $0 + 1 } ?? 0
            try socket.send(opcode: 1, Array(frame[..<1]), isFinal: false)
            try socket.send(opcode: 9, [1, 2, 3])
            try socket.send(opcode: 0, Array(frame[1..<cut]), isFinal: false)
            try socket.send(opcode: 0, Array(frame[cut...]))
            let answer = try socket.readFrame(opcode: 10).payload
            pong.withLock { $0 = answer }
            try socket.sendEnd()
            _ = try socket.readFrame()
        }
        try await withConnection(port: server.port) { connection in
            let answer = try await connection.answer(to: "hi")
            #expect(answer.text == "héllo")
        }
        #expect(pong.withLock { $0 } == [1, 2, 3])
    }

    @Test func messagesUpToTheLimitPassAndLargerOnesCloseTheConnection() async throws {
        let frameOverhead = #"{"type":"AGENT_EVENT_TEXT_CHUNK","text":""}"#.utf8.count
        let largest = String(repeating: "x", count: AgentFrameCodec.maximumMessageBytes - frameOverhead)
        let codes = Mutex<[Int?]>([])
        let server = try RawAgentServer { socket, number in
            try socket.sendStatus()
            while true {
                let text = try socket.readMessage()
                switch text {
                case "fits": try socket.sendChunk(largest)
                case "frame": try? socket.sendChunk(largest + "x")
                default:
                    try? socket.send(opcode: 1, Array(largest.utf8), isFinal: false)
                    try? socket.send(opcode: 0, Array(largest.utf8))
                }
                if text != "fits" {
                    let code = try socket.readFrame(opcode: 8).closeCode
                    codes.withLock { $0.append(code) }
                    return
                }
                try socket.sendEnd()
            }
        }
        try await withConnection(port: server.port) { connection in
            let answer = try await connection.answer(to: "fits")
            #expect(answer.text.utf8.count == largest.utf8.count)
            for kind in ["frame", "fragments"] {
                let error = try await connection.failure(of: kind)
                #expect(error.code == .frameTooLarge)
            }
            let last = try await connection.answer(to: "fits")
            #expect(last.tokens == 1)
            let tooLarge = String(repeating: "y", count: AgentFrameCodec.maximumMessageBytes)
            let error = await #expect(throws: PlatformError.self) {
                try await connection.respond(to: MessageRequest(tooLarge))
            }
            #expect(error?.code == .frameTooLarge)
        }
        #expect(codes.withLock { $0 } == [1009, 1009])
    }

    @Test(arguments: [
        (UInt8(1), [UInt8](#"{"type":"#.utf8) + [0xff, 0xfe], 1007), (2, [1, 2, 3], 1003), (11, [], 1002),
        (1, [UInt8]("no json".utf8), 1002),
    ])
    func brokenMessagesCloseTheConnectionWithTheirCode(opcode: UInt8, payload: [UInt8], expected: Int) async throws {
        let code = Mutex<Int?>(nil)
        let server = try RawAgentServer { socket, number in
            if number > 1 { return try RawAgentServer.echo(socket, number) }
            try socket.sendStatus()
            _ = try socket.readMessage()
            try socket.send(opcode: opcode, payload)
            let received = try socket.readFrame(opcode: 8).closeCode
            code.withLock { $0 = received }
        }
        try await withConnection(port: server.port) { connection in
            let failure = try await connection.failure(of: "hi")
            #expect(failure.code == .protocolViolation)
            let answer = try await connection.answer(to: "again")
            #expect(answer.text == "again")
        }
        #expect(code.withLock { $0 } == expected)
    }

    @Test func maskedFramesOfAServerAreRefused() async throws {
        let server = try RawAgentServer { socket, number in
            if number > 1 { return try RawAgentServer.echo(socket, number) }
            try socket.send(opcode: 1, Array(#"{"type":"STATUS"}"#.utf8), isMasked: true)
            _ = try socket.readFrame(opcode: 8)
        }
        try await withConnection(port: server.port) { connection in
            let answer = try await connection.answer(to: "hi")
            #expect(answer.text == "hi")
        }
        #expect(server.requests.count == 2)
    }

    @Test(arguments: [0, 1])
    func anAgentKilledDuringAReplyFailsItAndIsFoundAgain(chunks: Int) async throws {
        let server = try RawAgentServer { socket, number in
            if number > 1 { return try RawAgentServer.echo(socket, number) }
            try socket.sendStatus()
            _ = try socket.readMessage()
            for _ in 0..<chunks { try socket.sendChunk("half") }
            // What was sent is read before the end of the connection is.
            socket.kill()
        }
        try await withConnection(port: server.port) { connection in
            let reply = try await connection.respond(to: MessageRequest("one"))
            let next = try await connection.respond(to: MessageRequest("two"))
            var received: [AgentEvent] = []
            let error = await #expect(throws: PlatformError.self) {
                for try await event in reply { received.append(event.event) }
            }
            #expect(received == Array(repeating: .textChunk("half"), count: chunks))
            #expect(error?.code == .unavailable)
            #expect(error?.isRetryable == (chunks == 0))
            var events: [AgentEvent] = []
            for try await event in next { events.append(event.event) }
            #expect(events == [.textChunk("two"), .end(tokensUsed: 5)])
        }
    }

    @Test func aMessageWaitsForTheConnection() async throws {
        // The port is known to be free a moment ago, and nobody listens at it.
        let port = try RawAgentServer(script: RawAgentServer.echo).port
        try await withConnection(port: port) { connection in
            try await eventually {
                if case .disconnected(_?) = await connection.status() { true } else { false }
            }
            let reply = try await connection.respond(to: MessageRequest("early"))
            let server = try RawAgentServer(port: port, script: RawAgentServer.echo)
            var events: [AgentEvent] = []
            for try await event in reply { events.append(event.event) }
            #expect(events == [.textChunk("early"), .end(tokensUsed: 5)])
            server.stop()
        }
    }

    @Test func aMessageWaitsNoLongerThanTheLimit() async throws {
        let port = try RawAgentServer(script: RawAgentServer.echo).port
        var options = WebSocketAgentConnection.Options.fast
        options.limits.wait = .milliseconds(100)
        options.limits.queuedMessages = 1
        try await withConnection(port: port, options: options) { connection in
            let reply = try await connection.respond(to: MessageRequest("early"))
            let busy = await #expect(throws: PlatformError.self) {
                try await connection.respond(to: MessageRequest("too many"))
            }
            #expect(busy?.code == .busy)
            let error = await #expect(throws: PlatformError.self) { for try await _ in reply {} }
            #expect(error?.code == .unavailable && error?.isRetryable == true)
        }
    }

    @Test func agentErrorsCarryTheirCode() async throws {
        let server = try RawAgentServer { socket, _ in
            try socket.sendStatus()
            try socket.send(#"{"type":"SOMETHING_NEW"}"#)
            while true {
                _ = try socket.readMessage()
                try socket.send(#"{"type":"ERROR","code":"QUOTA","details":"no more today"}"#)
            }
        }
        try await withConnection(port: server.port) { connection in
            for _ in 0..<2 {
                let error = try await connection.failure(of: "hi")
                #expect(error.code == .agentFailed && error.agentCode == "QUOTA")
                #expect(error.message.contains("no more today"))
            }
        }
    }

    @Test func aCancelledReplyIsDrainedBeforeTheNextMessageGoesOut() async throws {
        let log = Mutex<[String]>([])
        let server = try RawAgentServer { socket, _ in
            try socket.sendStatus()
            _ = try socket.readMessage()
            try socket.sendChunk("first")
            // Nobody may write before the rest has gone out.
            for _ in 0..<50 { try socket.sendChunk("rest") }
            log.withLock { $0.append("end") }
            try socket.sendEnd()
            let text = try socket.readMessage()
            log.withLock { $0.append(text) }
            try socket.sendChunk(text)
            try socket.sendEnd()
            _ = try socket.readFrame()
        }
        try await withConnection(port: server.port) { connection in
            for try await event in try await connection.respond(to: MessageRequest("unwanted")) {
                #expect(event.event == .textChunk("first"))
                break
            }
            let answer = try await connection.answer(to: "next")
            #expect(answer.text == "next")
        }
        #expect(log.withLock { $0 } == ["end", "next"])
    }

    @Test func aSlowConsumerStopsTheReadingOfTheSocketAndLosesNothing() async throws {
        let sent = Mutex(0)
        let chunk = String(repeating: "z", count: 8 << 10)
        let total = 2000
        let server = try RawAgentServer { socket, _ in
            try socket.sendStatus()
            _ = try socket.readMessage()
            for _ in 0..<total {
                try socket.sendChunk(chunk)
                sent.withLock { $0 += 1 }
            }
            try socket.sendEnd()
            // Pings wait here unread; closing before they are read would reset the connection and lose the reply.
            while try socket.readFrame().opcode != 8 {}
        }
        var options = WebSocketAgentConnection.Options.fast
        options.pingInterval = .milliseconds(100)
        options.pongTimeout = .seconds(2)
        options.limits.silence = .seconds(1)
        try await withConnection(port: server.port, options: options) { connection in
            let reply = try await connection.respond(to: MessageRequest("much"))
            var iterator = reply.makeAsyncIterator()
            #expect(try await iterator.next()?.event == .textChunk(chunk))
            var last = -1
            // The server stands still once every buffer on the way is full, for longer than a pong may take.
            try await eventually {
                try? await Task.sleep(for: .milliseconds(2_500))
                let now = sent.withLock { $0 }
                defer { last = now }
                return now == last
            }
            #expect(last < total)
            var count = 1
            while case .textChunk = try await iterator.next()?.event { count += 1 }
            #expect(count == total)
        }
    }

    @Test func theEndIsAClosingHandshake() async throws {
        let code = Mutex<Int?>(nil)
        let server = try RawAgentServer { socket, _ in
            try socket.sendStatus()
            let frame = try socket.readFrame(opcode: 8)
            code.withLock { $0 = frame.closeCode }
            try socket.send(opcode: 8, frame.payload)
        }
        let connection = try await withConnection(port: server.port) { connection in
            try await eventually { await connection.status() == .connected }
            return connection
        }
        #expect(code.withLock { $0 } == 1001)
        let error = await #expect(throws: PlatformError.self) {
            try await connection.respond(to: MessageRequest("late"))
        }
        #expect(error?.code == .unavailable)
    }
}
