import MatrixAPI

/// The events of an in-memory store that are to be sent, or were, in the order in which they came.
struct InMemoryOutbox {
    private(set) var events: [OutgoingEvent] = []

    /// Adds an event; a known transaction id returns the event that it was added for.
    mutating func insert(_ event: NewOutgoingEvent, at milliseconds: Int64) -> OutgoingEvent {
        if let known = events.first(where: { $0.event.transactionID == event.transactionID }) { return known }
        let stored = OutgoingEvent(
            id: Int64(events.count) + 1, event: event, state: .pending, storedAt: milliseconds)
        events.append(stored)
        return stored
    }

    /// Notes how the sending of an event ended; false where there is no such event.
    mutating func conclude(_ id: Int64, _ conclusion: OutgoingConclusion) -> Bool {
        guard let index = events.firstIndex(where: { $0.id == id }) else { return false }
        events[index].state.conclude(conclusion)
        return true
    }

    /// The events of no turn that are still to be sent.
    var pendingNotices: [OutgoingEvent] {
        events.filter { $0.event.turnID == nil && $0.state == .pending }
    }
}
