import Synchronization

/// An agent's reply that remembers whether its `end` has passed by; pulled by one consumer at a time.
final class ReplyProgress: Sendable {
    private let events: ReplySequence<RunEvent>
    private let ended = Mutex(false)

    /// Wraps a reply that nobody has pulled from yet.
    init(_ events: ReplySequence<RunEvent>) {
        self.events = events
    }

    /// Whether the reply's `end` has been handed out.
    var hasEnded: Bool { ended.withLock { $0 } }

    /// The next event; nil after `end`, whatever else the agent might say, and where the reply stops before it.
    func next() async throws -> RunEvent? {
        guard !hasEnded else { return nil }
        var iterator = events.makeAsyncIterator()
        let event = try await iterator.next()
        if case .end = event?.event { ended.withLock { $0 = true } }
        return event
    }
}
