import AgentSocket
import Foundation
import PlatformSDK

/// A client of the agent connection that does as little as possible, so that what is measured is the agent's time.
struct AgentClient: Sendable {
    private let socket: LoopbackSocket
    private let stopwatch: Stopwatch

    /// Connects and upgrades to a WebSocket.
    init(port: Int, stopwatch: Stopwatch) throws {
        self.stopwatch = stopwatch
        socket = try LoopbackSocket.connect(to: port)
        try socket.write(
            """
            GET /agent_ws/ HTTP/1.1\r
            Host: 127.0.0.1:\(port)\r
            Connection: Upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            \r\n
            """)
    }

    /// Begins the runs and notes when their texts arrive, until all have ended.
    func ask(runs: Int) throws {
        let (head, rest) = try socket.readHead()
        guard head.hasPrefix("HTTP/1.1 101") else { throw BenchmarkError("the agent refuses the upgrade: \(head)") }
        for run in 0..<runs {
            let request = MessageRequest(
                userID: "u", threadID: "thread-\(run)", runID: "run-\(run)", text: ModelServer.question(of: run))
            try socket.write(Self.frame(try AgentFrameCodec.encode(AgentClientFrame.runMessage(request))))
        }
        var buffer = rest
        var open = runs
        while open > 0 {
            let bytes = try socket.read()
            let now = ContinuousClock.now
            guard !bytes.isEmpty else { throw BenchmarkError("the agent has closed the connection") }
            buffer += bytes
            while let text = Self.popFrame(&buffer) {
                if try take(AgentFrameCodec.decode(AgentServerFrame.self, from: text), at: now) { open -= 1 }
            }
        }
        socket.shutDown()
    }

    /// Takes a frame; returns whether it ends a run.
    private func take(_ frame: AgentServerFrame, at now: ContinuousClock.Instant) throws -> Bool {
        switch frame {
        case .runEvent(let frame):
            guard let run = Int(frame.runID.dropFirst(4)) else { return false }
            if case .textChunk(let text) = frame.event.event { stopwatch.receive(text, of: run, at: now) }
            if case .end = frame.event.event { return true }
            return false
        case .runError(let run, let code, let details): throw BenchmarkError("\(run) has failed: \(code), \(details)")
        case .error(let code, let details): throw BenchmarkError("the agent has failed: \(code), \(details)")
        case .status, .textChunk, .end, .heartbeat, .usage, .requestError, .unknown: return false
        }
    }

    /// A text as a whole masked frame (RFC 6455, section 5.2); a key of zeros leaves the text as it is.
    private static func frame(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        let length: [UInt8] =
            bytes.count < 126
            ? [0x80 | UInt8(bytes.count)] : [0x80 | 126, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]
        return [0x81] + length + [0, 0, 0, 0] + bytes
    }

    /// Takes the first whole frame out of the bytes; nil where there is none.
    private static func popFrame(_ bytes: inout [UInt8]) -> String? {
        guard bytes.count >= 2 else { return nil }
        var header = 2
        var length = Int(bytes[1] & 0x7F)
        if length == 126 {
            guard bytes.count >= 4 else { return nil }
            length = Int(bytes[2]) << 8 | Int(bytes[3])
            header = 4
        }
        guard bytes.count >= header + length else { return nil }
        defer { bytes.removeFirst(header + length) }
        return String(decoding: bytes[header..<header + length], as: UTF8.self)
    }
}
