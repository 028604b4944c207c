/// `!yes`: goes on with the command that asked.
struct YesCommand: BuiltInCommand {
    static let commandName = CommandName.yes
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        guard let confirmation = context.ownConfirmation else { return CommandReply(notices.nothingToConfirm) }
        // A question for a number stays open: yes is no answer to it.
        guard confirmation.options.isEmpty else {
            return CommandReply(notices.noSuchChoice(maximum: confirmation.options.count))
        }
        guard let command = context.commands.command(named: confirmation.command) as? any ConfirmableCommand else {
            return CommandReply(notices.nothingToConfirm, effect: .closeConfirmation)
        }
        guard confirmation.isOpen(at: context.now) else {
            let text = notices.confirmationExpired(command: command.name, prefix: context.commands.prefix)
            return CommandReply(text, effect: .closeConfirmation)
        }
        return try await command.confirmed(context)
    }
}
