/// Where an event belongs in a distributed trace (W3C Trace Context, level 1).
public struct TraceContext: Hashable, Sendable {
    /// The version, trace id, parent span id and flags, in the form of section 3.2.
    public let traceparent: String
    /// The vendors' list (section 3.3); nil where there is none, or where it was not valid.
    public let tracestate: String?

    /// Takes over a header's value; nil when `traceparent` is not valid. An invalid `tracestate` is dropped, as the
    /// specification asks.
    public init?(traceparent: String, tracestate: String? = nil) {
        guard Self.isValid(traceparent: traceparent) else { return nil }
        self.traceparent = traceparent
        self.tracestate = tracestate.flatMap { Self.isValid(tracestate: $0) ? $0 : nil }
    }

    /// Begins a trace of its own.
    public static func random(sampled: Bool = true) -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        return random(sampled: sampled, using: &generator)
    }

    /// Begins a trace of its own, with numbers from a generator.
    public static func random(sampled: Bool = true, using generator: inout some RandomNumberGenerator) -> TraceContext {
        let trace = hex(nonZero(&generator)) + hex(nonZero(&generator))
        return TraceContext(validated: "00-\(trace)-\(hex(nonZero(&generator)))-\(sampled ? "01" : "00")", nil)
    }

    /// The context of a new span in the same trace.
    public func child() -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        return child(using: &generator)
    }

    /// The context of a new span in the same trace, with a number from a generator.
    public func child(using generator: inout some RandomNumberGenerator) -> TraceContext {
        let span = Self.hex(Self.nonZero(&generator))
        return TraceContext(validated: "00-\(traceID)-\(span)-\(isSampled ? "01" : "00")", tracestate)
    }

    /// The 32 hexadecimal digits that all spans of the trace share.
    public var traceID: String { String(traceparent.dropFirst(3).prefix(32)) }
    /// The 16 hexadecimal digits of the span.
    public var spanID: String { String(traceparent.dropFirst(36).prefix(16)) }
    /// Whether the trace is recorded.
    public var isSampled: Bool {
        (traceparent.dropFirst(53).prefix(2)).last?.hexDigitValue.map { $0 & 1 == 1 } ?? false
    }

    private init(validated traceparent: String, _ tracestate: String?) {
        self.traceparent = traceparent
        self.tracestate = tracestate
    }

    private static func nonZero(_ generator: inout some RandomNumberGenerator) -> UInt64 {
        UInt64.random(in: 1...UInt64.max, using: &generator)
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func isValid(traceparent: String) -> Bool {
        let fields = traceparent.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard fields.count >= 4, zip(fields, [2, 32, 16, 2]).allSatisfy({ $0.count == $1 }) else { return false }
        guard fields[0..<4].allSatisfy({ $0.allSatisfy(isLowercaseHex) }) else { return false }
        let version = String(fields[0])
        guard version != "ff", version != "00" || fields.count == 4 else { return false }
        return fields[1...2].allSatisfy { $0.contains { $0 != UInt8(ascii: "0") } }
    }

    private static func isLowercaseHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func isValid(tracestate: String) -> Bool {
        let members = tracestate.utf8.split(separator: UInt8(ascii: ","))
        guard !members.isEmpty, members.count <= 32, tracestate.utf8.count <= 512 else { return false }
        return members.allSatisfy { member in
            let parts = member.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
            return parts.count == 2 && !parts[0].isEmpty && member.allSatisfy { (0x20...0x7E).contains($0) }
        }
    }
}

extension TraceContext: Codable {
    private enum CodingKeys: String, CodingKey {
        case traceparent, tracestate
    }

    /// Reads and validates a context.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let traceparent = try container.decode(String.self, forKey: .traceparent)
        let tracestate = try container.decodeIfPresent(String.self, forKey: .tracestate)
        guard let context = TraceContext(traceparent: traceparent, tracestate: tracestate) else {
            throw DecodingError.dataCorruptedError(
                forKey: .traceparent, in: container, debugDescription: "not a W3C traceparent")
        }
        self = context
    }
}
