import Bridge
import GRDB
package import MatrixAPI

extension SQLiteBridgeStore {
    package func move(_ turnID: String, to roomID: RoomID) async throws {
        try await database.write("move a turn to another room") { [now] database in
            guard try database.turn(turnID).state != .done else { return }
            try database.execute(
                sql: "UPDATE turns SET room_id = ?, moved_at = ? WHERE turn_id = ?",
                arguments: [roomID.stored, now().milliseconds, turnID.stored])
        }
    }
}

extension Database {
    /// Lets a room's conversations go on in the room that has taken its place.
    ///
    /// What the other room has already at the same place stays; the threads of both are kept. A turn that is under way
    /// ends where it began, and a reply that was taken back is taken back there.
    func apply(_ move: RoomMove, from roomID: RoomID, at movedAt: Int64) throws {
        let rooms: StatementArguments = [move.successor.stored, roomID.stored]
        // One statement for each of the partial indexes.
        for root in ["root IS NULL", "root IS NOT NULL"] {
            try execute(
                sql: "UPDATE OR IGNORE threads SET room_id = ? WHERE room_id = ? AND is_current = 1 AND \(root)",
                arguments: rooms)
        }
        try execute(sql: "UPDATE OR IGNORE resumed_threads SET room_id = ? WHERE room_id = ?", arguments: rooms)
        try execute(sql: "UPDATE OR IGNORE confirmations SET room_id = ? WHERE room_id = ?", arguments: rooms)
        try execute(sql: "DELETE FROM confirmations WHERE room_id = ?", arguments: [roomID.stored])
        try execute(
            sql: """
                UPDATE turns SET room_id = ?, moved_at = ? WHERE room_id = ?
                    AND (state = 'queued' AND is_withdrawn = 0 OR state = 'done' AND root IS NOT NULL)
                """,
            arguments: [move.successor.stored, movedAt, roomID.stored])
    }
}
