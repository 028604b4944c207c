import Foundation
import HTTP
import Synchronization

/// Passes requests on to a server of this machine, one connection each, and gives the whole answer back.
///
/// It speaks HTTP/1.0, so that an answer ends with its connection and is never chunked. Calls block their thread.
final class UpstreamConnections: Sendable {
    /// A whole answer.
    struct Answer: Sendable {
        /// The status of the answer.
        let status: Int
        /// Its `Content-Type`.
        let contentType: String
        /// The body.
        let body: [UInt8]
        /// The `Retry-After`, where there is one.
        let retryAfter: String?
    }

    private struct State {
        var open: Set<Int32> = []
        var isStopped = false
    }

    private static let dropped: Set<String> = [
        "host", "connection", "accept-encoding", "expect", "content-length", "transfer-encoding",
    ]

    private let port: Int
    private let state = Mutex(State())

    init(port: Int) {
        self.port = port
    }

    /// Ends what waits for an answer.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            for socket in state.open { LoopbackSocket.shutDown(socket) }
        }
    }

    /// The answer to a request; nil where the server cannot be reached or breaks off.
    func answer(to request: RecordedRequest, target: String? = nil) -> Answer? {
        guard let socket = LoopbackSocket.connect(to: port) else { return nil }
        let isStopped = state.withLock { state in
            state.open.insert(socket)
            return state.isStopped
        }
        defer {
            state.withLock { state in
                state.open.remove(socket)
                LoopbackSocket.close(socket)
            }
        }
        guard !isStopped, LoopbackSocket.write(Self.bytes(of: request, target: target), to: socket, taken: { _ in })
        else { return nil }
        var received: [UInt8] = []
        while let bytes = LoopbackSocket.read(from: socket) { received += bytes }
        return Self.answer(in: received)
    }

    private static func bytes(of request: RecordedRequest, target: String?) -> [UInt8] {
        var lines = ["\(request.method) \(target ?? request.target) HTTP/1.0", "Host: 127.0.0.1"]
        for field in request.headers.fields where !dropped.contains(field.name.lowercased()) {
            lines.append("\(field.name): \(field.value)")
        }
        lines.append("Content-Length: \(request.body.count)")
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + request.body
    }

    private static func answer(in received: [UInt8]) -> Answer? {
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
        let headers = HTTPHeaders(
            lines.dropFirst().compactMap { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { return nil }
                return HTTPHeaders.Field(
                    name: String(parts[0]), value: String(parts[1]).trimmingCharacters(in: .whitespaces))
            }
        )
        let body = Array(received[end.upperBound...])
        if let length = headers.first(name: "Content-Length").flatMap({ Int($0) }), length != body.count { return nil }
        return Answer(
            status: status,
            contentType: headers.first(name: "Content-Type") ?? "application/json",
            body: body,
            retryAfter: headers.first(name: "Retry-After")
        )
    }
}
