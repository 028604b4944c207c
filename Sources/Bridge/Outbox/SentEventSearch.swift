import MatrixAPI

/// Looks among a room's latest events for one of the outbox that the homeserver may have without having said so.
///
/// It is for whatever the transaction id does not answer: a homeserver forgets the ids of a device that was logged out, and
/// all ids after a while. The walk ends at events that are older than the stored one, so that it finds it wherever it is.
struct SentEventSearch: Sendable {
    /// The most events that are looked at: a room that has had more since cannot be searched.
    static let maximumEvents = 2_000
    /// How far the clocks of this machine and the homeserver may be apart, in milliseconds.
    static let clockTolerance: Int64 = 3_600_000

    private let homeserver: any Homeserver
    private let store: any BridgeStore

    init(homeserver: any Homeserver, store: any BridgeStore) {
        self.homeserver = homeserver
        self.store = store
    }

    /// The id of the event; nil where the room does not have it.
    ///
    /// - Throws: `HomeserverError` where it cannot be told now, and what the store throws.
    func eventID(of stored: OutgoingEvent) async throws -> EventID? {
        var token: String?
        var count = 0
        while count < Self.maximumEvents {
            let page = try await homeserver.history(of: stored.event.roomID, before: token, until: nil)
            for event in page.events.elements where isSame(event, as: stored) {
                // Of two messages of one content the other one may have been sent long ago.
                if try await !store.isOwnEvent(event.eventID) { return event.eventID }
            }
            count += max(1, page.events.elements.count)
            let isOlder = page.events.elements.contains { $0.originServerTS < stored.storedAt - Self.clockTolerance }
            guard !isOlder, let next = page.next, next != token else { return nil }
            token = next
        }
        return nil
    }

    private func isSame(_ event: RoomEvent, as stored: OutgoingEvent) -> Bool {
        event.sender == homeserver.userID && event.type == stored.event.type && event.content == stored.event.content
    }
}
