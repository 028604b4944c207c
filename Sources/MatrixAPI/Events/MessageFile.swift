/// The file that a message carries: an image, a sound, a video or anything else.
public struct MessageFile: Hashable, Sendable, Codable {
    /// The `mxc://` URL as it came; of an encrypted file, that of the ciphertext.
    public var url: String

    /// The name that the sender gave it; never a path to write to.
    public var filename: String

    /// What the sender says about it (MSC2530); nil where the body only repeats the name.
    public var caption: String?

    /// Its size in bytes by the sender's word.
    public var size: Int64?

    /// Whether it is encrypted, so that its bytes mean nothing without a key.
    public var isEncrypted: Bool

    /// Makes a file.
    public init(url: String, filename: String, caption: String? = nil, size: Int64? = nil, isEncrypted: Bool = false) {
        self.url = url
        self.filename = filename
        self.caption = caption
        self.size = size
        self.isEncrypted = isEncrypted
    }

    /// Reads the file of a message; nil for a message without one.
    public init?(_ message: MessageContent) {
        guard [.image, .file, .audio, .video].contains(message.msgtype) else { return nil }
        let encrypted = message.content["file"]?["url"]?.stringValue
        guard let url = encrypted ?? message.content["url"]?.stringValue else { return nil }
        let name = message.content["filename"]?.stringValue
        self.init(
            url: url,
            filename: name ?? message.body,
            caption: name == nil || name == message.body || message.body.isEmpty ? nil : message.body,
            size: message.content["info"]?["size"]?.intValue,
            isEncrypted: encrypted != nil
        )
    }

    /// Server and media id of the URL; nil where it is not of the form `mxc://server/id`.
    public var media: (server: String, id: String)? {
        guard url.hasPrefix("mxc://") else { return nil }
        let parts = url.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, parts[1] != ".", parts[1] != ".." else {
            return nil
        }
        return (String(parts[0]), String(parts[1]))
    }
}
