extension JSONValue {
    /// The value as canonical JSON in UTF-8 (appendix "Canonical JSON").
    ///
    /// Keys are sorted by code point, there is no white space, and only what must be escaped is. A number with a
    /// fraction, which canonical JSON forbids, is written in its shortest form, and one that JSON cannot express
    /// (infinity, not a number) as `null`.
    public func canonicalJSON() -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    /// How many bytes `canonicalJSON()` has, counted without sorting or building them.
    public var canonicalByteCount: Int {
        switch self {
        case .object(let members):
            let commas = max(members.count - 1, 0)
            return members.reduce(2 + commas) { count, member in
                count + Self.quotedByteCount(member.key) + 1 + member.value.canonicalByteCount
            }
        case .array(let elements):
            return elements.reduce(2 + max(elements.count - 1, 0)) { $0 + $1.canonicalByteCount }
        case .string(let value):
            return Self.quotedByteCount(value)
        default:
            return scalarText.utf8.count
        }
    }

    private func append(to bytes: inout [UInt8]) {
        switch self {
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            // The order of UTF-8 bytes is the order of code points; that of Swift strings is not.
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.appendQuoted(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .string(let value):
            Self.appendQuoted(value, to: &bytes)
        default:
            bytes.append(contentsOf: scalarText.utf8)
        }
    }

    private var scalarText: String {
        switch self {
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value):
            if let integer = Int64(exactly: value) { String(integer) } else { value.isFinite ? "\(value)" : "null" }
        default: "null"
        }
    }

    private static func quotedByteCount(_ string: String) -> Int {
        string.utf8.reduce(2) { count, byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: count + 2
            case 0..<0x20: count + 6
            default: count + 1
            }
        }
    }

    private static func appendQuoted(_ string: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
            case 0x08: bytes.append(contentsOf: #"\b"#.utf8)
            case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
            case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
            case 0x0C: bytes.append(contentsOf: #"\f"#.utf8)
            case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
            case 0..<0x20:
                bytes.append(contentsOf: (byte < 0x10 ? #"\u000"# : #"\u00"#).utf8)
                bytes.append(contentsOf: String(byte, radix: 16).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
