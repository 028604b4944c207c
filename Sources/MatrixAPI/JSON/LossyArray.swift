/// An array whose malformed elements are left out, so that each costs only itself.
public struct LossyArray<Element: Decodable & Sendable>: Decodable, Sendable {
    /// The elements that could be read, in order.
    public var elements: [Element]

    /// What could not be read; the indices are those of the JSON array.
    public var failures: [DecodingFailure]

    /// Makes an array of elements that are at hand.
    public init(_ elements: [Element] = [], failures: [DecodingFailure] = []) {
        self.elements = elements
        self.failures = failures
    }

    /// Reads element by element; throws only where there is no array at all.
    public init(from decoder: any Decoder) throws {
        self.init()
        var container = try decoder.unkeyedContainer()
        while !container.isAtEnd {
            let index = container.currentIndex
            do {
                elements.append(try container.decode(Element.self))
            } catch {
                failures.append(DecodingFailure(index: index, description: DecodingFailure.describe(error)))
                // A failed attempt stays where it is; reading nothing from the element moves past it.
                _ = try container.decode(Ignored.self)
            }
        }
    }
}

extension LossyArray: Equatable where Element: Equatable {}
extension LossyArray: Hashable where Element: Hashable {}

/// Accepts every value and keeps nothing of it.
struct Ignored: Decodable, Sendable {
    /// Reads nothing.
    init(from decoder: any Decoder) {}
}

/// Why one element of an array was left out; it says where and what, never the content.
public struct DecodingFailure: Hashable, Sendable, CustomStringConvertible {
    /// The element's place in the JSON array, from 0.
    public var index: Int

    /// The key path inside the element and what was wrong there.
    public var description: String

    /// Makes a failure.
    public init(index: Int, description: String) {
        self.index = index
        self.description = description
    }

    /// Says what a decoding error is about without quoting any value.
    ///
    /// Keys are shown only where they look like keys of the protocol: others may be what a person wrote.
    static func describe(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "unreadable" }
        switch error {
        case .keyNotFound(let key, let context):
            return "missing \(path(context.codingPath + [key]))"
        case .typeMismatch(_, let context):
            return "wrong type at \(path(context.codingPath))"
        case .valueNotFound(_, let context):
            return "null at \(path(context.codingPath))"
        case .dataCorrupted(let context):
            return "malformed value at \(path(context.codingPath))"
        @unknown default:
            return "unreadable"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        let shown = keys.suffix(8).map { key in
            if let index = key.intValue { return "[\(index)]" }
            let text = key.stringValue
            return text.utf8.count <= 40 && text.utf8.allSatisfy(isKeyByte) ? text : "…"
        }
        return shown.isEmpty ? "the top" : shown.joined(separator: ".")
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }
}
