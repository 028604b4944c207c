/// A position in a run's events: right after the event with this attempt and number, whose SSE id it is.
///
/// Positions are compared by attempt first: what a later owner of the run wrote comes after all that earlier ones did.
public struct LogCursor: Hashable, Comparable, Sendable {
    /// The attempt that wrote the event.
    public let attempt: Int
    /// The event's number in the run.
    public let seq: Int

    /// The position before the first event.
    public static let start = LogCursor(attempt: 0, seq: 0)

    /// Creates the position after an event.
    public init(attempt: Int, seq: Int) {
        self.attempt = attempt
        self.seq = seq
    }

    /// The position after an event.
    public init(after event: StreamEvent) {
        self.init(attempt: event.attempt, seq: event.seq)
    }

    public static func < (lhs: LogCursor, rhs: LogCursor) -> Bool {
        (lhs.attempt, lhs.seq) < (rhs.attempt, rhs.seq)
    }
}

extension LogCursor: LosslessStringConvertible {
    /// `<attempt>-<seq>`, as SSE ids and Redis Streams write it.
    public var description: String { "\(attempt)-\(seq)" }

    /// Reads `<attempt>-<seq>`; nil for anything else, so that a client's made-up cursor is refused.
    public init?(_ description: String) {
        let parts = description.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let attempt = Self.number(parts[0]), let seq = Self.number(parts[1]) else { return nil }
        self.init(attempt: attempt, seq: seq)
    }

    private static func number(_ digits: Substring) -> Int? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(digits)
    }
}

extension LogCursor: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let cursor = LogCursor(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a cursor <attempt>-<seq>")
        }
        self = cursor
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
