/// A JSON value of which nothing is known in advance.
///
/// The mappers read providers' events through it rather than through types of their own: a field that is missing, or has
/// another type than the documentation says, is nil and never makes the rest unreadable. Items that a provider wants
/// back unmodified keep every field, known or not.
enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// A member of an object; nil where there is none, or the value is no object.
    subscript(_ key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The text of a string.
    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The value of a whole number.
    var int: Int? {
        switch self {
        case .integer(let value): Int(exactly: value)
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// A place in a list, or a number of tokens; nil for a negative number, and for one so large that sums could overflow.
    var count: Int? {
        int.flatMap { (0...1_000_000_000_000).contains($0) ? $0 : nil }
    }

    /// The elements of an array; none where the value is something else.
    var elements: [JSON] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// The members of an object.
    var members: [String: JSON]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// The value where it is not `null`.
    var present: JSON? { self == .null ? nil : self }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    init(arrayLiteral elements: JSON...) { self = .array(elements) }

    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}
