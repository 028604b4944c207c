/// `!reset`: asks, and when the person agrees the place goes on with a new thread and the old one is forgotten for it.
struct ResetCommand: BuiltInCommand, ConfirmableCommand {
    static let commandName = CommandName.reset
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        CommandReply(
            notices.confirmReset(within: Confirmation.lifetime, prefix: context.commands.prefix),
            effect: .askConfirmation
        )
    }

    package func confirmed(_ context: CommandContext) async throws -> CommandReply {
        CommandReply(notices.wasReset, effect: .startThreadAndCloseConfirmation)
    }
}
