/// The id of a user, such as `@alice:example.org`.
public struct UserID: MatrixIdentifier {
    /// The id as the homeserver wrote it.
    public let rawValue: String

    /// Wraps a string without looking into it; `isValid` says whether it has the form of a user id.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The part between `@` and the first colon, or nil where the string has no such part.
    public var localpart: String? {
        parts.map { String($0.localpart) }
    }

    /// The part after the first colon, port included, or nil where the string has no such part.
    public var serverName: String? {
        parts.map { String($0.serverName) }
    }

    /// Whether the string is a user id by the grammar, historical user ids included.
    ///
    /// At most 255 bytes; a localpart that is not empty and has no NUL; a server name of a host name or an IP
    /// address and an optional port (appendices "User Identifiers" and "Server Name").
    public var isValid: Bool {
        guard rawValue.utf8.count <= 255, let parts, !parts.localpart.utf8.contains(0) else { return false }
        return !parts.localpart.isEmpty && Self.isServerName(parts.serverName)
    }

    private var parts: (localpart: Substring, serverName: Substring)? {
        guard rawValue.utf8.first == UInt8(ascii: "@"), let colon = rawValue.utf8.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        let start = rawValue.utf8.index(after: rawValue.startIndex)
        return (rawValue[start..<colon], rawValue[rawValue.utf8.index(after: colon)...])
    }

    private static func isServerName(_ name: Substring) -> Bool {
        var rest = name.utf8
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = rest[rest.index(after: rest.startIndex)..<end]
            guard (2...45).contains(address.count), address.allSatisfy(isIPv6Byte) else { return false }
            rest = rest[rest.index(after: end)...]
        } else {
            let host = rest.prefix(while: isHostByte)
            guard (1...255).contains(host.count) else { return false }
            rest = rest[host.endIndex...]
        }
        guard let colon = rest.first else { return true }
        let port = rest.dropFirst()
        return colon == UInt8(ascii: ":") && (1...5).contains(port.count) && port.allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: isDigit(byte)
        }
    }

    private static func isIPv6Byte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        case UInt8(ascii: ":"), UInt8(ascii: "."): true
        default: isDigit(byte)
        }
    }
}
