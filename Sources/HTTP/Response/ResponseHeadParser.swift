/// Collects the header lines that libcurl passes on, one call a line, into the head of the final response.
///
/// A status line starts a head; an empty line ends it. Interim responses (1xx) are dropped, and so are trailers.
struct ResponseHeadParser {
    /// What a line meant.
    enum Outcome {
        /// More lines follow.
        case incomplete
        /// This is the head of the final response.
        case head(status: Int, headers: HTTPHeaders)
        /// The head is malformed or too large.
        case malformed
    }

    private let maximumBytes: Int
    private var status: Int?
    private var headers = HTTPHeaders()
    private var byteCount = 0

    /// Makes a parser.
    ///
    /// - Parameter maximumBytes: the largest head to accept.
    init(maximumBytes: Int = 256 * 1024) {
        self.maximumBytes = maximumBytes
    }

    /// Takes one line with its line end.
    mutating func consume(_ line: UnsafeRawBufferPointer) -> Outcome {
        let content = Self.trim(line)
        if content.starts(with: Array("HTTP/".utf8)) {
            status = Self.status(in: content)
            headers = HTTPHeaders()
            byteCount = 0
            return status == nil ? .malformed : .incomplete
        }
        guard let status else { return .incomplete }
        guard !content.isEmpty else {
            self.status = nil
            return status < 200 ? .incomplete : .head(status: status, headers: headers)
        }
        byteCount += content.count
        guard byteCount <= maximumBytes else { return .malformed }
        // A line without a name is an obsolete continuation line, which libcurl has refused or unfolded already.
        guard let colon = content.firstIndex(of: UInt8(ascii: ":")), colon > content.startIndex else {
            return .incomplete
        }
        headers.add(
            name: String(decoding: Self.trim(content[..<colon]), as: UTF8.self),
            value: String(decoding: Self.trim(content[(colon + 1)...]), as: UTF8.self)
        )
        return .incomplete
    }

    /// The code of `HTTP/1.1 200 OK` or `HTTP/2 200`.
    private static func status(in line: Slice<UnsafeRawBufferPointer>) -> Int? {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard parts.count >= 2, let code = Int(String(decoding: parts[1], as: UTF8.self)) else { return nil }
        return (100...999).contains(code) ? code : nil
    }

    private static func trim(_ bytes: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer> {
        trim(bytes[...])
    }

    private static func trim(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
        let white: Set<UInt8> = [0x20, 0x09, 0x0D, 0x0A]
        guard let first = bytes.firstIndex(where: { !white.contains($0) }),
            let last = bytes.lastIndex(where: { !white.contains($0) })
        else { return bytes[bytes.endIndex...] }
        return bytes[first...last]
    }
}
