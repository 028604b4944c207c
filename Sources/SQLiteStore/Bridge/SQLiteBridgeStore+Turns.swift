package import Bridge
import GRDB
import MatrixAPI

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
            return turn
        }
    }

    package func storeAnswer(_ answer: Answer, of turnID: String) async throws {
        try await database.write("store an answer") { database in
            let turn = try database.turn(turnID)
            guard turn.state != .done else { return }
            if turn.state != .answered { try database.count(answer, in: turn.question.threadID) }
            try database.execute(
                sql: """
                    UPDATE turns SET state = 'answered', ending = ?, answer = ?, remark = ?, tokens_used = ?
                    WHERE turn_id = ?
                    """,
                arguments: [
                    answer.ending.rawValue, answer.text.stored, answer.remark?.stored, answer.tokensUsed,
                    turnID.stored,
                ])
        }
    }

    package func finish(_ turnID: String) async throws {
        try await database.write("finish a turn") { [now] database in
            guard try database.turn(turnID).state != .done else { return }
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
                INSERT INTO turns (turn_id, source_event_id, room_id, root, thread_id, sender, text, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, 'queued')
                ON CONFLICT (turn_id) DO NOTHING
                """,
            arguments: [
                turn.turnID.stored, turn.sourceEventID.stored, turn.place.roomID.stored, turn.place.root?.stored,
                turn.threadID.stored, turn.sender.stored, turn.text.stored,
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

    fileprivate func turn(_ turnID: String) throws -> Turn {
        let statement = try cachedStatement(sql: "SELECT * FROM turns WHERE turn_id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [turnID.stored]) else {
            throw StoreError(.unknownRecord, "There is no turn \(turnID).")
        }
        return try Turn(row: row)
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
            text: try row.optionalText("text") ?? "")
        self.init(
            turnID: try row.text("turn_id"),
            question: question,
            state: try row.named("state"),
            runID: try row.optionalText("run_id"),
            attempt: try row.value("attempt"),
            answer: try row.optionalText("ending").map { _ in try Answer(row: row) },
            isStopRequested: try row.value("is_stop_requested"))
    }
}

extension Answer {
    fileprivate init(row: Row) throws {
        self.init(
            ending: try row.named("ending"),
            text: try row.optionalText("answer") ?? "",
            remark: try row.optionalText("remark"),
            tokensUsed: try row.value("tokens_used"))
    }
}
