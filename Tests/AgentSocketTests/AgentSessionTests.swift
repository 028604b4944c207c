import AgentSocket
import Foundation
import PlatformSDK
import Synchronization
import TestSupport
import Testing

/// What a server keeps to when its agent owns the runs, and its clients are impatient or unkind.
@Suite(.timeLimit(.minutes(2))) struct AgentSessionTests {
    private static var options: AgentServer.Options {
        var options = AgentServer.Options(port: 0)
        options.agentKeepsRuns = true
        return options
    }

    /// Runs a script of a client against a server whose agent keeps its runs.
    private func withClient<Value: Sendable>(
        _ responder: any AgentResponder, _ script: @escaping @Sendable (RawSocket) throws -> Value
    ) async throws -> Value {
        try await withServer(responder: responder, options: Self.options) { port in
            try await onThread {
                let socket = try RawSocket.connect(port: port, receiveBuffer: 4_096)
                _ = try socket.upgrade(path: "/agent_ws/")
                _ = try socket.readFrame()
                return try script(socket)
            }
        }
    }

    /// Runs an agent that keeps its runs for as long as the body takes.
    private func withKeeper<Value: Sendable>(
        of agent: ScriptedAgent, _ body: (ResumableAgent) async throws -> Value
    ) async throws -> Value {
        let keeper = ResumableAgent(agent)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await keeper.run() }
            let value = try await body(keeper)
            tasks.cancelAll()
            return value
        }
    }

    @Test func messagesOfTheBaseProtocolAreRunsOfTheirOwn() async throws {
        let agent = ScriptedAgent()
        try await withKeeper(of: agent) { keeper in
            for words in [["one", "two"], ["three"]] {
                let texts = try await withClient(keeper) { socket in
                    try words.map { word in
                        try socket.send(#"{"type":"USER_MESSAGE","text":"\#(word)"}"#)
                        let chunk = try socket.readFrame().text
                        #expect(try socket.readFrame().text.contains("AGENT_EVENT_END"))
                        return chunk
                    }
                }
                #expect(texts == words.map { #"{"text":"\#($0)","type":"AGENT_EVENT_TEXT_CHUNK"}"# })
            }
        }
        let asked = agent.received
        #expect(Set(asked.map(\.runID)).count == 3 && !asked.contains { $0.runID.isEmpty })
        // A connection is one conversation.
        #expect(asked.count == 3 && asked[0].threadID == asked[1].threadID && asked[1].threadID != asked[2].threadID)
    }

    @Test func aGoneClientOfTheBaseProtocolStopsItsRun() async throws {
        let agent = ScriptedAgent()
        try await withKeeper(of: agent) { keeper in
            try await withServer(responder: keeper, options: Self.options) { port in
                try await onThread {
                    let socket = try RawSocket.connect(port: port)
                    _ = try socket.upgrade(path: "/agent_ws/")
                    _ = try socket.readFrame()
                    try socket.send(#"{"type":"USER_MESSAGE","text":"hang"}"#)
                    _ = try socket.readFrame()
                    socket.kill()
                }
                let runID = try #require(agent.received.first?.runID)
                let error = await #expect(throws: PlatformError.self) {
                    for try await _ in try await keeper.resume(runID: runID, after: 0) {}
                }
                #expect(error?.code == .cancelled)
            }
        }
    }

    @Test func aBaseReplyThatBeginsAnewHasFailed() async throws {
        let agent = WatchedAgent(events: [.textChunk("a"), .reset(text: ""), .textChunk("b"), .end(tokensUsed: 1)])
        let texts = try await withClient(agent) { socket in
            try socket.send(#"{"type":"USER_MESSAGE","text":"hi"}"#)
            return [try socket.readFrame().text, try socket.readFrame().text]
        }
        #expect(texts[0].contains(#""a""#) && texts[1].contains("AGENT_ERROR"))
        #expect(agent.history.last?.hasPrefix("cancelled") == true)
    }

    /// The client may send both frames in one breath; the agent has to hear of the message first.
    @Test func aCancelDoesNotOvertakeItsMessage() async throws {
        let agent = WatchedAgent(events: [.textChunk("a")], isSlowToBegin: true)
        let text = try await withClient(agent) { socket in
            try socket.send([
                #"{"type":"USER_MESSAGE","run_id":"r","text":"hi"}"#, #"{"type":"CANCEL","run_id":"r"}"#,
            ])
            return try socket.readFrame().text
        }
        #expect(text.contains("AGENT_EVENT_TEXT_CHUNK"))
        try await eventually("both have come") { agent.history.count == 2 }
        #expect(agent.history == ["began r", "cancelled r"])
    }

    @Test func aDeliveryThatIsReplacedEnds() async throws {
        let agent = WatchedAgent(events: [.textChunk("a")])
        try await withClient(agent) { socket in
            for _ in 0..<40 { try socket.send(#"{"type":"RESUME","run_id":"r","after":0}"#) }
            // Each later one may take the place of an earlier one before that has sent anything.
            _ = try socket.readFrame()
            let limit = Date(timeIntervalSinceNow: 30)
            while agent.opened < 40 || agent.readers > 1, Date() < limit { usleep(2_000) }
            #expect(agent.opened == 40 && agent.readers == 1)
        }
    }

    @Test func whatFitsIntoNoFrameDoesNotCostTheConnection() async throws {
        let huge = String(repeating: "x", count: 2 << 20)
        let agent = WatchedAgent(events: [
            .toolCall(ToolCall(callID: "c", name: huge)),
            .file(AgentFile(filename: "f", location: .url(huge))), .textChunk("a"), .end(tokensUsed: 1),
        ])
        try await withServer(responder: agent, options: Self.options) { port in
            try await withConnection(port: port) { connection in
                var events: [RunEvent] = []
                for try await event in try await connection.respond(to: MessageRequest("hi")) { events.append(event) }
                #expect(events.map(\.event) == [.progress, .progress, .textChunk("a"), .end(tokensUsed: 1)])
                #expect(events.map(\.seq) == [1, 2, 3, 4])
            }
        }
    }

    @Test func aSilentRunIsSaidToGoOn() async throws {
        var options = Self.options
        options.heartbeatInterval = .milliseconds(20)
        let agent = WatchedAgent(events: [.textChunk("a")])
        try await withServer(responder: agent, options: options) { port in
            let texts = try await onThread {
                let socket = try RawSocket.connect(port: port)
                _ = try socket.upgrade(path: "/agent_ws/")
                _ = try socket.readFrame()
                try socket.send(#"{"type":"RESUME","run_id":"r","after":1}"#)
                return try (0..<3).map { _ in try socket.readFrame().text }
            }
            #expect(texts == Array(repeating: #"{"run_id":"r","type":"HEARTBEAT"}"#, count: 3))
        }
    }

    /// What is not read yet may pile up in the sockets, but not in the server.
    @Test func pongsDoNotPileUp() async throws {
        let batches = 70
        let pongs = try await withClient(ScriptedAgent()) { socket in
            func ping(_ mark: UInt8) -> [UInt8] {
                [0x89, 0x80 | 125, 0, 0, 0, 0] + [UInt8](repeating: mark, count: 125)
            }
            let batch = [[UInt8]](repeating: ping(1), count: 1_000).flatMap(\.self)
            for _ in 0..<batches { try socket.write(batch) }
            try socket.write(ping(2))
            var pongs = 0
            repeat { pongs += 1 } while try socket.readFrame(opcode: 10).payload.first != 2
            return pongs
        }
        #expect(pongs < batches * 1_000)
    }
}

/// An agent whose every run says the same and then, without an end among it, nothing more; it tells who reads and stops.
private final class WatchedAgent: AgentResponder {
    private struct State {
        var history: [String] = []
        var readers = 0
        var opened = 0
    }

    private let events: [AgentEvent]
    private let isSlowToBegin: Bool
    private let state = Mutex(State())

    init(events: [AgentEvent], isSlowToBegin: Bool = false) {
        self.events = events
        self.isSlowToBegin = isSlowToBegin
    }

    var canResume: Bool { get async { true } }
    /// What has begun and what was stopped, in order.
    var history: [String] { state.withLock { $0.history } }
    /// The readings that nobody has let go of.
    var readers: Int { state.withLock { $0.readers } }
    /// The readings so far.
    var opened: Int { state.withLock { $0.opened } }

    func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent> {
        if isSlowToBegin {
            // Time enough for a stop that does not wait.
            let limit = ContinuousClock.now + .milliseconds(300)
            while ContinuousClock.now < limit, history.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        }
        state.withLock { $0.history.append("began \(request.runID)") }
        return read(after: 0)
    }

    func resume(runID: String, after seq: Int) async throws -> ReplySequence<RunEvent> { read(after: seq) }

    func cancel(runID: String) async throws {
        state.withLock { $0.history.append("cancelled \(runID)") }
    }

    private func read(after seq: Int) -> ReplySequence<RunEvent> {
        state.withLock { state in
            state.readers += 1
            state.opened += 1
        }
        let place = Mutex(seq)
        return ReplySequence(
            next: { [events] in
                let index = place.withLock { place in
                    place += 1
                    return place
                }
                if index <= events.count { return RunEvent(seq: index, events[index - 1]) }
                if case .end = events.last { return nil }
                try await Task.sleep(for: .seconds(3_600))
                return nil
            },
            release: { [weak self] in self?.state.withLock { $0.readers -= 1 } })
    }
}
