package import MatrixAPI

/// Decides what a change of mind does to the turn that it is about.
package struct ChangePolicy: Sendable {
    private let answers: AnswerPolicy

    /// Creates a policy for those who may use the bot.
    package init(_ answers: AnswerPolicy) {
        self.answers = answers
    }

    /// What happens to the turn; nil for nothing.
    ///
    /// A redaction counts whoever sent it: the homeserver passes on only those of people who may redact.
    package func change(_ change: ChangeOfMind, by sender: UserID, to turn: Turn) -> TurnChange? {
        switch change {
        case .redaction(let source):
            return .redact(turnID: turn.turnID, source: source)
        case .edit(let source, let content):
            guard sender == turn.question.sender, answers.isAllowed(sender), let text = answers.text(of: content) else {
                return nil
            }
            return .rewrite(turnID: turn.turnID, source: source, text: text)
        case .stop:
            return answers.isAllowed(sender) ? .stop(turnID: turn.turnID) : nil
        case .retry:
            return answers.isAllowed(sender) ? .retry(turnID: turn.turnID) : nil
        }
    }
}
