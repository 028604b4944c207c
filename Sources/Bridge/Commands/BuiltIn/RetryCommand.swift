/// `!retry`: answers the last question of this conversation again, in the same messages.
struct RetryCommand: BuiltInCommand {
    static let commandName = CommandName.retry
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        // The answer to a question of an earlier conversation would be made of what was left behind or forgotten.
        guard let turn = context.lastTurn, turn.question.threadID == context.thread.threadID, !turn.isWithdrawn
        else { return CommandReply(notices.nothingToRetry) }
        switch turn.state {
        case .queued, .running: return CommandReply(notices.stillAnswering)
        case .answered, .done:
            guard !turn.question.text.isEmpty else { return CommandReply(notices.nothingToRetry) }
            return CommandReply(notices.retrying, effect: .retry(turnID: turn.turnID))
        }
    }
}
