import Foundation

/// A server of the Chat Completions API on loopback that streams the chunks of a plan.
struct ModelServer: Sendable {
    private let listener: LoopbackListener
    private let stopwatch: Stopwatch

    /// Begins to listen.
    init(stopwatch: Stopwatch) throws {
        listener = try LoopbackListener()
        self.stopwatch = stopwatch
    }

    /// The base URL that a provider is given.
    var baseURL: String { "http://127.0.0.1:\(listener.port)/v1" }

    /// What the question of a run contains, so that the server knows the run by it.
    static func question(of run: Int) -> String { "question number \(run)." }

    /// Takes one request of each run, and then streams all answers by the plan.
    func serve(runs: Int, _ pacing: Pacing) throws {
        var connections: [Int: LoopbackSocket] = [:]
        while connections.count < runs {
            let connection = try listener.accept()
            let run = try Self.run(in: connection)
            try connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            connections[run] = connection
        }
        // The runs settle before the first chunk is timed.
        Thread.sleep(forTimeInterval: 0.5)
        try pacing.play { beat in
            let chunk = Array(Self.chunk(#""content":"\#(Stopwatch.text(beat.chunk))""#, finish: "null").utf8)
            let connection = connections[beat.run]
            stopwatch.send(beat.chunk, of: beat.run)
            try connection?.write(chunk)
            guard beat.isLast else { return }
            try connection?.write(Self.chunk("", finish: #""stop""#) + "data: [DONE]\n\n")
            connection?.shutDown()
        }
    }

    private static func chunk(_ delta: String, finish: String) -> String {
        let choice = #"{"index":0,"delta":{\#(delta)},"finish_reason":\#(finish)}"#
        return #"data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[\#(choice)]}"# + "\n\n"
    }

    /// Reads a request to its end and finds which run it belongs to.
    private static func run(in connection: LoopbackSocket) throws -> Int {
        var (head, body) = try connection.readHead()
        let lengths = head.split(separator: "\r\n").compactMap { line -> Int? in
            guard line.lowercased().hasPrefix("content-length:") else { return nil }
            return Int(line.dropFirst(15).trimmingCharacters(in: .whitespaces))
        }
        guard let length = lengths.first else { throw BenchmarkError("a request has no length") }
        while body.count < length { body += try connection.read() }
        let text = String(decoding: body, as: UTF8.self)
        guard let marker = text.range(of: "question number "),
            let run = Int(text[marker.upperBound...].prefix { $0.isNumber })
        else { throw BenchmarkError("a request asks no question of the benchmark") }
        return run
    }
}
