import Foundation
package import HTTP

/// What a scripted server received.
package struct RecordedRequest: Sendable {
    /// The method of the request line.
    package let method: String
    /// The path and query of the request line, still percent-encoded.
    package let target: String
    /// The header fields.
    package let headers: HTTPHeaders
    /// The body; only bodies with a `Content-Length` are read.
    package let body: [UInt8]
    /// The number of the connection that it came by, from 1.
    package let connection: Int

    /// The target without its query.
    package var path: String {
        target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? target
    }

    /// The decoded value of a query item, or nil.
    package func query(_ name: String) -> String? {
        URLComponents(string: target)?.queryItems?.first { $0.name == name }?.value
    }

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// What a scripted server does with a request: a list of steps on the open connection.
package struct ScriptedResponse: Sendable {
    /// One thing to do on the connection.
    package enum Step: Sendable {
        /// Write bytes.
        case write([UInt8])
        /// Write bytes again and again, without holding them all.
        case writeRepeatedly([UInt8], count: Int)
        /// Write bytes one by one with a pause before each.
        case drip([UInt8], every: Duration)
        /// Wait until the gate is opened or the server stops.
        case wait(ResponseGate)
        /// Wait until the client closes the connection, and count it as a disconnect.
        case waitForDisconnect
        /// Close the connection in good order.
        case close
        /// Close the connection with a TCP reset.
        case reset
    }

    /// The steps in their order. Without `close` or `reset` the connection is kept for the next request.
    package var steps: [Step]

    /// Makes a response of bare steps.
    package init(steps: [Step]) {
        self.steps = steps
    }

    /// A response of known length.
    package static func respond(
        _ status: Int = 200,
        headers: HTTPHeaders = [:],
        body: [UInt8] = []
    ) -> ScriptedResponse {
        var headers = headers
        headers.add(name: "Content-Length", value: "\(body.count)")
        return ScriptedResponse(steps: [.write(head(status, headers) + body)])
    }

    /// A JSON text with its content type.
    package static func json(_ text: String, status: Int = 200, headers: HTTPHeaders = [:]) -> ScriptedResponse {
        var headers = headers
        headers.add(name: "Content-Type", value: "application/json")
        return respond(status, headers: headers, body: Array(text.utf8))
    }

    /// An HTML page, as a proxy sends one in place of an API's answer.
    package static func html(_ text: String, status: Int) -> ScriptedResponse {
        respond(status, headers: ["Content-Type": "text/html"], body: Array(text.utf8))
    }

    /// A body in chunked coding, one chunk for each element.
    package static func chunked(
        _ chunks: [[UInt8]],
        status: Int = 200,
        headers: HTTPHeaders = [:]
    ) -> ScriptedResponse {
        var headers = headers
        headers.add(name: "Transfer-Encoding", value: "chunked")
        let framed = (chunks + [[]]).flatMap { chunk in
            Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
        }
        return ScriptedResponse(steps: [.write(head(status, headers) + framed)])
    }

    /// The response, sent once the gate is open.
    package func held(by gate: ResponseGate) -> ScriptedResponse {
        ScriptedResponse(steps: [.wait(gate)] + steps)
    }

    /// Status line and header fields with the empty line.
    package static func head(_ status: Int, _ headers: HTTPHeaders = [:]) -> [UInt8] {
        let lines = ["HTTP/1.1 \(status) Scripted"] + headers.fields.map { "\($0.name): \($0.value)" }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }
}

/// Holds a response back until a test opens it.
///
/// `@unchecked Sendable`: its one mutable property is guarded by the condition's lock.
package final class ResponseGate: @unchecked Sendable {
    private let condition = NSCondition()
    private var isOpen = false

    /// Makes a closed gate.
    package init() {}

    /// Lets everything pass that waits, now and later.
    package func open() {
        condition.lock()
        isOpen = true
        condition.broadcast()
        condition.unlock()
    }

    /// Blocks the calling thread until the gate is open.
    func wait() {
        condition.lock()
        while !isOpen { condition.wait() }
        condition.unlock()
    }
}
