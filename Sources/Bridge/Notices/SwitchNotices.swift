/// What can be switched on and off.
package enum SwitchKind: Hashable, Sendable {
    /// An ability of the agent.
    case skill
    /// A safety switch.
    case safety
}

/// What a person reads about skills and safety switches.
package protocol SwitchNotices: Sendable {
    /// All switches with their state.
    func switches(_ kind: SwitchKind, _ states: [String: Bool], prefix: String) -> String
    /// Said when a switch has been set, whatever it was before.
    func switched(_ kind: SwitchKind, _ name: String, isOn: Bool) -> String
    /// Said when there is no such switch, with the one that was perhaps meant and all there are.
    func unknownSwitch(_ kind: SwitchKind, _ name: String, suggestion: String?, known: [String]) -> String
}
