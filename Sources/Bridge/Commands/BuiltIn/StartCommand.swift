import PlatformSDK

/// `!start`: greets the person and says what they can do.
struct StartCommand: BuiltInCommand {
    static let commandName = CommandName.start
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        CommandReply(
            notices.welcome(
                displayName: context.user.displayName,
                isDirectRoom: context.room.isDirect,
                prefix: context.commands.prefix
            )
        )
    }
}
