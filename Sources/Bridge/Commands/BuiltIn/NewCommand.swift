/// `!new`: the place goes on with a new thread.
struct NewCommand: BuiltInCommand {
    static let commandName = CommandName.new
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        CommandReply(notices.newThread, effect: .startThread)
    }
}
