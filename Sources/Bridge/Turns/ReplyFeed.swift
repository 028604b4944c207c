import Synchronization

/// What the agent has said so far, between the task that reads it and the task that shows it.
///
/// It holds one text, which grows or is replaced: a slow room never makes it longer than the reply itself.
package final class ReplyFeed: Sendable {
    /// What the showing task has to know.
    package struct Snapshot: Hashable, Sendable {
        /// The text so far.
        package var text: String
        /// The files so far, kept until they are posted.
        package var files: [OutgoingFile] = []
        /// The number of the run's last event that these take in.
        package var seq = 0
        /// The whole answer, once it is stored.
        package var answer: Answer?
        /// Whether the run was taken up where an earlier process had left it, and has come further.
        package var isAdvance = false
    }

    /// Raised when there is more.
    package let changed = WakeSignal()

    private let snapshot: Mutex<Snapshot>
    /// The number of the last event that an earlier process has shown.
    private let origin: Int
    private let wasTakenUp = Mutex(false)

    /// Creates a feed of a turn: complete at once where the answer is known, and from where its run was left.
    package init(_ turn: Turn) {
        let progress = turn.progress
        origin = progress?.seq ?? 0
        snapshot = Mutex(
            Snapshot(
                text: turn.answer?.text ?? progress?.text ?? "",
                files: turn.answer?.files ?? progress?.files ?? [],
                seq: progress?.seq ?? 0,
                answer: turn.answer
            ))
    }

    /// What is known now.
    package var current: Snapshot {
        var current = snapshot.withLock { $0 }
        current.isAdvance = current.seq > origin && wasTakenUp.withLock { $0 }
        return current
    }

    /// The agent goes on with the run from where an earlier process had left it.
    package func isTakenUp() {
        wasTakenUp.withLock { $0 = true }
    }

    /// The text's length in bytes of UTF-8.
    package var size: Int {
        snapshot.withLock { $0.text.utf8.count }
    }

    /// Adds what the agent has said.
    package func append(_ delta: String, seq: Int = 0) {
        snapshot.withLock { snapshot in
            snapshot.text += delta
            snapshot.seq = max(snapshot.seq, seq)
        }
        if !delta.isEmpty { changed.raise() }
    }

    /// Replaces what the agent has said: it begins again, or goes on from another text.
    package func replace(with text: String, seq: Int = 0) {
        snapshot.withLock { $0 = Snapshot(text: text, seq: seq) }
        changed.raise()
    }

    /// Adds a file that the agent has given, together with the number of its event: a restart asks for neither again.
    package func append(_ file: OutgoingFile, seq: Int = 0) {
        snapshot.withLock { snapshot in
            snapshot.files.append(file)
            snapshot.seq = max(snapshot.seq, seq)
        }
    }

    /// Ends the feed with the stored answer.
    package func finish(_ answer: Answer) {
        snapshot.withLock { $0.answer = answer }
        changed.raise()
    }
}
