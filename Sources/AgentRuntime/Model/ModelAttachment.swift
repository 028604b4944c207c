import PlatformSDK

/// A file that goes with a message of a person, whose text names it in any case.
package struct ModelAttachment: Hashable, Sendable {
    /// The media type, such as `image/png`. A provider that does not take the type, or the size, leaves the file out.
    package var mediaType: String
    /// The file's name, for the model.
    package var name: String?
    /// The bytes.
    package var data: [UInt8]

    /// Creates an attachment.
    package init(mediaType: String, name: String? = nil, data: [UInt8]) {
        self.mediaType = mediaType
        self.name = name
        self.data = data
    }
}

/// The files that a model is shown with a conversation: those of the question, and the latest before it.
///
/// A model forgets what it has seen, so files go with every request; older ones than the limits let through are left to
/// the line that names them.
struct ShownFiles: Sendable {
    let reader: any AttachmentReader
    let limits: RunLimits

    /// Reads the files, by their paths.
    func read(question: [Attachment], window: HistoryWindow) async -> [String: ModelAttachment] {
        var files: [String: ModelAttachment] = [:]
        var left = limits.fileBytes
        for attachment in question + window.turns.reversed().flatMap(\.attachments) {
            guard files.count < limits.files else { break }
            guard files[attachment.path] == nil, attachment.size <= left else { continue }
            guard let file = await reader.read(attachment, maximumBytes: left), file.data.count <= left else {
                continue
            }
            files[attachment.path] = file
            left -= file.data.count
        }
        return files
    }
}

extension Attachment {
    /// The bytes of text that take about as many tokens as the file, for what has to be estimated before it is read.
    var textBytes: Int {
        switch mimeType {
        case let type where type.hasPrefix("image/"): 5_000
        case let type where type.hasPrefix("text/"): Int(clamping: min(max(size, 0), 256 << 10))
        case "application/pdf": 30_000
        default: 0
        }
    }
}
