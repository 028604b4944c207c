import Synchronization

/// What the agent has said so far, between the task that reads it and the task that shows it.
///
/// It holds one text, which only grows: a slow room never makes it longer than the reply itself.
package final class ReplyFeed: Sendable {
    /// What the showing task has to know.
    package struct Snapshot: Hashable, Sendable {
        /// The text so far.
        package var text: String
        /// The files so far, kept until they are posted.
        package var files: [OutgoingFile] = []
        /// The whole answer, once it is stored.
        package var answer: Answer?
    }

    /// Raised when there is more.
    package let changed = WakeSignal()

    private let snapshot: Mutex<Snapshot>

    /// Creates a feed, complete at once where the answer is known.
    package init(answer: Answer? = nil) {
        snapshot = Mutex(Snapshot(text: answer?.text ?? "", answer: answer))
    }

    /// What is known now.
    package var current: Snapshot {
        snapshot.withLock { $0 }
    }

    /// Adds what the agent has said.
    package func append(_ delta: String) {
        guard !delta.isEmpty else { return }
        snapshot.withLock { $0.text += delta }
        changed.raise()
    }

    /// Adds a file that the agent has given.
    package func append(_ file: OutgoingFile) {
        snapshot.withLock { $0.files.append(file) }
    }

    /// Ends the feed with the stored answer.
    package func finish(_ answer: Answer) {
        snapshot.withLock { $0.answer = answer }
        changed.raise()
    }
}
