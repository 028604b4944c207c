/// Reads JSON text (RFC 8259) into a `JSON`.
struct JSONReader {
    /// The deepest nesting that is read; deeper text is refused, so that nobody can exhaust the stack.
    static let maximumDepth = 128

    private var rest: ArraySlice<UInt8>

    /// The text as a value; nil where it is not JSON.
    static func read(_ text: String) -> JSON? { read(Array(text.utf8)) }

    /// The bytes as a value; nil where they are not JSON.
    static func read(_ bytes: [UInt8]) -> JSON? {
        var reader = JSONReader(rest: bytes[...])
        guard let value = reader.value(depth: 0) else { return nil }
        reader.skipWhitespace()
        return reader.rest.isEmpty ? value : nil
    }

    private mutating func value(depth: Int) -> JSON? {
        guard depth < Self.maximumDepth else { return nil }
        skipWhitespace()
        switch rest.first {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "t"): return take("true") ? .bool(true) : nil
        case UInt8(ascii: "f"): return take("false") ? .bool(false) : nil
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        default: return number()
        }
    }

    private mutating func object(depth: Int) -> JSON? {
        rest.removeFirst()
        var members: [String: JSON] = [:]
        guard !takeAfterSpace("}") else { return .object(members) }
        repeat {
            skipWhitespace()
            guard rest.first == UInt8(ascii: "\""), let key = string(), takeAfterSpace(":"),
                let member = value(depth: depth + 1)
            else { return nil }
            members[key] = member
        } while takeAfterSpace(",")
        return takeAfterSpace("}") ? .object(members) : nil
    }

    private mutating func array(depth: Int) -> JSON? {
        rest.removeFirst()
        var elements: [JSON] = []
        guard !takeAfterSpace("]") else { return .array(elements) }
        repeat {
            guard let element = value(depth: depth + 1) else { return nil }
            elements.append(element)
        } while takeAfterSpace(",")
        return takeAfterSpace("]") ? .array(elements) : nil
    }

    private mutating func number() -> JSON? {
        let digits = rest.prefix { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        guard let first = digits.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else { return nil }
        rest = rest[digits.endIndex...]
        let text = String(decoding: digits, as: UTF8.self)
        if let integer = Int64(text) { return .integer(integer) }
        return Double(text).map { .number($0) }
    }

    /// Reads a string from its opening quote on.
    private mutating func string() -> String? {
        rest.removeFirst()
        var bytes: [UInt8] = []
        while true {
            let plain = rest.prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 >= 0x20 }
            bytes += plain
            rest = rest[plain.endIndex...]
            switch rest.popFirst() {
            case UInt8(ascii: "\""): return String(validating: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"): guard escape(into: &bytes) else { return nil }
            default: return nil
            }
        }
    }

    private mutating func escape(into bytes: inout [UInt8]) -> Bool {
        switch rest.popFirst() {
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case let byte? where "\"\\/".utf8.contains(byte): bytes.append(byte)
        case UInt8(ascii: "u"):
            guard let unit = codeUnit() else { return false }
            bytes += String(scalar(startingWith: unit)).utf8
        default: return false
        }
        return true
    }

    /// The character of an escaped code unit; half a surrogate pair without its other half becomes U+FFFD.
    private mutating func scalar(startingWith unit: UInt16) -> Unicode.Scalar {
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let before = rest
        if UTF16.isLeadSurrogate(unit), take("\\u"), let trail = codeUnit(), UTF16.isTrailSurrogate(trail) {
            let value = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trail) - 0xDC00)
            if let scalar = Unicode.Scalar(value) { return scalar }
        }
        rest = before
        return "\u{FFFD}"
    }

    private mutating func codeUnit() -> UInt16? {
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.first != UInt8(ascii: "+") else { return nil }
        rest = rest.dropFirst(4)
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private mutating func take(_ token: StaticString) -> Bool {
        let wanted = token.withUTF8Buffer { Array($0) }
        guard rest.starts(with: wanted) else { return false }
        rest = rest.dropFirst(wanted.count)
        return true
    }

    private mutating func takeAfterSpace(_ token: Unicode.Scalar) -> Bool {
        skipWhitespace()
        guard rest.first == UInt8(ascii: token) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func skipWhitespace() {
        rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    }
}
