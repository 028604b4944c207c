package import MatrixAPI

/// The commands as clients know them that read descriptions (MSC4391): how each is described, and what an invocation by
/// such a client would be if it had been typed.
package struct TypedCommands: Sendable {
    private let commands: [any BotCommand]
    private let notices: any Notices

    /// Takes the commands of a registry, and the words of a catalogue.
    package init(_ registry: CommandRegistry, notices: any Notices) {
        commands = registry.commands
        self.notices = notices
    }

    /// The descriptions of those commands that somebody may use.
    package func descriptions(where isOffered: (String) -> Bool = { _ in true }) -> [CommandDescription] {
        commands.filter { isOffered($0.name) }.map { command in
            CommandDescription(
                command: command.name,
                description: command.help.summary,
                parameters: command.parameters.map { parameter in
                    CommandDescription.Parameter(
                        key: parameter.key.rawValue,
                        schema: CommandDescription.Schema(parameter.kind),
                        isOptional: parameter.isOptional,
                        description: notices.meaning(of: parameter.key)
                    )
                }
            )
        }
    }

    /// What an invocation says, as if it had been typed: the arguments in the order in which the command declares them.
    ///
    /// Arguments that the command does not know count for nothing, and so do those behind one that was left out, which
    /// would be taken for it. What is missing or wrong is the command's to find, as it is with a command that was typed.
    package func typed(_ invocation: CommandInvocation) -> ParsedCommand {
        let name = invocation.command.lowercased()
        let parameters = commands.first { $0.name == name }?.parameters ?? []
        var words: [String] = []
        for parameter in parameters {
            guard let word = invocation.arguments[parameter.key.rawValue].flatMap(Self.typed) else { break }
            words.append(word)
        }
        return ParsedCommand(name: name, arguments: words.joined(separator: " "))
    }

    /// An argument as a person would type it; nil for what nobody could.
    private static func typed(_ argument: JSONValue) -> String? {
        if let number = argument.intValue { return String(number) }
        if let isOn = argument.boolValue { return isOn ? "on" : "off" }
        guard let text = argument.stringValue else { return nil }
        let start = text.drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        return String(start[...last])
    }
}

extension CommandDescription.Schema {
    fileprivate init(_ kind: CommandParameter.Kind) {
        switch kind {
        case .text: self = .text
        case .number: self = .integer
        case .oneOf(let words): self = .oneOf(words)
        }
    }
}
