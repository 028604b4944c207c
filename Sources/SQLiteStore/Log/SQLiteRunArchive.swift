package import Foundation
import GRDB
package import PlatformSDK

/// The runs' last snapshots in SQLite.
package struct SQLiteRunArchive: RunArchive {
    private let database: LogDatabase
    private let now: @Sendable () -> Date

    /// Creates an archive over an open database.
    package init(database: LogDatabase, now: @escaping @Sendable () -> Date = { Date() }) {
        self.database = database
        self.now = now
    }

    @discardableResult
    package func store(_ snapshot: RunSnapshot) async throws -> Bool {
        let response = snapshot.response
        let encoded = try Data.json(response)
        let storedAt = now().milliseconds
        return try await database.write("store a snapshot") { database in
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO snapshots
                        (run_id, turn_id, thread_id, attempt, seq, is_finished, response, stored_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (run_id) DO UPDATE SET
                        turn_id = excluded.turn_id, thread_id = excluded.thread_id, attempt = excluded.attempt,
                        seq = excluded.seq, is_finished = excluded.is_finished, response = excluded.response,
                        stored_at = excluded.stored_at
                    WHERE (excluded.attempt, excluded.seq) > (snapshots.attempt, snapshots.seq)
                    """)
            try statement.execute(
                arguments: [
                    response.id.stored, response.turnID.stored, response.threadID.stored, snapshot.asOf.attempt,
                    snapshot.asOf.seq, response.status.isTerminal, encoded, storedAt,
                ])
            return database.changesCount > 0
        }
    }

    package func snapshot(of runID: String) async throws -> RunSnapshot? {
        try await database.read("read a snapshot") { try $0.snapshot(of: runID) }
    }

    package func finishedTurns(
        of threadID: String, through turnID: String?, last limit: Int
    ) async throws -> [RunSnapshot] {
        try await database.read("read a thread's turns") { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT response, attempt, seq FROM snapshots JOIN (
                        SELECT min(id) AS first, max(CASE WHEN is_finished THEN id END) AS latest FROM snapshots
                        WHERE thread_id = :thread GROUP BY turn_id HAVING latest IS NOT NULL AND (
                            :turn IS NULL OR first <= (
                                SELECT min(id) FROM snapshots WHERE thread_id = :thread AND turn_id = :turn))
                        ORDER BY first DESC LIMIT :limit) AS turns ON snapshots.id = turns.latest
                    ORDER BY turns.first
                    """)
            let arguments: StatementArguments = [
                "thread": threadID.stored, "turn": turnID?.stored, "limit": max(0, limit),
            ]
            return try Row.fetchAll(statement, arguments: arguments).map(RunSnapshot.init)
        }
    }

    package func forget(threadID: String) async throws {
        try await database.write("forget a thread") { database in
            try database.execute(sql: "DELETE FROM snapshots WHERE thread_id = ?", arguments: [threadID.stored])
        }
    }

    package func prune(storedBefore cutoff: Date, limit: Int) async throws -> Int {
        try await database.write("prune old snapshots") { database in
            try database.execute(
                sql: """
                    DELETE FROM snapshots WHERE id IN (
                        SELECT id FROM snapshots WHERE stored_at < ? ORDER BY stored_at LIMIT ?)
                    """,
                arguments: [cutoff.storedMilliseconds, max(0, limit)])
            return database.changesCount
        }
    }
}

extension Database {
    /// The last snapshot of a run.
    func snapshot(of runID: String) throws -> RunSnapshot? {
        let statement = try cachedStatement(sql: "SELECT response, attempt, seq FROM snapshots WHERE run_id = ?")
        return try Row.fetchOne(statement, arguments: [runID.stored]).map(RunSnapshot.init)
    }
}

extension RunSnapshot {
    fileprivate init(_ row: Row) throws {
        self.init(
            response: try row.json("response"),
            asOf: LogCursor(attempt: try row.value("attempt"), seq: try row.value("seq")))
    }
}
