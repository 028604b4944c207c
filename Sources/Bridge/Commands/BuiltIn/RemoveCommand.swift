/// `!remove <number|name>`: takes a conversation off the person's saved ones.
struct RemoveCommand: BuiltInCommand {
    static let commandName = CommandName.remove
    let notices: any Notices
    package let parameters: [CommandParameter] = [.optional(.choice)]

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let prefix = context.commands.prefix
        guard !context.arguments.isEmpty else { return CommandReply(notices.usageError(help, prefix: prefix)) }
        let saves = try await context.library.savedConversations(of: context.sender)
        guard let save = saves.picked(by: context.arguments) else {
            return CommandReply(notices.noSave(context.arguments, prefix: prefix))
        }
        return CommandReply(notices.removed(save.name), change: .removeSave(userID: context.sender, name: save.name))
    }
}
