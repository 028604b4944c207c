/// `!stop`: stops the answers that are under way.
struct StopCommand: BuiltInCommand {
    static let commandName = CommandName.stop
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let turns = context.status.openTurnsInRoom
        guard turns > 0 else { return CommandReply(notices.nothingToStop) }
        return CommandReply(notices.stopping(turns: turns), effect: .stopTurns)
    }
}
