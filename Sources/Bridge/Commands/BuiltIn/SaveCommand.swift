/// `!save [name]`: keeps the conversation at this place, as far as it has come, under a name of the person's own.
struct SaveCommand: BuiltInCommand {
    static let commandName = CommandName.save
    let notices: any Notices
    package let parameters: [CommandParameter] = [.optional(.name)]

    /// The most conversations that a person can keep, so that their list stays one that can be read.
    static let maximumSaves = 40

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let prefix = context.commands.prefix
        let typed = context.arguments
        guard ConversationName.isUsable(typed) else {
            return CommandReply(notices.nameUnusable(maximumLength: ConversationName.maximumLength))
        }
        let saves = try await context.library.savedConversations(of: context.sender)
        let wanted = typed.isEmpty ? ConversationName.automatic(at: context.now) : typed
        // A name in another case is the same name, or it could not be told apart when it is typed.
        let name = saves.picked(by: wanted)?.name ?? wanted
        guard saves.count < Self.maximumSaves || saves.contains(where: { $0.name == name }) else {
            return CommandReply(notices.savesFull(maximum: Self.maximumSaves, prefix: prefix))
        }
        let save = SavedConversation(
            userID: context.sender,
            name: name,
            threadID: context.thread.threadID,
            savedAt: context.now,
            passages: try await context.library.passages(of: context.thread)
        )
        return CommandReply(notices.saved(name, prefix: prefix), change: .save(save))
    }
}
