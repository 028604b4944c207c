/// A pattern over user ids: `*` stands for any number of characters, `?` for exactly one.
///
/// Everything else stands for itself, upper and lower case apart, and the whole id must match.
public struct UserIDGlob: Hashable, Sendable, Codable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The pattern as it was written, for example `@*:example.org`.
    public let pattern: String

    private let scalars: [Unicode.Scalar]

    /// Makes a glob; every string is a pattern.
    public init(_ pattern: String) {
        self.pattern = pattern
        var scalars: [Unicode.Scalar] = []
        for scalar in pattern.unicodeScalars where scalar != "*" || scalars.last != "*" {
            scalars.append(scalar)
        }
        self.scalars = scalars
    }

    /// Makes a glob from a literal.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// Reads the pattern from a plain string.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes the pattern as a plain string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(pattern)
    }

    /// The pattern as it was written.
    public var description: String { pattern }

    /// Whether the pattern covers this user.
    ///
    /// A string that is not a valid user id never matches: a glob guards access, and `@*:example.org` must not
    /// let in `@a:evil.example:example.org`. The time is bounded by the pattern's length times the id's, which
    /// has at most 255 bytes, whatever the pattern.
    public func matches(_ user: UserID) -> Bool {
        user.isValid && matches(Array(user.rawValue.unicodeScalars))
    }

    /// Matches from left to right; on a mismatch only the latest `*` takes one character more, since giving
    /// more to an earlier one can never help.
    private func matches(_ text: [Unicode.Scalar]) -> Bool {
        var position = 0
        var next = 0
        var star: (next: Int, position: Int)?
        while position < text.count {
            if next < scalars.count, scalars[next] == "*" {
                star = (next + 1, position)
                next += 1
            } else if next < scalars.count, scalars[next] == "?" || scalars[next] == text[position] {
                position += 1
                next += 1
            } else if let last = star {
                star = (last.next, last.position + 1)
                position = last.position + 1
                next = last.next
            } else {
                return false
            }
        }
        return scalars[next...].allSatisfy { $0 == "*" }
    }
}
