extension EnglishNotices {
    package func help(for command: CommandName) -> CommandHelp {
        switch command {
        case .help:
            CommandHelp(
                usage: "help [command]",
                summary: "lists the commands, or explains one",
                details: "Give the name of a command to read more about it."
            )
        case .start:
            CommandHelp(usage: "start", summary: "says hello and what I can do")
        case .new:
            CommandHelp(
                usage: "new",
                summary: "begins a new conversation here",
                details: "My agent no longer looks back at what was said before. The messages stay in the room."
            )
        case .skills:
            CommandHelp(usage: "skills", summary: "shows your skills and which are on")
        case .skill:
            CommandHelp(
                usage: "skill on|off <name>",
                summary: "switches a skill on or off",
                details: "A skill is something that my agent may do for you. It counts from your next message on."
            )
        case .settings:
            CommandHelp(usage: "settings", summary: "shows all your settings at a glance")
        case .soul:
            CommandHelp(
                usage: "soul [<field> <value> | clear <field>]",
                summary: "shows or sets who I am for you",
                details: "Without anything behind it, all fields are shown; with only a field, that one is. "
                    + "Fields are free, such as `name` or `instructions`."
            )
        case .safety:
            CommandHelp(
                usage: "safety [on|off <name>]",
                summary: "shows your safety switches, or sets one"
            )
        case .plan:
            CommandHelp(usage: "plan", summary: "shows your plan")
        case .connectors:
            CommandHelp(usage: "connectors", summary: "shows your connected services")
        case .status:
            CommandHelp(usage: "status", summary: "shows how I am doing")
        case .whoami:
            CommandHelp(usage: "whoami", summary: "shows who you are to me")
        case .context:
            CommandHelp(usage: "context", summary: "shows the conversation that you are in")
        case .reset:
            CommandHelp(
                usage: "reset",
                summary: "forgets this conversation, once you confirm",
                details: "I ask first. The messages stay in the room."
            )
        case .stop:
            CommandHelp(usage: "stop", summary: "stops the answers that are under way here")
        case .retry:
            CommandHelp(
                usage: "retry",
                summary: "answers the last question here again",
                details: "The new answer takes the place of the old one. For an earlier question, react with 🔁 to it."
            )
        case .yes:
            CommandHelp(usage: "yes", summary: "agrees to what I asked")
        case .no:
            CommandHelp(usage: "no", summary: "declines what I asked")
        }
    }

    package func commandList(_ commands: [CommandHelp], prefix: String) -> String {
        let entries = commands.map { "\(Self.typed(prefix, $0.usage)): \($0.summary)" }
        let more = Self.typed(prefix, "help <command>")
        return "**Commands**\n\n\(Self.list(entries))\n\n\(more) tells more about one. "
            + "Everything else that you write to me goes to my agent."
    }

    package func commandDetails(_ command: CommandHelp, prefix: String) -> String {
        let line = "\(Self.typed(prefix, command.usage)): \(command.summary)"
        return command.details.map { "\(line)\n\n\($0)" } ?? line
    }

    package func unknownCommand(_ name: String, prefix: String, suggestion: String?) -> String {
        let unknown = "I don't know the command \(MarkdownEscape.code(prefix + name, limit: 64))."
        let all = "\(Self.typed(prefix, "help")) lists all commands."
        return suggestion.map { "\(unknown) Did you mean \(Self.typed(prefix, $0))? \(all)" } ?? "\(unknown) \(all)"
    }

    package func usageError(_ command: CommandHelp, prefix: String) -> String {
        "Please type it like this: \(Self.typed(prefix, command.usage))"
    }
}
