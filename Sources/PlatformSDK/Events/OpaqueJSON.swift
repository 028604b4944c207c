public import Foundation

/// Any JSON value, kept for somebody else: what a provider or a newer version wrote and this program hands on.
public enum OpaqueJSON: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction that fits 64 bits.
    case integer(Int64)
    /// Any other number, exact to the 38 digits of a `Decimal`.
    case decimal(Decimal)
    /// A string.
    case string(String)
    /// An array.
    case array([OpaqueJSON])
    /// An object.
    case object([String: OpaqueJSON])

    /// The value under a key of an object; nil for a missing key and for every other kind of value.
    public subscript(_ key: String) -> OpaqueJSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The value's string; nil for every other kind of value.
    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }
}

extension OpaqueJSON: Codable {
    /// Reads whatever value stands there.
    public init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if let string = try? single.decode(String.self) {
            self = .string(string)
        } else if let members = try? single.decode([String: OpaqueJSON].self) {
            self = .object(members)
        } else if single.decodeNil() {
            self = .null
        } else if let integer = try? single.decode(Int64.self) {
            self = .integer(integer)
        } else if let flag = try? single.decode(Bool.self) {
            self = .bool(flag)
        } else if let elements = try? single.decode([OpaqueJSON].self) {
            self = .array(elements)
        } else {
            self = .decimal(try single.decode(Decimal.self))
        }
    }

    /// Writes the value as itself.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .decimal(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }
}

/// A coding key for objects whose keys are not known beforehand.
struct OpaqueKey: CodingKey {
    /// The key as it stands in the JSON.
    let stringValue: String
    /// Always nil: JSON keys are strings.
    var intValue: Int? { nil }

    /// Wraps a key.
    init(stringValue: String) {
        self.stringValue = stringValue
    }

    /// Makes nothing: JSON keys are strings.
    init?(intValue: Int) {
        nil
    }
}
