/// `!load [number|name]`: the place goes on with a saved conversation; without an argument it asks which.
///
/// It is there as it was saved: where its thread has gone on since, a new one begins with what was said by then.
struct LoadCommand: BuiltInCommand, ChoiceCommand {
    static let commandName = CommandName.load
    let notices: any Notices
    package let parameters: [CommandParameter] = [.optional(.choice)]

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let prefix = context.commands.prefix
        let saves = try await context.library.savedConversations(of: context.sender)
        guard !saves.isEmpty else { return CommandReply(notices.noSaves(prefix: prefix)) }
        guard !context.arguments.isEmpty else {
            return CommandReply(
                notices.chooseSave(saves.listed, within: Confirmation.lifetime, prefix: prefix),
                effect: .askChoice(saves.map(\.name))
            )
        }
        guard let save = saves.picked(by: context.arguments) else {
            return CommandReply(notices.noSave(context.arguments, prefix: prefix))
        }
        return try await loading(save, context, closesQuestion: context.ownConfirmation != nil)
    }

    package func chosen(_ option: String, _ context: CommandContext) async throws -> CommandReply {
        let saves = try await context.library.savedConversations(of: context.sender)
        guard let save = saves.first(where: { $0.name == option }) else {
            let text = notices.noSave(option, prefix: context.commands.prefix)
            return CommandReply(text, effect: .closeConfirmation)
        }
        return try await loading(save, context, closesQuestion: true)
    }

    private func loading(
        _ save: SavedConversation,
        _ context: CommandContext,
        closesQuestion: Bool
    ) async throws -> CommandReply {
        guard try await context.library.isAsSaved(save) else {
            return CommandReply(
                notices.loaded(save.name),
                effect: closesQuestion ? .startThreadAndCloseConfirmation : .startThread,
                passages: save.passages
            )
        }
        return CommandReply(
            notices.loaded(save.name),
            effect: closesQuestion ? .closeConfirmation : nil,
            change: .resume(threadID: save.threadID, place: context.thread.place)
        )
    }
}
