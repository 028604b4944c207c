package import Bridge
import Foundation
import GRDB
package import MatrixAPI

extension SQLiteBridgeStore {
    package func enqueue(_ event: NewOutgoingEvent) async throws -> OutgoingEvent {
        try await database.write("store an outgoing event") { [now] database in
            try database.insert(event, at: now().milliseconds)
        }
    }

    package func conclude(_ id: Int64, _ conclusion: OutgoingConclusion) async throws {
        try await database.write("conclude an outgoing event") { [now] database in
            let sql = "SELECT state, event_id, refusal FROM outbox WHERE id = ?"
            guard let row = try Row.fetchOne(database, sql: sql, arguments: [id]) else {
                throw StoreError(.unknownRecord, "There is no outgoing event \(id).")
            }
            let before = try OutgoingEvent.State(row: row)
            var state = before
            state.conclude(conclusion)
            guard state != before else { return }
            try database.execute(
                sql: "UPDATE outbox SET state = ?, event_id = ?, refusal = ?, concluded_at = ? WHERE id = ?",
                arguments: [state.name, state.eventID?.stored, state.refusal?.stored, now().milliseconds, id])
        }
    }

    package func roomsWithPendingNotices() async throws -> [RoomID] {
        try await database.read("read the rooms of the outbox") { database in
            let sql = """
                SELECT room_id FROM outbox WHERE turn_id IS NULL AND state = 'pending'
                GROUP BY room_id ORDER BY min(id)
                """
            return try Row.fetchAll(database, sql: sql).map { try $0.identifier("room_id") }
        }
    }

    package func pendingNotices(in roomID: RoomID) async throws -> [OutgoingEvent] {
        try await database.read("read the outbox") { database in
            let sql = """
                SELECT * FROM outbox WHERE room_id = ? AND turn_id IS NULL AND state = 'pending' ORDER BY id
                """
            return try Row.fetchAll(database, sql: sql, arguments: [roomID.stored]).map(OutgoingEvent.init(row:))
        }
    }

    package func outgoingEvents(of turnID: String) async throws -> [OutgoingEvent] {
        try await database.read("read the events of a turn") { database in
            let sql = "SELECT * FROM outbox WHERE turn_id = ? ORDER BY id"
            return try Row.fetchAll(database, sql: sql, arguments: [turnID.stored]).map(OutgoingEvent.init(row:))
        }
    }

    package func isOwnEvent(_ eventID: EventID) async throws -> Bool {
        try await database.read("look for an own event") { database in
            let statement = try database.cachedStatement(sql: "SELECT 1 FROM outbox WHERE event_id = ? LIMIT 1")
            return try Row.fetchOne(statement, arguments: [eventID.stored]) != nil
        }
    }
}

extension Database {
    /// Stores an event, or returns the one that its transaction id was stored for.
    func insert(_ event: NewOutgoingEvent, at storedAt: Int64) throws -> OutgoingEvent {
        let known = try cachedStatement(sql: "SELECT * FROM outbox WHERE transaction_id = ?")
        if let row = try Row.fetchOne(known, arguments: [event.transactionID.stored]) {
            return try OutgoingEvent(row: row)
        }
        if let turnID = event.turnID {
            let turn = try Row.fetchOne(
                self, sql: "SELECT 1 FROM turns WHERE turn_id = ?", arguments: [turnID.stored])
            guard turn != nil else { throw StoreError(.unknownRecord, "There is no turn \(turnID).") }
        }
        try cachedStatement(
            sql: """
                INSERT INTO outbox
                    (turn_id, part, kind, room_id, type, content, thread_root, transaction_id, device_id, state,
                    stored_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?)
                """
        ).execute(arguments: [
            event.turnID?.stored, event.part, event.kind.rawValue, event.roomID.stored, event.type.stored,
            Data(event.content.canonicalJSON()), event.threadRoot?.stored, event.transactionID.stored,
            event.deviceID.stored, storedAt,
        ])
        return OutgoingEvent(id: lastInsertedRowID, event: event, state: .pending, storedAt: storedAt)
    }
}

extension OutgoingEvent {
    /// Reads a row of `outbox`; content that was pruned reads as an empty object.
    fileprivate init(row: Row) throws {
        let event = NewOutgoingEvent(
            turnID: try row.optionalText("turn_id"),
            part: try row.value("part"),
            kind: try row.named("kind"),
            roomID: try row.identifier("room_id"),
            type: try row.text("type"),
            content: try row.optionalJSON("content") ?? [:],
            transactionID: try row.identifier("transaction_id"),
            deviceID: try row.identifier("device_id"))
        self.init(
            id: try row.value("id"), event: event, state: try State(row: row), storedAt: try row.value("stored_at"))
    }
}

extension OutgoingEvent.State {
    /// The state's name in the database.
    fileprivate var name: String {
        switch self {
        case .pending: "pending"
        case .sent: "sent"
        case .superseded: "superseded"
        case .refused: "refused"
        }
    }

    fileprivate var eventID: EventID? {
        guard case .sent(let eventID) = self else { return nil }
        return eventID
    }

    fileprivate var refusal: String? {
        guard case .refused(let reason) = self else { return nil }
        return reason
    }

    fileprivate init(row: Row) throws {
        switch try row.text("state") {
        case "pending": self = .pending
        case "sent": self = .sent(try row.identifier("event_id"))
        case "superseded": self = .superseded
        case "refused": self = .refused(try row.text("refusal"))
        default: throw StoreError(.corrupt, "An outgoing event has an unknown state; restore a backup.")
        }
    }
}
