package import Bridge
import Foundation
import GRDB
package import MatrixAPI
import PlatformSDK

extension SQLiteBridgeStore {
    package func conversations(at place: ThreadPlace) async throws -> [ConversationThread] {
        try await database.read("read the conversations of a place") { database in
            let sql = """
                SELECT * FROM threads WHERE room_id = ? AND \(Database.rootMatch(place))
                ORDER BY started_at, thread_id
                """
            return try Row.fetchAll(database, sql: sql, arguments: Database.arguments(place))
                .map(ConversationThread.init(row:))
        }
    }

    package func savedConversations(of userID: UserID) async throws -> [SavedConversation] {
        try await database.read("read saved conversations") { database in
            let sql = """
                SELECT name, thread_id, saved_at, passages FROM saves WHERE user_id = ? ORDER BY saved_at, name
                """
            return try Row.fetchAll(database, sql: sql, arguments: [userID.stored]).map { row in
                SavedConversation(
                    userID: userID, name: try row.text("name"), threadID: try row.text("thread_id"),
                    savedAt: try row.value("saved_at"), passages: try row.passages)
            }
        }
    }

    package func lastAnsweredTurnID(of threadID: String) async throws -> String? {
        try await database.read("read the last answered turn of a thread") { database in
            let sql = """
                SELECT turn_id FROM turns
                WHERE thread_id = ? AND run_id IS NOT NULL AND ending IN ('complete', 'stopped')
                ORDER BY id DESC LIMIT 1
                """
            return try Row.fetchOne(database, sql: sql, arguments: [threadID.stored])?.text("turn_id")
        }
    }
}

extension Database {
    /// Stores what a command has changed about conversations.
    func apply(_ change: ConversationChange) throws {
        switch change {
        case .rename(let threadID, let title):
            try execute(
                sql: "UPDATE threads SET title = ? WHERE thread_id = ?", arguments: [title.stored, threadID.stored])
            try checkThreadChanged(threadID)
        case .setModel(let threadID, let model):
            try execute(
                sql: "UPDATE threads SET model = ? WHERE thread_id = ?", arguments: [model?.stored, threadID.stored])
            try checkThreadChanged(threadID)
        case .archive(let threadID):
            try execute(sql: "UPDATE threads SET is_archived = 1 WHERE thread_id = ?", arguments: [threadID.stored])
            try checkThreadChanged(threadID)
        case .save(let save):
            try execute(
                sql: """
                    INSERT OR REPLACE INTO saves (user_id, name, thread_id, saved_at, passages) VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    save.userID.stored, save.name.stored, save.threadID.stored, save.savedAt, try save.passages.stored,
                ])
        case .removeSave(let userID, let name):
            try execute(
                sql: "DELETE FROM saves WHERE user_id = ? AND name = ?", arguments: [userID.stored, name.stored])
        case .resume(let threadID, let place):
            try resume(threadID, at: place)
        }
    }

    /// The place goes on with its own thread from now on.
    func endResuming(at place: ThreadPlace) throws {
        try execute(
            sql: "DELETE FROM resumed_threads WHERE room_id = ? AND root = ?",
            arguments: [place.roomID.stored, place.storedRoot])
    }

    private func resume(_ threadID: String, at place: ThreadPlace) throws {
        let sql = "SELECT * FROM threads WHERE thread_id = ?"
        guard let row = try Row.fetchOne(self, sql: sql, arguments: [threadID.stored]) else {
            throw Self.unknownThread(threadID)
        }
        guard try ConversationThread(row: row).place == place else {
            try execute(
                sql: "INSERT OR REPLACE INTO resumed_threads (room_id, root, thread_id) VALUES (?, ?, ?)",
                arguments: [place.roomID.stored, place.storedRoot, threadID.stored])
            return
        }
        try endResuming(at: place)
        try execute(
            sql:
                "UPDATE threads SET is_current = 0 WHERE room_id = ? AND is_current = 1 AND \(Self.rootMatch(place))",
            arguments: Self.arguments(place))
        try execute(
            sql: "UPDATE threads SET is_current = 1, is_archived = 0 WHERE thread_id = ?", arguments: [threadID.stored])
    }

    private func checkThreadChanged(_ threadID: String) throws {
        guard changesCount > 0 else { throw Self.unknownThread(threadID) }
    }

    private static func unknownThread(_ threadID: String) -> StoreError {
        StoreError(.unknownRecord, "There is no thread \(threadID).")
    }
}

extension [ThreadPassage] {
    /// The passages as a column holds them; NULL for none, as almost everywhere.
    var stored: Data? {
        get throws { isEmpty ? nil : try Data.json(self) }
    }
}

extension Row {
    /// The passages of a row of `threads` or `saves`.
    var passages: [ThreadPassage] {
        get throws { try optionalJSON("passages") ?? [] }
    }
}
