public import Foundation

/// The one JSON form of events and responses: the same value is always the same bytes.
///
/// Keys are sorted, slashes are not escaped, and there is no white space.
public enum EventJSON {
    // Never configured after it was made, and encoding keeps no state in it.
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    /// The value as UTF-8 JSON.
    ///
    /// - Throws: `PlatformError` with code `malformedEvent`, for a number that JSON cannot express.
    public static func encode(_ value: some Encodable) throws(PlatformError) -> Data {
        do {
            return try encoder.encode(value)
        } catch {
            throw PlatformError(.malformedEvent, "A \(type(of: value)) cannot be written as JSON", cause: error)
        }
    }

    /// Reads a value from UTF-8 JSON; the error names the path of the key that is wrong, and never its value.
    ///
    /// - Throws: `PlatformError` with code `malformedEvent`.
    public static func decode<T: Decodable>(_ type: T.Type, from bytes: Data) throws(PlatformError) -> T {
        do {
            return try JSONDecoder().decode(type, from: bytes)
        } catch let error as DecodingError {
            throw PlatformError(.malformedEvent, "The JSON is not a \(type): \(describe(error)); check who wrote it.")
        } catch {
            throw PlatformError(.malformedEvent, "The \(bytes.count) bytes are not a \(type)", cause: error)
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "\(path(context.codingPath + [key])) is missing"
        case .typeMismatch(let type, let context): "\(path(context.codingPath)) is not a \(type)"
        case .valueNotFound(let type, let context): "\(path(context.codingPath)) is null instead of a \(type)"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "it is not JSON"
        case .dataCorrupted(let context): "\(path(context.codingPath)) has a value that is not allowed"
        @unknown default: "it has another shape"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
