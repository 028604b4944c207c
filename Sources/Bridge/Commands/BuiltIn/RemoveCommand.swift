/// `!remove [number|name]`: takes a conversation off the person's saved ones; without an argument it asks which.
struct RemoveCommand: BuiltInCommand, ChoiceCommand {
    static let commandName = CommandName.remove
    let notices: any Notices
    package let parameters: [CommandParameter] = [.optional(.choice)]

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let prefix = context.commands.prefix
        let saves = try await context.library.savedConversations(of: context.sender)
        guard !saves.isEmpty else { return CommandReply(notices.noSaves(prefix: prefix)) }
        guard !context.arguments.isEmpty else {
            return CommandReply(
                notices.chooseRemoval(saves.listed, within: Confirmation.lifetime, prefix: prefix),
                effect: .askChoice(saves.map(\.name))
            )
        }
        guard let save = saves.picked(by: context.arguments) else {
            return CommandReply(notices.noSave(context.arguments, prefix: prefix))
        }
        // The numbers of an open question would be those of a list that is no more.
        let isAsked = context.ownConfirmation?.options.isEmpty == false
        return removing(save, effect: isAsked ? .closeConfirmation : nil)
    }

    package func chosen(_ option: String, _ context: CommandContext) async throws -> CommandReply {
        let saves = try await context.library.savedConversations(of: context.sender)
        guard let save = saves.first(where: { $0.name == option }) else {
            let text = notices.noSave(option, prefix: context.commands.prefix)
            return CommandReply(text, effect: .closeConfirmation)
        }
        return removing(save, effect: .closeConfirmation)
    }

    private func removing(_ save: SavedConversation, effect: CommandReply.Effect?) -> CommandReply {
        CommandReply(
            notices.removed(save.name), effect: effect, change: .removeSave(userID: save.userID, name: save.name))
    }
}
