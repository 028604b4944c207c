package import Bridge
import GRDB
package import MatrixAPI

extension SQLiteBridgeStore {
    package func currentThread(in place: ThreadPlace) async throws -> ConversationThread {
        // Mostly the thread is there, and a read neither waits for the writer nor for the disk.
        let known = try await database.read("read the current thread") { try $0.currentThread(in: place) }
        if let known { return known }
        return try await database.write("begin a thread") { [now] database in
            if let begun = try database.currentThread(in: place) { return begun }
            let startedAt = now().milliseconds
            let thread = ConversationThread(threadID: ConversationThread.makeID(), place: place, startedAt: startedAt)
            try database.begin(NewThread(threadID: thread.threadID, place: place), at: startedAt)
            return thread
        }
    }

    package func thread(_ threadID: String) async throws -> ConversationThread? {
        try await database.read("read a thread") { database in
            let statement = try database.cachedStatement(sql: "SELECT * FROM threads WHERE thread_id = ?")
            return try Row.fetchOne(statement, arguments: [threadID.stored]).map(ConversationThread.init(row:))
        }
    }

    package func takesPart(inThread root: EventID, of roomID: RoomID) async throws -> Bool {
        try await database.read("look for a thread") { database in
            let sql = """
                SELECT EXISTS (SELECT 1 FROM turns WHERE room_id = :room AND root = :root)
                    OR EXISTS (SELECT 1 FROM outbox
                        WHERE room_id = :room AND thread_root = :root AND state IN ('pending', 'sent'))
                    OR EXISTS (SELECT 1 FROM outbox WHERE event_id = :root AND room_id = :room)
                """
            let statement = try database.cachedStatement(sql: sql)
            return try Bool.fetchOne(statement, arguments: ["room": roomID.stored, "root": root.stored]) ?? false
        }
    }
}

extension Database {
    /// Makes a new thread the current one of its place; a known id changes nothing.
    func begin(_ new: NewThread, at startedAt: Int64) throws {
        let known = try Row.fetchOne(
            self, sql: "SELECT 1 FROM threads WHERE thread_id = ?", arguments: [new.threadID.stored])
        guard known == nil else { return }
        try endResuming(at: new.place)
        try execute(
            sql:
                "UPDATE threads SET is_current = 0 WHERE room_id = ? AND is_current = 1 AND \(Self.rootMatch(new.place))",
            arguments: Self.arguments(new.place))
        try execute(
            sql: """
                INSERT INTO threads (thread_id, room_id, root, is_current, started_at, model, passages)
                VALUES (?, ?, ?, 1, ?, ?, ?)
                """,
            arguments: [
                new.threadID.stored, new.place.roomID.stored, new.place.root?.stored, startedAt,
                new.model?.stored, try new.passages.stored,
            ])
    }

    /// Adds an answer to the sums of the thread that it belongs to.
    func count(_ answer: Answer, in threadID: String) throws {
        let sql = "SELECT * FROM threads WHERE thread_id = ?"
        guard let row = try Row.fetchOne(self, sql: sql, arguments: [threadID.stored]) else { return }
        var thread = try ConversationThread(row: row)
        thread.count(answer)
        try execute(
            sql: "UPDATE threads SET tokens_used = ?, turns = ? WHERE thread_id = ?",
            arguments: [thread.tokensUsed, thread.turns, threadID.stored])
    }

    fileprivate func currentThread(in place: ThreadPlace) throws -> ConversationThread? {
        let resumed = try cachedStatement(
            sql: """
                SELECT threads.* FROM resumed_threads JOIN threads ON threads.thread_id = resumed_threads.thread_id
                WHERE resumed_threads.room_id = ? AND resumed_threads.root = ?
                """)
        if let row = try Row.fetchOne(resumed, arguments: [place.roomID.stored, place.storedRoot]) {
            var thread = try ConversationThread(row: row)
            thread.place = place
            return thread
        }
        let statement = try cachedStatement(
            sql: "SELECT * FROM threads WHERE room_id = ? AND is_current = 1 AND \(Self.rootMatch(place))")
        return try Row.fetchOne(statement, arguments: Self.arguments(place)).map(ConversationThread.init(row:))
    }

    /// Two forms instead of `root IS ?`, with which SQLite would use neither of the partial indexes.
    static func rootMatch(_ place: ThreadPlace) -> String {
        place.root == nil ? "root IS NULL" : "root = ?"
    }

    static func arguments(_ place: ThreadPlace) -> StatementArguments {
        guard let root = place.root else { return [place.roomID.stored] }
        return [place.roomID.stored, root.stored]
    }
}

extension ConversationThread {
    /// Reads a row of `threads`.
    init(row: Row) throws {
        self.init(
            threadID: try row.text("thread_id"),
            place: ThreadPlace(roomID: try row.identifier("room_id"), root: try row.optionalIdentifier("root")),
            tokensUsed: try row.value("tokens_used"),
            turns: try row.value("turns"),
            startedAt: try row.value("started_at"),
            title: try row.optionalText("title"),
            isArchived: try row.value("is_archived"),
            model: try row.optionalText("model"),
            passages: try row.passages)
    }
}
