/// What is typed to switch something: `on browser`, or `browser on`.
struct SwitchArguments: Hashable {
    /// What is to be switched.
    var name: String
    /// Whether it is to be on.
    var isOn: Bool

    /// Reads what was typed; nil where a name, or on or off, is missing.
    init?(_ arguments: String) {
        let words = arguments.split(whereSeparator: \.isWhitespace)
        guard words.count >= 2, let first = words.first, let last = words.last else { return nil }
        if let isOn = Self.state(first) {
            self.isOn = isOn
            name = words.dropFirst().joined(separator: " ")
        } else if let isOn = Self.state(last) {
            self.isOn = isOn
            name = words.dropLast().joined(separator: " ")
        } else {
            return nil
        }
    }

    /// The name as the settings write it, which is looked for in its exact form first and then in any case.
    func knownName(in states: [String: Bool]) -> String? {
        if states[name] != nil { return name }
        let lowered = name.lowercased()
        let matches = states.keys.filter { $0.lowercased() == lowered }
        return matches.count == 1 ? matches.first : nil
    }

    private static func state(_ word: Substring) -> Bool? {
        switch word.lowercased() {
        case "on": true
        case "off": false
        default: nil
        }
    }
}
