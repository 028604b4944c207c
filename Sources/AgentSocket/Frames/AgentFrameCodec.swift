import Foundation

/// Turns frames into the text of WebSocket messages and back.
package enum AgentFrameCodec {
    /// The largest message that either side sends or takes, in bytes of UTF-8.
    package static let maximumMessageBytes = 1 << 20

    /// The longest id of a run, in bytes of UTF-8.
    package static let maximumRunIDBytes = 256

    /// Why a text is no frame.
    package struct Malformed: Error, Hashable, Sendable {
        /// What is wrong with it, without its content.
        package let reason: String
    }

    /// The text of a frame; its size is checked by whoever sends it.
    package static func encode(_ frame: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(frame), as: UTF8.self)
    }

    /// The frame in a text; throws `Malformed`.
    package static func decode<Frame: Decodable>(_ type: Frame.Type, from text: String) throws(Malformed) -> Frame {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw Malformed(reason: describe(error))
        } catch {
            throw Malformed(reason: "not readable as JSON")
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "the field \"\(key.stringValue)\" is missing"
        case .valueNotFound(_, let context), .typeMismatch(_, let context):
            context.codingPath.last.map { "the field \"\($0.stringValue)\" has the wrong type" } ?? "not a JSON object"
        case .dataCorrupted: "not valid JSON"
        @unknown default: "not valid JSON"
        }
    }
}
