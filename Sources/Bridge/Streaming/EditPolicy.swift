/// The fixed pace at which a reply's edits may follow each other, apart from what the account's budget allows.
package struct EditPolicy: Hashable, Sendable {
    /// The most edits that one message takes before its final one: past it, clients load the room slowly.
    package static let maximumEdits = 59

    /// How long the first text is held back: an answer that is complete by then goes out as one message.
    package var draftDelay: Duration
    /// The time between the first edits of a message; it grows, so that the edits last for a long answer.
    package var interval: Duration

    /// Creates a pace.
    package init(draftDelay: Duration = .milliseconds(200), interval: Duration = .seconds(1)) {
        self.draftDelay = draftDelay
        self.interval = interval
    }

    /// The time that the edit after this many edits keeps from the one before it.
    package func spacing(afterEdits edits: Int) -> Duration {
        interval * (1 + Double(edits) / 10)
    }
}
