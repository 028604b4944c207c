public import Foundation

/// A person as the platform knows them.
public struct User: Hashable, Sendable {
    /// The platform's id of the user: `usr-<platform>-<externalID>`.
    public let userID: String
    /// The id on the surface that they write from; on Matrix, the Matrix user id.
    public let externalID: String
    /// The surface that they write from, such as `matrix`.
    public let platform: String
    /// The display name at the first contact, where there was one; later calls keep it.
    public let displayName: String?
    /// When the user was first seen.
    public let createdAt: Date
    /// Whether the call that returned this value created the user.
    public let isNew: Bool

    /// Creates a user; the id is derived from platform and external id.
    public init(externalID: String, platform: String, displayName: String?, createdAt: Date, isNew: Bool) {
        self.userID = Self.userID(externalID: externalID, platform: platform)
        self.externalID = externalID
        self.platform = platform
        self.displayName = displayName
        self.createdAt = createdAt
        self.isNew = isNew
    }

    /// The platform's id for an external id: the same person on the same surface always has the same one.
    public static func userID(externalID: String, platform: String) -> String {
        "usr-\(platform)-\(externalID)"
    }
}
