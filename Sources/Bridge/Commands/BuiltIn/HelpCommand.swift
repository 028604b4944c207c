/// `!help [command]`: lists the commands, or explains one.
struct HelpCommand: BuiltInCommand {
    static let commandName = CommandName.help
    let notices: any Notices
    package let parameters: [CommandParameter] = [.optional(.command)]

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let registry = context.commands
        var name = context.arguments.prefix { !$0.isWhitespace }
        if name.hasPrefix(registry.prefix) { name.removeFirst(registry.prefix.count) }
        guard !name.isEmpty else {
            return CommandReply(notices.commandList(registry.commands.map(\.help), prefix: registry.prefix))
        }
        guard let command = registry.command(named: String(name)) else {
            let suggestion = registry.nearest(to: String(name))
            return CommandReply(notices.unknownCommand(String(name), prefix: registry.prefix, suggestion: suggestion))
        }
        return CommandReply(notices.commandDetails(command.help, prefix: registry.prefix))
    }
}
