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
        case .model:
            CommandHelp(
                usage: "model [number|name|default]",
                summary: "shows the models, or chooses one for this conversation",
                details:
                    "It counts from the next message on and stays until you choose another; a new conversation here "
                    + "keeps it, a forgotten one does not. With `default` my agent's usual model answers again."
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
        case .usage:
            CommandHelp(
                usage: "usage",
                summary: "shows what you have spent",
                details: "My agent's model counts in tokens; there may be a limit to them for each day."
            )
        case .chats:
            CommandHelp(
                usage: "chats",
                summary: "lists the conversations of this place",
                details: "Answer with a number of the list to go on with that conversation."
            )
        case .rename:
            CommandHelp(
                usage: "rename <title>",
                summary: "gives this conversation a title"
            )
        case .archive:
            CommandHelp(
                usage: "archive [number]",
                summary: "takes a conversation off the list",
                details: "Without a number it is this one, and a new one begins. The messages stay in the room."
            )
        case .save:
            CommandHelp(
                usage: "save [name]",
                summary: "saves this conversation under a name",
                details:
                    "Without a name it gets one from the time. A name that you have used before moves to this conversation."
            )
        case .load:
            CommandHelp(
                usage: "load [number|name]",
                summary: "goes on with a conversation that you saved",
                details: "Without anything behind it, I list what you have saved and ask for a number."
            )
        case .list:
            CommandHelp(
                usage: "list",
                summary: "lists the conversations that you saved",
                details: "Answer with a number of the list to go on with that conversation here."
            )
        case .remove:
            CommandHelp(
                usage: "remove [number|name]",
                summary: "removes a conversation from those that you saved",
                details: "Without anything behind it, I list what you have saved and ask for a number."
            )
        case .cancel:
            CommandHelp(
                usage: "cancel",
                summary: "withdraws what I asked"
            )
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

    package func meaning(of parameter: CommandParameter.Key) -> String {
        switch parameter {
        case .command: "the command to explain"
        case .state: "on or off"
        case .skill: "the name of the skill"
        case .model: "the number or the name of the model, or default"
        case .safetySwitch: "the name of the safety switch"
        case .field: "the field, or clear to remove the one that follows"
        case .value: "the new value of the field"
        case .title: "the title of the conversation"
        case .number: "the number of the conversation"
        case .name: "the name to save it under"
        case .choice: "the number or the name of the saved conversation"
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
