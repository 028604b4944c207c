/// `!list`: lists what the person has saved.
struct ListCommand: BuiltInCommand {
    static let commandName = CommandName.list
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let prefix = context.commands.prefix
        let saves = try await context.library.savedConversations(of: context.sender)
        return CommandReply(
            saves.isEmpty ? notices.noSaves(prefix: prefix) : notices.saves(saves.listed, prefix: prefix))
    }
}
