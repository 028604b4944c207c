/// What a user has set, or has been given, on the platform.
public struct UserSettings: Hashable, Sendable, Codable {
    /// Each known skill, and whether it is switched on.
    public var skills: [String: Bool]
    /// Connected outside services by name, each with its properties; set by the platform, shown to the user.
    public var connectors: [String: [String: String]]
    /// Who the agent is for this user: free fields such as `name` and `instructions`.
    public var soul: [String: String]
    /// Safety switches by name.
    public var safety: [String: Bool]
    /// The user's plan: properties by name; set by the platform, shown to the user.
    public var plan: [String: String]

    /// Creates settings.
    public init(
        skills: [String: Bool] = [:],
        connectors: [String: [String: String]] = [:],
        soul: [String: String] = [:],
        safety: [String: Bool] = [:],
        plan: [String: String] = [:]
    ) {
        self.skills = skills
        self.connectors = connectors
        self.soul = soul
        self.safety = safety
        self.plan = plan
    }

    /// The names of the skills that are switched on, sorted.
    public var enabledSkills: [String] {
        skills.filter(\.value).keys.sorted()
    }

    /// What a user starts with when the configuration says nothing else.
    public static let initial = UserSettings(
        skills: ["browser": false, "files": false, "search": false],
        safety: ["ask-before-tools": true],
        plan: ["name": "self-hosted"]
    )
}
