/// Turns the bytes of an event stream into events (WHATWG HTML, section 9.2.6), whatever the cuts between chunks.
///
/// An event counts once its empty line has arrived: what is left at the end of the stream is to be dropped. Lines
/// and events are bounded; a stream that exceeds a bound fails for good.
package struct SSEParser: Sendable {
    /// The most bytes that the parser holds.
    package struct Limits: Sendable {
        /// The longest line, without its end.
        package var lineBytes: Int
        /// The largest data of one event.
        package var eventBytes: Int

        /// Collects the limits.
        package init(lineBytes: Int = 4 * 1024 * 1024, eventBytes: Int = 8 * 1024 * 1024) {
            self.lineBytes = lineBytes
            self.eventBytes = eventBytes
        }
    }

    /// The id to send as `Last-Event-ID` when reconnecting; empty if there is none.
    package private(set) var lastEventID = ""
    /// The reconnection time in milliseconds that the stream asked for last.
    package private(set) var reconnectionTime: Int?

    private let limits: Limits
    private var line: [UInt8] = []
    private var isFirstLine = true
    private var previousWasCarriageReturn = false
    private var failure: HTTPError?

    private var event = ""
    private var data = ""
    private var hasData = false
    private var retry: Int?

    /// Makes a parser for a new stream.
    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Takes the next bytes and returns the events that they complete.
    ///
    /// - Throws: `HTTPError` with the code `eventTooLarge`, then and at every further call.
    package mutating func feed(_ bytes: [UInt8]) throws(HTTPError) -> [ServerSentEvent] {
        if let failure { throw failure }
        var events: [ServerSentEvent] = []
        var rest = bytes[...]
        if previousWasCarriageReturn, let first = rest.first {
            previousWasCarriageReturn = false
            if first == Self.lineFeed { rest.removeFirst() }
        }
        while let end = rest.firstIndex(where: { $0 == Self.lineFeed || $0 == Self.carriageReturn }) {
            try append(rest[..<end])
            if let event = try endLine() { events.append(event) }
            let isCarriageReturn = rest[end] == Self.carriageReturn
            rest = rest[(end + 1)...]
            guard isCarriageReturn else { continue }
            if rest.isEmpty {
                previousWasCarriageReturn = true
            } else if rest.first == Self.lineFeed {
                rest.removeFirst()
            }
        }
        try append(rest)
        return events
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) throws(HTTPError) {
        guard bytes.count <= limits.lineBytes - line.count else {
            throw fail("a line of the event stream is longer than \(limits.lineBytes) bytes")
        }
        line += bytes
    }

    /// Interprets the collected line; an empty one dispatches the event.
    private mutating func endLine() throws(HTTPError) -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: line.capacity <= 64 * 1024) }
        var content = line[...]
        if isFirstLine {
            isFirstLine = false
            if content.starts(with: Self.byteOrderMark) { content = content.dropFirst(Self.byteOrderMark.count) }
        }
        guard !content.isEmpty else { return dispatch() }
        guard let colon = content.firstIndex(of: UInt8(ascii: ":")) else {
            try setField(String(decoding: content, as: UTF8.self), to: [])
            return nil
        }
        var value = content[(colon + 1)...]
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        // A line that starts with a colon is a comment: its field name is empty, and no field has that name.
        try setField(String(decoding: content[..<colon], as: UTF8.self), to: value)
        return nil
    }

    private mutating func setField(_ name: String, to value: ArraySlice<UInt8>) throws(HTTPError) {
        switch name {
        case "event": event = String(decoding: value, as: UTF8.self)
        case "data":
            guard value.count < limits.eventBytes - data.utf8.count else {
                throw fail("an event of the event stream holds more than \(limits.eventBytes) bytes")
            }
            if hasData { data += "\n" }
            data += String(decoding: value, as: UTF8.self)
            hasData = true
        case "id" where !value.contains(0): lastEventID = String(decoding: value, as: UTF8.self)
        case "retry" where value.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains):
            // An empty value or one beyond the integers is no time.
            guard let milliseconds = Int(String(decoding: value, as: UTF8.self)) else { break }
            reconnectionTime = milliseconds
            retry = milliseconds
        default: break
        }
    }

    /// Ends the block: an event without data is none, but its id and retry stand.
    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            event = ""
            data = ""
            hasData = false
            retry = nil
        }
        guard hasData else { return nil }
        return ServerSentEvent(id: lastEventID, event: event.isEmpty ? "message" : event, data: data, retry: retry)
    }

    private mutating func fail(_ reason: String) -> HTTPError {
        let error = HTTPError(.eventTooLarge, "The stream cannot be read: \(reason)")
        failure = error
        line = []
        data = ""
        return error
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
}
