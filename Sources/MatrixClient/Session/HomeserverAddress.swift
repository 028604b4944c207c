/// What an operator wrote for the homeserver, understood: the URL of its API, or a server's name.
enum HomeserverAddress: Hashable, Sendable {
    /// The base URL of the client-server API.
    case baseURL(String)
    /// A server's name, and the host that has its well-known file (client-server API, "Well-known URI").
    case serverName(String, host: String)

    /// Reads an address; throws `badAddress` without quoting it, as it may hold a password.
    init(_ text: String) throws(MatrixClientError) {
        let text = text.drop { $0.isWhitespace }
        let end = text.lastIndex { !$0.isWhitespace }.map { text.index(after: $0) } ?? text.startIndex
        let address = text[..<end]
        if let separator = address.firstRange(of: "://") {
            let scheme = address[..<separator.lowerBound].lowercased()
            let rest = address[separator.upperBound...]
            guard scheme == "https" || scheme == "http", !rest.isEmpty, rest.utf8.allSatisfy(Self.isURLByte) else {
                throw Self.refusal
            }
            self = .baseURL("\(scheme)://\(rest)")
        } else {
            guard !address.isEmpty, address.utf8.allSatisfy(Self.isNameByte) else { throw Self.refusal }
            self = .serverName(String(address), host: Self.host(of: address))
        }
    }

    /// The name without its port: the well-known file is always on the port of `https`.
    private static func host(of name: Substring) -> String {
        if name.hasPrefix("["), let end = name.firstIndex(of: "]") { return String(name[...end]) }
        return String(name.prefix { $0 != ":" })
    }

    private static var refusal: MatrixClientError {
        MatrixClientError(
            .badAddress,
            "the homeserver's address is neither a URL such as https://matrix.example.org, without user, query and "
                + "fragment, nor a server's name such as example.org; check matrix.homeserver"
        )
    }

    private static func isURLByte(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"@?#\\\"<>".utf8.contains(byte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-.:[]".utf8.contains(byte)
        }
    }
}
