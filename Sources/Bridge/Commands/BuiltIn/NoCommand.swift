/// `!no`: withdraws the question that the person was asked.
struct NoCommand: BuiltInCommand {
    static let commandName = CommandName.no
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        guard let confirmation = context.ownConfirmation else { return CommandReply(notices.nothingToConfirm) }
        let text = confirmation.isOpen(at: context.now) ? notices.declined : notices.nothingToConfirm
        return CommandReply(text, effect: .closeConfirmation)
    }
}
