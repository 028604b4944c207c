/// What a command takes behind its name, so that a client can ask for it piece by piece.
package struct CommandParameter: Hashable, Sendable {
    /// Which one it is; each once in a command.
    package enum Key: String, CaseIterable, Sendable {
        case command, state, skill, model, safetySwitch = "switch", field, value, title, number, name, choice
    }

    /// What can be given for it.
    package enum Kind: Hashable, Sendable {
        /// Any text.
        case text
        /// A whole number.
        case number
        /// One of these words.
        case oneOf([String])
    }

    /// Which one it is.
    package var key: Key
    /// What can be given for it.
    package var kind: Kind
    /// Whether it may be left out.
    package var isOptional: Bool

    /// Something that has to be given.
    package static func required(_ key: Key, _ kind: Kind = .text) -> CommandParameter {
        CommandParameter(key: key, kind: kind, isOptional: false)
    }

    /// Something that can be left out.
    package static func optional(_ key: Key, _ kind: Kind = .text) -> CommandParameter {
        CommandParameter(key: key, kind: kind, isOptional: true)
    }
}

extension CommandParameter.Kind {
    /// Whether something is on or off.
    static let onOrOff = Self.oneOf(["on", "off"])
}
