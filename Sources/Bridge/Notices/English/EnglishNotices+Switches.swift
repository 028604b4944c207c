extension EnglishNotices {
    package func switches(_ kind: SwitchKind, _ states: [String: Bool], prefix: String) -> String {
        guard !states.isEmpty else { return kind == .skill ? "You have no skills." : "You have no safety switches." }
        let title = kind == .skill ? "Your skills" : "Your safety switches"
        let usage = kind == .skill ? "skill on|off <name>" : "safety on|off <name>"
        return "**\(title)**\n\n\(Self.list(Self.marked(states)))\n\nTo change one: \(Self.typed(prefix, usage))"
    }

    package func switched(_ kind: SwitchKind, _ name: String, isOn: Bool) -> String {
        let noun = kind == .skill ? "skill" : "safety switch"
        return "The \(noun) \(MarkdownEscape.code(name, limit: 64)) is now **\(isOn ? "on" : "off")**."
    }

    package func unknownSwitch(_ kind: SwitchKind, _ name: String, suggestion: String?, known: [String]) -> String {
        let noun = kind == .skill ? "skill" : "safety switch"
        var sentences = ["There is no \(noun) \(MarkdownEscape.code(name, limit: 64))."]
        if let suggestion { sentences.append("Did you mean \(MarkdownEscape.code(suggestion, limit: 64))?") }
        if !known.isEmpty { sentences.append("There is: \(Self.names(known)).") }
        return sentences.joined(separator: " ")
    }

    /// Switches sorted by name, each with its mark.
    static func marked(_ states: [String: Bool]) -> [String] {
        states.sorted { $0.key < $1.key }.map { name, isOn in
            "\(isOn ? "✅" : "⬜") \(MarkdownEscape.code(name, limit: 64)): \(isOn ? "on" : "off")"
        }
    }
}
