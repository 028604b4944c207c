extension RussianNotices {
    package func switches(_ kind: SwitchKind, _ states: [String: Bool], prefix: String) -> String {
        guard !states.isEmpty else {
            return kind == .skill ? "У вас нет навыков." : "У вас нет переключателей безопасности."
        }
        let title = kind == .skill ? "Ваши навыки" : "Ваши переключатели безопасности"
        let usage = kind == .skill ? "skill on|off <название>" : "safety on|off <название>"
        let list = Self.list(Self.marked(states))
        return "**\(title)**\n\n\(list)\n\nЧтобы изменить: \(Self.typed(prefix, usage))"
    }

    package func switched(_ kind: SwitchKind, _ name: String, isOn: Bool) -> String {
        let noun = kind == .skill ? "Навык" : "Переключатель безопасности"
        return "\(noun) \(MarkdownEscape.code(name, limit: 64)) теперь **\(isOn ? "включён" : "выключен")**."
    }

    package func unknownSwitch(_ kind: SwitchKind, _ name: String, suggestion: String?, known: [String]) -> String {
        let noun = kind == .skill ? "навыка" : "переключателя безопасности"
        var sentences = ["Нет \(noun) \(MarkdownEscape.code(name, limit: 64))."]
        if let suggestion {
            sentences.append("Может быть, вы имели в виду \(MarkdownEscape.code(suggestion, limit: 64))?")
        }
        if !known.isEmpty { sentences.append("Есть: \(Self.names(known)).") }
        return sentences.joined(separator: " ")
    }

    /// Switches sorted by name, each with its mark.
    private static func marked(_ states: [String: Bool]) -> [String] {
        states.sorted { $0.key < $1.key }.map { name, isOn in
            "\(isOn ? "✅" : "⬜") \(MarkdownEscape.code(name, limit: 64)): \(isOn ? "включён" : "выключен")"
        }
    }
}
