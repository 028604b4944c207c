/// Percent-encoding of single path components and query parts (RFC 3986).
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Encodes every byte but the unreserved ones, so that ids with `/`, `?`, `#`, `+` or `%` stay one component.
    ///
    /// The dots of `.` and `..` are encoded too, as HTTP clients take these for steps in the path.
    static func encode(_ text: String) -> String {
        if text == "." || text == ".." { return text.utf8.map { _ in "%2E" }.joined() }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "%"))
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 0x0F)])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Joins a prefix and components, each of them encoded.
    static func path(_ prefix: String, _ components: String...) -> String {
        components.reduce(prefix) { $0 + "/" + encode($1) }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
