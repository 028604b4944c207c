/// One change to a user's settings, stored as it is applied.
public enum SettingsAction: Hashable, Sendable {
    /// Switches a skill on or off; the skill must be one that the settings name.
    case toggleSkill(name: String, enabled: Bool)
    /// Sets a field of the soul, or removes it with nil.
    case setSoul(field: String, value: String?)
    /// Sets a safety switch; the switch must be one that the settings name.
    case setSafety(name: String, enabled: Bool)

    /// Why an action does not apply to the settings it was meant for.
    public enum Rejection: Error, Hashable, Sendable {
        /// There is no skill of that name.
        case unknownSkill(String)
        /// There is no safety switch of that name.
        case unknownSafety(String)
        /// The name or the value is empty or longer than `maximumBytes` of UTF-8.
        case invalidValue(maximumBytes: Int)
    }

    /// The longest value that a field of the soul takes, in bytes of UTF-8.
    public static let maximumValueBytes = 4096
    /// The longest name of a field, in bytes of UTF-8.
    public static let maximumNameBytes = 64
}

extension UserSettings {
    /// Applies one change, or throws a `SettingsAction.Rejection` and changes nothing.
    public mutating func apply(_ action: SettingsAction) throws(SettingsAction.Rejection) {
        switch action {
        case .toggleSkill(let name, let enabled):
            guard skills[name] != nil else { throw .unknownSkill(name) }
            skills[name] = enabled
        case .setSafety(let name, let enabled):
            guard safety[name] != nil else { throw .unknownSafety(name) }
            safety[name] = enabled
        case .setSoul(let field, let value):
            guard !field.isEmpty, field.utf8.count <= SettingsAction.maximumNameBytes else {
                throw .invalidValue(maximumBytes: SettingsAction.maximumNameBytes)
            }
            guard value.map({ !$0.isEmpty && $0.utf8.count <= SettingsAction.maximumValueBytes }) ?? true else {
                throw .invalidValue(maximumBytes: SettingsAction.maximumValueBytes)
            }
            soul[field] = value
        }
    }
}
