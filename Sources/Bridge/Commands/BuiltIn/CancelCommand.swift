/// `!cancel`: withdraws the question that the person was asked, whatever it is.
struct CancelCommand: BuiltInCommand {
    static let commandName = CommandName.cancel
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        guard let question = context.ownConfirmation else { return CommandReply(notices.nothingToCancel) }
        let text = question.isOpen(at: context.now) ? notices.declined : notices.nothingToCancel
        return CommandReply(text, effect: .closeConfirmation)
    }
}
