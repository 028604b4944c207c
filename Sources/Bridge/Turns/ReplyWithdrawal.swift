import MatrixAPI

/// Takes back the messages of a reply whose question was taken back, and goes on with it after a restart.
struct ReplyWithdrawal: Sendable {
    private let outbox: Outbox
    private let store: any BridgeStore

    init(outbox: Outbox, store: any BridgeStore) {
        self.outbox = outbox
        self.store = store
    }

    /// Returns when no message of the reply is left to be redacted; throws `CancellationError` and what the store throws.
    func run(_ turn: Turn) async throws {
        var messages: [(roomID: RoomID, eventID: EventID)] = []
        for stored in try await store.outgoingEvents(of: turn.turnID) {
            switch (stored.event.kind, stored.state) {
            case (.draft, .sent(let eventID)), (.message, .sent(let eventID)), (.file, .sent(let eventID)):
                messages.append((stored.event.roomID, eventID))
            case (.draft, .pending), (.message, .pending), (.file, .pending):
                // The server may have it without having said so; only a repeat tells under which id.
                if case .sent(let eventID) = try await outbox.deliver(stored) {
                    messages.append((stored.event.roomID, eventID))
                }
            case (.edit, .pending), (.final, .pending):
                try await store.conclude(stored.id, .superseded)
            default: break
            }
        }
        // A turn may have moved to another room since; what it said stands where it was said.
        for (roomID, eventID) in messages {
            _ = try await outbox.deliver(
                .redaction(of: eventID, in: roomID, turnID: turn.turnID, deviceID: outbox.deviceID))
        }
    }
}
