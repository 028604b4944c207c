import AgentRuntime

/// In which form a Claude model is asked to think: it changed between generations, and each refuses the other's.
enum ThinkingForm: Hashable, Sendable {
    /// The model cannot think ahead.
    case none
    /// The model gets a budget of tokens (up to 4.5).
    case budget
    /// The model decides by itself, guided by an effort (from 4.6).
    case adaptive

    /// The form by the model's name; one without a version is taken for a new model.
    init(model: String) {
        guard let version = ClaudeVersion(model: model) else {
            // A server of one's own behind this API knows its models best; it gets no field that it may not know.
            self = .none
            return
        }
        self =
            switch (version.major, version.minor) {
            case (..<3, _), (3, ..<7): .none
            case (3, _), (4, ..<6): .budget
            default: .adaptive
            }
    }

    /// The word for an effort in the request of a model that thinks adaptively.
    ///
    /// `xhigh` came after `max` (with 4.7): the models before it get the next one up.
    static func effort(_ effort: ReasoningEffort, model: String) -> String {
        switch effort {
        case .none, .minimal, .low: "low"
        case .medium: "medium"
        case .high: "high"
        case .xhigh: ClaudeVersion(model: model).map { ($0.major, $0.minor) < (4, 7) } ?? false ? "max" : "xhigh"
        case .max: "max"
        }
    }
}

/// The version in a Claude model's name, such as `claude-opus-4-7` or `anthropic.claude-sonnet-4-20250514-v1:0`.
private struct ClaudeVersion {
    let major: Int
    let minor: Int

    /// Reads a name; nil for another vendor's. A name without a version is taken for a model newer than all that are known.
    init?(model: String) {
        let parts = model.lowercased().split(whereSeparator: { "-./:@".contains($0) })
        guard let claude = parts.lastIndex(of: "claude") else { return nil }
        // Versions have one or two digits; longer numbers are dates.
        let numbers = parts[claude...].drop { Int($0) == nil }.prefix { Int($0) != nil && $0.count <= 2 }
        let version = numbers.prefix(2).compactMap { Int($0) }
        guard let major = version.first else {
            self.major = parts[claude...].contains("instant") ? 1 : .max
            minor = 0
            return
        }
        self.major = major
        minor = version.count > 1 ? version[1] : 0
    }
}
