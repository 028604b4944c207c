/// What the bridge says in place of an answer, or below it.
package protocol ReplyNotices: Sendable {
    /// The remark below an answer that a person stopped.
    var stopped: String { get }
    /// The remark below an answer that the agent did not complete.
    var brokenOff: String { get }
    /// The remark below an answer that was stopped because it grew without end.
    var answerTooLong: String { get }
    /// The remark of an answer that was begun too often without coming to its end.
    var interruptedTooOften: String { get }
    /// Stands for an answer that the homeserver refused to take.
    var refusedAnswer: String { get }
    /// Stands for an answer without any text.
    var emptyAnswer: String { get }
    /// Answers a message that has no text, such as an image.
    var messageWithoutText: String { get }
    /// Says why a file that came with a message cannot be had.
    func sentence(for failure: AttachmentFailure) -> String
    /// Stands for an answer without any text that brings files.
    func answerInFiles(_ count: Int) -> String
    /// Says that a file of the agent's could not be posted.
    func fileNotPosted(_ filename: String) -> String
    /// Answers a message that is longer than the agent takes.
    var messageTooLong: String { get }
    /// Takes the place of a message that an earlier attempt at an answer made and the final answer has no use for.
    var retiredPart: String { get }
    /// Said when the room is, or would be, encrypted; plain text, for it can be the reason of a declined invite.
    var encryptedRoom: String { get }
    /// The reason that is given when an invite is declined; plain text.
    var inviteDeclined: String { get }
    /// The line below an answer that says how many tokens it took.
    func tokens(_ count: Int) -> String
}
