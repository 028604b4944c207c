/// An opaque Matrix identifier: a string that is compared, stored and passed on as it came.
///
/// No conforming type rejects a value. What a homeserver calls an identifier is one, and room versions
/// change the inner form (a version 12 room id has no domain), so nothing may depend on it.
public protocol MatrixIdentifier: RawRepresentable, Hashable, Sendable, Codable, Comparable, CodingKeyRepresentable,
    CustomStringConvertible, ExpressibleByStringLiteral
where RawValue == String {
    /// Wraps a string without looking into it.
    init(rawValue: String)
}

extension MatrixIdentifier {
    /// Wraps a string without looking into it.
    public init(_ rawValue: String) {
        self.init(rawValue: rawValue)
    }

    /// Makes an identifier from a literal, for tests and constants.
    public init(stringLiteral value: String) {
        self.init(rawValue: value)
    }

    /// The identifier as it came.
    public var description: String { rawValue }

    /// Orders identifiers as strings: a stable order without further meaning.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.rawValue < rhs.rawValue
    }
}

/// The id of a room, such as `!abc:example.org` or, from room version 12 on, `!` and a hash alone.
public struct RoomID: MatrixIdentifier {
    /// The id as the homeserver wrote it.
    public let rawValue: String

    /// Wraps a string without looking into it.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// The id of an event, such as `$` and a hash.
public struct EventID: MatrixIdentifier {
    /// The id as the homeserver wrote it.
    public let rawValue: String

    /// Wraps a string without looking into it.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// The id of a device, which a login makes and an access token belongs to.
public struct DeviceID: MatrixIdentifier {
    /// The id as the homeserver wrote it.
    public let rawValue: String

    /// Wraps a string without looking into it.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// The id that makes a repeated request harmless; it counts for one device and one path.
public struct TransactionID: MatrixIdentifier {
    /// The id as the client chose it.
    public let rawValue: String

    /// Wraps a string without looking into it.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}
