import AgentSocket
import Foundation
import PlatformSDK
import ServiceLifecycle
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct AgentServerTests {
    private let agent = InMemoryAgentConnection { request in
        switch request.text {
        case "stall": [.chunk("stalling"), .stall]
        case "brief": [.chunk("brief"), .pause(.milliseconds(200)), .end(tokensUsed: 1)]
        case "fail": [.fail(code: "E1", details: "as asked")]
        case "large": [.chunk(String(repeating: "ж\"", count: 1 << 20)), .end(tokensUsed: 1)]
        default: [.chunk("re: "), .chunk(request.text), .end(tokensUsed: 2)]
        }
    }

    private func withClient<Value: Sendable>(
        _ body: @escaping @Sendable (RawSocket) throws -> Value
    ) async throws -> Value {
        try await withServer(responder: agent) { port in
            try await onThread {
                let socket = try RawSocket.connect(port: port)
                _ = try socket.upgrade(path: "/agent_ws/")
                return try body(socket)
            }
        }
    }

    @Test func speaksTheBaseProtocol() async throws {
        let frames = try await withClient { socket in
            var frames = [try socket.readFrame()]
            try socket.send(#"{"type":"USER_MESSAGE","text":"hi","thread_id":"ignored"}"#)
            for _ in 0..<3 { frames.append(try socket.readFrame()) }
            return frames
        }
        #expect(
            frames.map(\.text) == [
                #"{"protocol":2,"type":"STATUS"}"#,
                #"{"text":"re: ","type":"AGENT_EVENT_TEXT_CHUNK"}"#,
                #"{"text":"hi","type":"AGENT_EVENT_TEXT_CHUNK"}"#,
                #"{"tokens_used":2,"type":"AGENT_EVENT_END"}"#,
            ]
        )
        #expect(frames.allSatisfy { !$0.isMasked && $0.opcode == 1 })
    }

    @Test func wrongMessagesAreAnsweredAndTheConnectionGoesOn() async throws {
        let texts = try await withClient { socket in
            _ = try socket.readFrame()
            var texts: [String] = []
            for message in [
                "no json", #"{"text":"no type"}"#, #"{"type":"DANCE"}"#, #"{"type":"USER_MESSAGE","text":"fail"}"#,
            ] {
                try socket.send(message)
                texts.append(try socket.readFrame().text)
            }
            try socket.send(#"{"type":"USER_MESSAGE","text":"hi"}"#)
            texts.append(try socket.readFrame().text)
            return texts
        }
        let codes = ["BAD_REQUEST", "BAD_REQUEST", "UNKNOWN_TYPE", "E1", "re: "]
        #expect(texts.count == codes.count)
        for (text, code) in zip(texts, codes) { #expect(text.contains("\"\(code)\"")) }
    }

    @Test func aSecondMessageIsRefusedWithoutDisturbingTheFirst() async throws {
        let texts = try await withClient { socket in
            _ = try socket.readFrame()
            try socket.send(#"{"type":"USER_MESSAGE","text":"brief"}"#)
            var texts = [try socket.readFrame().text]
            try socket.send(#"{"type":"USER_MESSAGE","text":"impatient"}"#)
            for _ in 0..<2 { texts.append(try socket.readFrame().text) }
            return texts
        }
        #expect(texts[0].contains("brief"))
        #expect(texts[1].contains("BUSY"))
        #expect(texts[2].contains("AGENT_EVENT_END"))
    }

    @Test func aGoneClientStopsItsGeneration() async throws {
        try await withServer(responder: agent) { port in
            try await onThread {
                let socket = try RawSocket.connect(port: port)
                _ = try socket.upgrade(path: "/agent_ws/")
                _ = try socket.readFrame()
                try socket.send(#"{"type":"USER_MESSAGE","text":"stall"}"#)
                _ = try socket.readFrame()
                socket.kill()
            }
            // The scripted agent takes one message at a time: it answers only once the first was let go of.
            try await withConnection(port: port) { connection in
                let answer = try await connection.answer(to: "hi")
                #expect(answer.text == "re: hi")
            }
        }
    }

    @Test func pingsAreAnsweredAndACloseIsEchoed() async throws {
        let frames = try await withClient { socket in
            _ = try socket.readFrame()
            try socket.send(opcode: 9, [7])
            let pong = try socket.readFrame()
            try socket.send(opcode: 8, [0x03, 0xe8])
            return (pong, try socket.readFrame())
        }
        #expect(frames.0.opcode == 10 && frames.0.payload == [7])
        #expect(frames.1.opcode == 8 && frames.1.closeCode == 1000)
    }

    @Test func bareFramesAreRefused() async throws {
        let frame = try await withClient { socket in
            _ = try socket.readFrame()
            try socket.send(opcode: 1, Array(#"{"type":"USER_MESSAGE","text":"hi"}"#.utf8), isMasked: false)
            return try socket.readFrame()
        }
        #expect(frame.closeCode == 1002)
    }

    @Test func largeChunksAreCutIntoFramesThatFit() async throws {
        try await withServer(responder: agent) { port in
            try await withConnection(port: port) { connection in
                let answer = try await connection.answer(to: "large")
                #expect(answer.text == String(repeating: "ж\"", count: 1 << 20))
            }
        }
    }

    @Test(arguments: [
        ("/", "404", true), ("/agent_wsx", "404", true), ("/agent_ws/", "426", false), ("/x", "404", false),
    ])
    func otherRequestsGetAStatus(path: String, status: String, isUpgrade: Bool) async throws {
        try await withServer(responder: agent) { port in
            let head = try await onThread {
                try RawSocket.connect(port: port).upgrade(path: path, isUpgrade: isUpgrade)
            }
            #expect(head.hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test(arguments: ["/agent_ws", "/agent_ws/?thread_id=default", "/agent_ws/c1"])
    func pathsBelowThePrefixAreServed(path: String) async throws {
        try await withServer(responder: agent) { port in
            let head = try await onThread { try RawSocket.connect(port: port).upgrade(path: path) }
            #expect(head.hasPrefix("HTTP/1.1 101 "))
        }
    }

    @Test func aGracefulShutdownLetsGenerationsFinish() async throws {
        let server = AgentServer(options: .init(port: 0), responder: agent, logger: .silent)
        let group = ServiceGroup(configuration: .init(services: [server], logger: .silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try await server.boundPort()
            let idle = try await onThread {
                let socket = try RawSocket.connect(port: port)
                _ = try socket.upgrade(path: "/agent_ws/")
                _ = try socket.readFrame()
                return socket
            }
            let busy = try await onThread {
                let socket = try RawSocket.connect(port: port)
                _ = try socket.upgrade(path: "/agent_ws/")
                _ = try socket.readFrame()
                try socket.send(#"{"type":"USER_MESSAGE","text":"brief"}"#)
                _ = try socket.readFrame()
                return socket
            }
            await group.triggerGracefulShutdown()
            let (idleClose, end, busyClose) = try await onThread {
                let close = try idle.readFrame()
                try idle.send(opcode: 8, close.payload)
                let end = try busy.readFrame()
                let last = try busy.readFrame()
                try busy.send(opcode: 8, last.payload)
                return (close, end, last)
            }
            #expect(idleClose.closeCode == 1001)
            #expect(end.text.contains("AGENT_EVENT_END"))
            #expect(busyClose.closeCode == 1001)
            try await tasks.waitForAll()
        }
    }

    /// A connection that asks for nothing, as of who only looks whether somebody listens, holds up no shutdown.
    @Test(arguments: [true, false]) func connectionsThatAskForNothingEndWithTheServer(isGraceful: Bool) async throws {
        var options = AgentServer.Options(port: 0)
        options.clientTimeout = .seconds(3_600)
        let server = AgentServer(options: options, responder: agent, logger: .silent)
        let group = ServiceGroup(configuration: .init(services: [server], logger: .silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await group.run() }
            let port = try await server.boundPort()
            let (silent, _) = try await onThread {
                let silent = try RawSocket.connect(port: port)
                // Accepted in order: when this one is answered the other is in.
                return (silent, try RawSocket.connect(port: port).upgrade(path: "/x"))
            }
            if isGraceful { await group.triggerGracefulShutdown() } else { tasks.cancelAll() }
            try await tasks.waitForAll()
            await #expect(throws: RawSocket.Ended.self) { try await onThread { try silent.read(1) } }
        }
    }

    @Test func aPortInUseIsReported() async throws {
        try await withServer(responder: agent) { port in
            let second = AgentServer(options: .init(port: port), responder: agent, logger: .silent)
            let error = await #expect(throws: PlatformError.self) { try await second.run() }
            #expect(error?.message.contains("\(port)") == true)
            await #expect(throws: PlatformError.self) { try await second.boundPort() }
        }
    }
}
