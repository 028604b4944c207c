package import PlatformSDK

/// What a person reads about their settings.
package protocol SettingsNotices: Sendable {
    /// All settings at a glance.
    func settings(_ settings: UserSettings, prefix: String) -> String
    /// All fields of the soul.
    func soul(_ fields: [String: String], prefix: String) -> String
    /// One field of the soul; nil where it is not set.
    func soulField(_ field: String, value: String?) -> String
    /// Said when a field has been set.
    func soulSet(_ field: String, value: String) -> String
    /// Said when a field has been removed, or was not set before.
    func soulCleared(_ field: String) -> String
    /// Said when the name of a field has more bytes than it may have.
    func soulNameTooLong(maximumBytes: Int) -> String
    /// Said when a value has more bytes than it may have.
    func soulValueTooLong(maximumBytes: Int) -> String
    /// Said when there are as many fields as there may be.
    func soulFull(maximumFields: Int) -> String
    /// The user's plan.
    func plan(_ properties: [ShownProperty]) -> String
    /// The connected outside services.
    func connectors(_ connectors: [String: [ShownProperty]]) -> String
}

/// A property that the platform has set, as a person may see it.
package struct ShownProperty: Hashable, Sendable {
    /// The property's name.
    package var name: String
    /// Its value; nil where it is kept from view because it may be a secret or an address.
    package var value: String?

    /// Creates a property; a value that may be a secret or an address is left out.
    package init(name: String, value: String) {
        let lowered = name.lowercased()
        let isPrivate = Self.privateWords.contains { lowered.contains($0) } || value.contains("://")
        self.name = name
        self.value = isPrivate ? nil : value
    }

    /// The properties of a dictionary, sorted by name.
    package static func list(_ properties: [String: String]) -> [ShownProperty] {
        properties.sorted { $0.key < $1.key }.map { ShownProperty(name: $0.key, value: $0.value) }
    }

    private static let privateWords = [
        "token", "secret", "pass", "key", "auth", "credential", "cookie", "session", "bearer", "url", "endpoint",
    ]
}
