import HTTP

/// Reads one request after the other from a scripted server's connection.
struct RequestReader {
    private let socket: Int32
    private let connection: Int
    private var buffer: [UInt8] = []

    /// Reads from an accepted connection, whose number requests carry.
    init(socket: Int32, connection: Int) {
        self.socket = socket
        self.connection = connection
    }

    /// The next request; nil when the client has closed the connection or does not speak HTTP.
    mutating func next() -> RecordedRequest? {
        let terminator = Array("\r\n\r\n".utf8)
        var end = buffer.firstRange(of: terminator)
        while end == nil {
            guard buffer.count < 1 << 20, fill() else { return nil }
            end = buffer.firstRange(of: terminator)
        }
        guard let end else { return nil }
        let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        buffer.removeSubrange(..<end.upperBound)
        guard let requestLine = lines.first?.split(separator: " "), requestLine.count == 3 else { return nil }
        let headers = HTTPHeaders(
            lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
                return HTTPHeaders.Field(name: String(parts[0]), value: String(value))
            }
        )
        let length = headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        while buffer.count < length {
            guard fill() else { return nil }
        }
        defer { buffer.removeFirst(length) }
        return RecordedRequest(
            method: String(requestLine[0]),
            target: String(requestLine[1]),
            headers: headers,
            body: Array(buffer.prefix(length)),
            connection: connection
        )
    }

    private mutating func fill() -> Bool {
        guard let bytes = LoopbackSocket.read(from: socket) else { return false }
        buffer += bytes
        return true
    }
}
