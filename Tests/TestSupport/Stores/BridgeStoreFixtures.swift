package import Bridge
package import MatrixAPI

/// Rooms, people and records for tests of stores.
package enum BridgeStoreFixtures {
    /// A room.
    package static let lobby: RoomID = "!lobby:example.org"
    /// Another room.
    package static let attic: RoomID = "!attic:example.org"
    /// A person.
    package static let alice: UserID = "@alice:example.org"
    /// The main timeline of the lobby.
    package static let timeline = ThreadPlace(roomID: lobby, root: nil)

    /// A message of Alice as an item of the inbox.
    package static func item(_ eventID: EventID, in roomID: RoomID = lobby, body: String = "Hello") -> NewInboxItem {
        let event = RoomEvent(
            eventID: eventID, type: "m.room.message", sender: alice, originServerTS: 1_700_000_000_000,
            content: ["msgtype": "m.text", "body": .string(body)], unsigned: ["age": 12])
        return NewInboxItem(key: eventID.rawValue, roomID: roomID, content: .event(event))
    }

    /// A turn for a message of Alice.
    package static func turn(_ eventID: EventID, threadID: String, place: ThreadPlace = timeline) -> NewTurn {
        NewTurn(sourceEventID: eventID, place: place, threadID: threadID, sender: alice, text: "Hello")
    }

    /// An event for the outbox.
    package static func outgoing(
        _ transactionID: TransactionID,
        turnID: String? = nil,
        kind: NewOutgoingEvent.Kind = .notice,
        roomID: RoomID = lobby,
        content: JSONValue = ["msgtype": "m.notice", "body": "Hi"]
    ) -> NewOutgoingEvent {
        NewOutgoingEvent(
            turnID: turnID, kind: kind, roomID: roomID, content: content, transactionID: transactionID,
            deviceID: "RIALTO")
    }

    /// The content of an event that belongs to a Matrix thread.
    package static func content(inThread root: EventID) -> JSONValue {
        ["body": "Hi", "m.relates_to": ["rel_type": "m.thread", "event_id": .string(root.rawValue)]]
    }

    /// The first open item of a room, which must be there.
    package static func openItem(of store: any BridgeStore, in roomID: RoomID = lobby) async throws -> InboxItem {
        guard let item = try await store.nextOpenItem(in: roomID) else { throw Missing(what: "open item in \(roomID)") }
        return item
    }

    /// Admits a message and begins a turn for it, as the bridge does; returns the turn as it was stored.
    @discardableResult
    package static func beginTurn(
        _ eventID: EventID, in store: any BridgeStore, place: ThreadPlace = timeline
    ) async throws -> Turn {
        _ = try await store.admit(Admission(nextBatch: "s-\(eventID)", items: [item(eventID, in: place.roomID)]))
        let thread = try await store.currentThread(in: place)
        let new = turn(eventID, threadID: thread.threadID, place: place)
        let open = try await openItem(of: store, in: place.roomID)
        try await store.settle(Settlement(sequence: open.sequence, turn: new))
        return try await unfinishedTurn(new.turnID, in: store)
    }

    /// A turn that is not done, which must be there.
    package static func unfinishedTurn(_ turnID: String, in store: any BridgeStore) async throws -> Turn {
        guard let turn = try await store.unfinishedTurns().first(where: { $0.turnID == turnID }) else {
            throw Missing(what: "unfinished turn \(turnID)")
        }
        return turn
    }

    /// Something that a test stored is not there.
    package struct Missing: Error, CustomStringConvertible {
        let what: String

        package var description: String { "missing: \(what)" }
    }
}
