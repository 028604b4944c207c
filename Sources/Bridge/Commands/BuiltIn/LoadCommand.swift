/// `!load [number|name]`: the place goes on with a saved conversation; without an argument it asks which.
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
        return loading(save, context, effect: context.ownConfirmation == nil ? nil : .closeConfirmation)
    }

    package func chosen(_ option: String, _ context: CommandContext) async throws -> CommandReply {
        let saves = try await context.library.savedConversations(of: context.sender)
        guard let save = saves.first(where: { $0.name == option }) else {
            let text = notices.noSave(option, prefix: context.commands.prefix)
            return CommandReply(text, effect: .closeConfirmation)
        }
        return loading(save, context, effect: .closeConfirmation)
    }

    private func loading(
        _ save: SavedConversation,
        _ context: CommandContext,
        effect: CommandReply.Effect?
    ) -> CommandReply {
        CommandReply(
            notices.loaded(save.name),
            effect: effect,
            change: .resume(threadID: save.threadID, place: context.thread.place)
        )
    }
}
