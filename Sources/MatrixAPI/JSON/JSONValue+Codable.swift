extension JSONValue: Codable {
    /// Reads whatever value stands there.
    ///
    /// A decoder reveals a value's kind only by refusing the wrong ones, and each refusal is costly; hence the
    /// order: what Matrix events hold most comes first.
    public init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if let string = try? single.decode(String.self) {
            self = .string(string)
        } else if let keyed = try? decoder.container(keyedBy: AnyKey.self) {
            var members: [String: JSONValue] = [:]
            for key in keyed.allKeys {
                members[key.stringValue] = try keyed.decode(JSONValue.self, forKey: key)
            }
            self = .object(members)
        } else if single.decodeNil() {
            self = .null
        } else if let integer = try? single.decode(Int64.self) {
            self = .integer(integer)
        } else if let flag = try? single.decode(Bool.self) {
            self = .bool(flag)
        } else if var unkeyed = try? decoder.unkeyedContainer() {
            var elements: [JSONValue] = []
            while !unkeyed.isAtEnd {
                elements.append(try unkeyed.decode(JSONValue.self))
            }
            self = .array(elements)
        } else {
            self = .number(try single.decode(Double.self))
        }
    }

    /// Writes the value as itself.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let members):
            var container = encoder.container(keyedBy: AnyKey.self)
            for (key, value) in members {
                try container.encode(value, forKey: AnyKey(key))
            }
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements {
                try container.encode(element)
            }
        default:
            var container = encoder.singleValueContainer()
            switch self {
            case .bool(let value): try container.encode(value)
            case .integer(let value): try container.encode(value)
            case .number(let value) where value.isFinite: try container.encode(value)
            case .string(let value): try container.encode(value)
            default: try container.encodeNil()
            }
        }
    }
}

/// A coding key for objects whose keys are not known beforehand.
struct AnyKey: CodingKey {
    /// The key as it stands in the JSON.
    let stringValue: String

    /// Always nil: JSON keys are strings.
    var intValue: Int? { nil }

    /// Wraps a key.
    init(_ stringValue: String) {
        self.stringValue = stringValue
    }

    /// Wraps a key.
    init?(stringValue: String) {
        self.stringValue = stringValue
    }

    /// Makes nothing: JSON keys are strings.
    init?(intValue: Int) {
        nil
    }
}
