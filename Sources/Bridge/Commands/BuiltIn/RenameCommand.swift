/// `!rename <title>`: gives the conversation at this place a title, and the room a name where it is only for this
/// conversation: a direct room, outside of its Matrix threads.
struct RenameCommand: BuiltInCommand {
    static let commandName = CommandName.rename
    let notices: any Notices
    package let parameters: [CommandParameter] = [.required(.title)]

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let title = context.arguments
        guard !title.isEmpty else { return CommandReply(notices.usageError(help, prefix: context.commands.prefix)) }
        guard ConversationName.isShort(title) else {
            return CommandReply(notices.nameUnusable(maximumLength: ConversationName.maximumLength))
        }
        let isRoomsOwn = context.room.isDirect && context.thread.place.root == nil
        return CommandReply(
            notices.renamed(title),
            change: .rename(threadID: context.thread.threadID, title: title),
            roomName: isRoomsOwn ? title.split(whereSeparator: \.isWhitespace).joined(separator: " ") : nil
        )
    }
}
