/// How a command is explained.
package struct CommandHelp: Hashable, Sendable {
    /// How it is typed, without the prefix.
    package var usage: String
    /// One line of help.
    package var summary: String
    /// More help, in Markdown, where one line does not say it all.
    package var details: String?

    /// Creates an explanation.
    package init(usage: String, summary: String, details: String? = nil) {
        self.usage = usage
        self.summary = summary
        self.details = details
    }
}

/// What a person reads about the commands themselves.
package protocol HelpNotices: Sendable {
    /// How a built-in command is explained.
    func help(for command: CommandName) -> CommandHelp
    /// What is to be given for a parameter of a command, in a few words of plain text.
    func meaning(of parameter: CommandParameter.Key) -> String
    /// All commands, in the order given.
    func commandList(_ commands: [CommandHelp], prefix: String) -> String
    /// One command with all its help.
    func commandDetails(_ command: CommandHelp, prefix: String) -> String
    /// Said when there is no such command, with the one that was perhaps meant.
    func unknownCommand(_ name: String, prefix: String, suggestion: String?) -> String
    /// Said when a command was not typed as it has to be.
    func usageError(_ command: CommandHelp, prefix: String) -> String
}
