/// Which targets a link may have (client-server API, `m.room.message` with `org.matrix.custom.html`).
enum LinkTarget {
    private static let schemes: Set<String> = ["https", "http", "ftp", "mailto", "magnet"]

    /// The value of `href` for a target, or nil when its scheme is missing or not allowed.
    static func href(_ url: String) -> String? {
        guard let colon = url.utf8.firstIndex(of: UInt8(ascii: ":")), schemes.contains(url[..<colon].lowercased())
        else { return nil }
        guard url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return url }
        var encoded: [UInt8] = []
        for byte in url.utf8 {
            if byte <= 0x20 || byte == 0x7F {
                encoded += [UInt8(ascii: "%")] + Array((byte < 0x10 ? "0" : "").utf8)
                encoded += Array(String(byte, radix: 16, uppercase: true).utf8)
            } else {
                encoded.append(byte)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
