/// What a person reads about the conversation and about questions that wait for an answer.
package protocol ConversationNotices: Sendable {
    /// Greets a person and says what they can do.
    func welcome(displayName: String?, isDirectRoom: Bool, prefix: String) -> String
    /// Said when a new thread begins.
    var newThread: String { get }
    /// Asks whether to forget the conversation.
    func confirmReset(within: Duration, prefix: String) -> String
    /// Said when the conversation has been forgotten.
    var wasReset: String { get }
    /// Said when the answers under way are being stopped.
    func stopping(turns: Int) -> String
    /// Said when no answer is under way.
    var nothingToStop: String { get }
    /// Said when the last question is being answered again.
    var retrying: String { get }
    /// Said when there is no question that could be answered again.
    var nothingToRetry: String { get }
    /// Said when the last question is to be answered again and has no answer yet.
    var stillAnswering: String { get }
    /// Said when a question is answered that was never asked.
    var nothingToConfirm: String { get }
    /// Said when a question is answered too late.
    func confirmationExpired(command: String, prefix: String) -> String
    /// Said when a question is answered with no.
    var declined: String { get }
}
