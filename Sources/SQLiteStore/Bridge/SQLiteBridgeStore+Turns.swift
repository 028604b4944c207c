package import Bridge
import Foundation
import GRDB
package import MatrixAPI

extension SQLiteBridgeStore {
    package func unfinishedTurns() async throws -> [Turn] {
        try await database.read("read the unfinished turns") { database in
            try Row.fetchAll(database, sql: "SELECT * FROM turns WHERE state <> 'done' ORDER BY id")
                .map(Turn.init(row:))
        }
    }

    package func beginRun(of turnID: String, runID: String) async throws -> Turn {
        try await database.write("begin a run") { database in
            var turn = try database.turn(turnID)
            guard turn.begin(runID: runID) else { return turn }
            try database.execute(
                sql: "UPDATE turns SET state = ?, run_id = ?, attempt = ? WHERE turn_id = ?",
                arguments: [turn.state.rawValue, turn.runID?.stored, turn.attempt, turnID.stored])
            try database.store(turn.progress, of: turnID)
            return turn
        }
    }

    package func noteProgress(
        _ progress: TurnProgress, of turnID: String, runID: String, isAdvance: Bool
    ) async throws {
        try await database.write("note a run's progress") { database in
            var turn = try database.turn(turnID)
            guard turn.note(progress, of: runID, isAdvance: isAdvance) else { return }
            try database.store(turn.progress, of: turnID)
            guard isAdvance else { return }
            try database.execute(
                sql: "UPDATE turns SET attempt = ? WHERE turn_id = ?", arguments: [turn.attempt, turnID.stored])
        }
    }

    package func turn(_ turnID: String) async throws -> Turn? {
        try await database.read("read a turn") { try $0.knownTurn(turnID) }
    }

    package func turn(concerning eventID: EventID) async throws -> Turn? {
        try await database.read("look for an event's turn") { database in
            let sql = """
                SELECT turn_id FROM turn_sources WHERE event_id = :event
                UNION ALL SELECT turn_id FROM outbox WHERE event_id = :event AND turn_id IS NOT NULL LIMIT 1
                """
            let statement = try database.cachedStatement(sql: sql)
            guard let row = try Row.fetchOne(statement, arguments: ["event": eventID.stored]) else { return nil }
            return try database.knownTurn(row.text("turn_id"))
        }
    }

    package func lastTurn(at place: ThreadPlace) async throws -> Turn? {
        try await database.read("read the last turn of a place") { try $0.lastTurn(at: place) }
    }

    package func turnsMoved(before time: Int64) async throws -> [Turn] {
        try await database.read("read the turns that were moved") { database in
            let sql = "SELECT * FROM turns WHERE state <> 'done' AND moved_at < ? ORDER BY id"
            return try Row.fetchAll(database, sql: sql, arguments: [time]).map(Turn.init(row:))
        }
    }

    package func storeAnswer(_ answer: Answer, of turnID: String, revision: Int) async throws -> Bool {
        try await database.write("store an answer") { database in
            let turn = try database.turn(turnID)
            guard turn.revision == revision else { return false }
            guard turn.state != .done else { return true }
            if turn.state != .answered { try database.count(answer, in: turn.question.threadID) }
            try database.execute(
                sql: """
                    UPDATE turns SET rendered_seq = NULL, rendered_text = NULL, rendered_files = NULL,
                        state = 'answered', ending = ?, answer = ?, remark = ?, tokens_used = ?,
                        answer_files = ?, model = ?
                    WHERE turn_id = ?
                    """,
                arguments: [
                    answer.ending.rawValue, answer.text.stored, answer.remark?.stored, answer.tokensUsed,
                    try Data.json(answer.files), answer.model?.stored, turnID.stored,
                ])
            return true
        }
    }

    package func finish(_ turnID: String, revision: Int) async throws {
        try await database.write("finish a turn") { [now] database in
            let turn = try database.turn(turnID)
            guard turn.revision == revision, turn.state != .done else { return }
            try database.execute(
                sql: "UPDATE turns SET state = 'done', done_at = ? WHERE turn_id = ?",
                arguments: [now().milliseconds, turnID.stored])
        }
    }
}

extension Database {
    /// Stores a turn; a known one changes nothing.
    func insert(_ turn: NewTurn) throws {
        let thread = try Row.fetchOne(
            self, sql: "SELECT 1 FROM threads WHERE thread_id = ?", arguments: [turn.threadID.stored])
        guard thread != nil else { throw StoreError(.unknownRecord, "There is no thread for the turn \(turn.turnID).") }
        try execute(
            sql: """
                INSERT INTO turns (turn_id, source_event_id, room_id, root, thread_id, sender, text, files, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued')
                ON CONFLICT (turn_id) DO NOTHING
                """,
            arguments: [
                turn.turnID.stored, turn.sourceEventID.stored, turn.place.roomID.stored, turn.place.root?.stored,
                turn.threadID.stored, turn.sender.stored,
                TurnSource.question(of: [TurnSource(turn)]).stored, try Data.json(turn.files),
            ])
        try insert(TurnSource(turn), of: turn.turnID)
    }

    fileprivate func store(_ progress: TurnProgress?, of turnID: String) throws {
        try execute(
            sql: "UPDATE turns SET rendered_seq = ?, rendered_text = ?, rendered_files = ? WHERE turn_id = ?",
            arguments: [
                progress?.seq, progress?.text.stored, try (progress?.files).map { try Data.json($0) }, turnID.stored,
            ])
    }

    /// Notes that a room's turns which are not answered yet are to be stopped.
    func stopTurns(in roomID: RoomID) throws {
        try execute(
            sql: """
                UPDATE turns SET is_stop_requested = 1
                WHERE room_id = ? AND state IN ('queued', 'running') AND state <> 'done'
                """,
            arguments: [roomID.stored])
    }

    func turn(_ turnID: String) throws -> Turn {
        guard let turn = try knownTurn(turnID) else {
            throw StoreError(.unknownRecord, "There is no turn \(turnID).")
        }
        return turn
    }

    /// A turn, where there is one.
    func knownTurn(_ turnID: String) throws -> Turn? {
        let statement = try cachedStatement(sql: "SELECT * FROM turns WHERE turn_id = ?")
        return try Row.fetchOne(statement, arguments: [turnID.stored]).map(Turn.init(row:))
    }

    /// The turn that began last at a place.
    func lastTurn(at place: ThreadPlace) throws -> Turn? {
        let isThread = place.root != nil
        let statement = try cachedStatement(
            sql: """
                SELECT * FROM turns WHERE room_id = ? AND root \(isThread ? "= ?" : "IS NULL")
                ORDER BY id DESC LIMIT 1
                """)
        let arguments: StatementArguments =
            place.root.map { [place.roomID.stored, $0.stored] } ?? [place.roomID.stored]
        return try Row.fetchOne(statement, arguments: arguments).map(Turn.init(row:))
    }
}

extension Turn {
    /// Reads a row of `turns`; what was pruned reads as empty.
    fileprivate init(row: Row) throws {
        let question = NewTurn(
            sourceEventID: try row.identifier("source_event_id"),
            place: ThreadPlace(roomID: try row.identifier("room_id"), root: try row.optionalIdentifier("root")),
            threadID: try row.text("thread_id"),
            sender: try row.identifier("sender"),
            text: try row.optionalText("text") ?? "",
            files: try row.optionalJSON("files") ?? [])
        self.init(
            turnID: try row.text("turn_id"),
            question: question,
            state: try row.named("state"),
            runID: try row.optionalText("run_id"),
            attempt: try row.value("attempt"),
            progress: try TurnProgress(row: row),
            answer: try row.optionalText("ending").map { _ in try Answer(row: row) },
            isStopRequested: try row.value("is_stop_requested"),
            revision: try row.value("revision"),
            isWithdrawn: try row.value("is_withdrawn"))
    }
}

extension TurnProgress {
    fileprivate init?(row: Row) throws {
        guard let seq: Int = try row.optional("rendered_seq") else { return nil }
        self.init(
            seq: seq,
            text: try row.optionalText("rendered_text") ?? "",
            files: try row.optionalJSON("rendered_files") ?? [])
    }
}

extension Answer {
    fileprivate init(row: Row) throws {
        self.init(
            ending: try row.named("ending"),
            text: try row.optionalText("answer") ?? "",
            remark: try row.optionalText("remark"),
            tokensUsed: try row.value("tokens_used"),
            model: try row.optionalText("model"),
            files: try row.optionalJSON("answer_files") ?? [])
    }
}
