import Foundation

/// Reads JSON from a homeserver so that one bad event cannot make a whole response unreadable.
public enum MatrixJSON {
    /// How deep arrays and objects may nest; what lies deeper is read as `null`.
    ///
    /// Reading is recursive, so without a bound a foreign event could exhaust the stack.
    public static let maximumDepth = 100

    /// Decodes a value from UTF-8 JSON.
    ///
    /// Bytes that are not UTF-8 and surrogate escapes without their other half become U+FFFD first; a strict
    /// decoder would reject the whole response for them. Healthy bytes are decoded as they are.
    ///
    /// - Throws: `MatrixAPIError`, free of message content.
    public static func decode<T: Decodable>(_ type: T.Type, from bytes: some Sequence<UInt8>) throws -> T {
        let data = Data(bytes)
        let mended = JSONMender.mend(data) ?? data
        do {
            return try JSONDecoder().decode(type, from: mended)
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            throw MatrixAPIError(
                code: .malformedJSON, message: "The \(data.count) bytes for \(type) are not JSON; check what answered.")
        } catch let error as DecodingError {
            let reason = DecodingFailure.describe(error)
            throw MatrixAPIError(
                code: .unexpectedShape, message: "The JSON is not a \(type): \(reason); check what answered.")
        }
    }
}

extension JSONValue {
    /// Reads UTF-8 JSON of any shape, mended and bounded as `MatrixJSON` does it.
    ///
    /// - Throws: `MatrixAPIError` with code `malformedJSON`.
    public init(parsing bytes: some Sequence<UInt8>) throws {
        self = try MatrixJSON.decode(JSONValue.self, from: bytes)
    }
}
