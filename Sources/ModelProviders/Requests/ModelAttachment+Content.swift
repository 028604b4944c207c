import AgentRuntime
import Foundation

extension ModelAttachment {
    /// What a file is to a model.
    enum Content: Hashable, Sendable {
        /// A picture in one of the formats that all providers take.
        case image
        /// A document that is shown page by page.
        case pdf
        /// Plain text.
        case text(String)
    }

    /// What the file is; nil for what no provider takes.
    var content: Content? {
        switch mediaType {
        case "image/png", "image/jpeg", "image/gif", "image/webp": .image
        case "application/pdf": .pdf
        case let type where type.hasPrefix("text/"): String(validating: data, as: UTF8.self).map { .text($0) }
        default: nil
        }
    }

    /// The bytes as base64.
    var base64: String { Data(data).base64EncodedString() }
    /// The bytes as a `data:` URL.
    var dataURL: String { "data:\(mediaType);base64,\(base64)" }

    /// A text file as part of a message, told apart from what the person wrote.
    func quoted(_ text: String) -> String {
        let name = (name ?? "file").filter { $0 != "\"" && $0 != ">" && $0 != "<" && !$0.isNewline }
        return "<file name=\"\(name)\">\n\(text)\n</file>"
    }
}
