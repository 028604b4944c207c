/// A file that came with a message, on this machine's disk.
public struct Attachment: Hashable, Sendable {
    /// Where it is: an absolute path, or a `data:` URL that holds it (RFC 2397).
    public var path: String
    /// What it is, by its content.
    public var mimeType: String
    /// Its size in bytes.
    public var size: Int64
    /// The name that the sender gave it, without control characters.
    public var filename: String

    /// Creates an attachment.
    public init(path: String, mimeType: String, size: Int64, filename: String) {
        self.path = path
        self.mimeType = mimeType
        self.size = size
        self.filename = filename
    }
}

extension MessageRequest {
    /// The text with a line for each attachment, for an agent that takes nothing but text and finds the files itself.
    public var textNamingAttachments: String { text { $0.path.hasPrefix("data:") ? "" : ", \($0.path)" } }

    /// The text with a line for each attachment, for a model: where files are on this machine is no third party's concern.
    public var textForModel: String { text { _ in "" } }

    private func text(place: (Attachment) -> String) -> String {
        let lines = attachments.map { file in
            "[attached: \(file.filename), \(file.mimeType), \(file.size) bytes\(place(file))]"
        }
        return ((text.isEmpty ? [] : [text]) + lines).joined(separator: "\n")
    }
}
