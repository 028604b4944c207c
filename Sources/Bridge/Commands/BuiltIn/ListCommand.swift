/// `!list`: lists what the person has saved; a number that is typed back goes on with one, as with `!load`.
struct ListCommand: BuiltInCommand, ChoiceCommand {
    static let commandName = CommandName.list
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let prefix = context.commands.prefix
        let saves = try await context.library.savedConversations(of: context.sender)
        guard !saves.isEmpty else { return CommandReply(notices.noSaves(prefix: prefix)) }
        let asks = Self.loading(context) != nil && !context.awaitsYesOrNo
        return CommandReply(
            notices.saves(saves.listed, within: asks ? Confirmation.lifetime : nil, prefix: prefix),
            effect: asks ? .askChoice(saves.map(\.name)) : nil
        )
    }

    package func chosen(_ option: String, _ context: CommandContext) async throws -> CommandReply {
        guard let loading = Self.loading(context) else {
            return CommandReply(notices.declined, effect: .closeConfirmation)
        }
        return try await loading.chosen(option, context)
    }

    /// The command that goes on with a saved conversation, where the person may use it.
    private static func loading(_ context: CommandContext) -> (any ChoiceCommand)? {
        context.commands.command(named: CommandName.load.rawValue) as? any ChoiceCommand
    }
}
