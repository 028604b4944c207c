package import MatrixAPI

/// Decides what a change of mind does to the turn that it is about.
package struct ChangePolicy: Sendable {
    private let answers: AnswerPolicy
    private let permissions: PermissionPolicy

    /// Creates a policy for those who may use the bot, within what each of them may do.
    package init(_ answers: AnswerPolicy, permissions: PermissionPolicy = PermissionPolicy()) {
        self.answers = answers
        self.permissions = permissions
    }

    /// What happens to the turn; nil for nothing.
    ///
    /// A redaction counts whoever sent it: the homeserver passes on only those of people who may redact. Everything else
    /// needs the permission for the same in words: to ask, or to use the command.
    package func change(_ change: ChangeOfMind, by sender: UserID, to turn: Turn) -> TurnChange? {
        switch change {
        case .redaction(let source):
            return .redact(turnID: turn.turnID, source: source)
        case .edit(let source, let content):
            guard sender == turn.question.sender, allows(PermissionPolicy.asking, by: sender, to: turn),
                let text = answers.text(of: content)
            else { return nil }
            return .rewrite(turnID: turn.turnID, source: source, text: text)
        case .stop:
            return allows(CommandName.stop.rawValue, by: sender, to: turn) ? .stop(turnID: turn.turnID) : nil
        case .retry:
            return allows(CommandName.retry.rawValue, by: sender, to: turn) ? .retry(turnID: turn.turnID) : nil
        }
    }

    private func allows(_ action: String, by sender: UserID, to turn: Turn) -> Bool {
        answers.isAllowed(sender) && permissions.allows(action, by: sender, in: turn.question.place.roomID)
    }
}
