import Foundation
import GRDB
import PlatformSDK

/// A run as the log's database holds it, without its events.
struct StoredRun: Sendable {
    /// What `init(_:)` reads.
    static let columns = "id, run_id, attempt, last_seq, trimmed_through, base_attempt, sealed_at"

    /// Whether the archive has the snapshot of a run's last event, as a condition on `runs`.
    static let isArchived = """
        EXISTS (
            SELECT 1 FROM snapshots
            WHERE snapshots.run_id = runs.run_id AND snapshots.seq = last_seq
                AND snapshots.attempt <= runs.attempt
                AND snapshots.attempt >= COALESCE(
                    (SELECT events.attempt FROM events WHERE run = runs.id AND events.seq = last_seq),
                    base_attempt))
        """

    /// The key that its events refer to.
    let id: Int64
    /// What decides about changes.
    var head: RunHead
    /// Who wrote the last event that was trimmed.
    let baseAttempt: Int?

    /// Reads the columns.
    init(_ row: Row) throws {
        id = try row.value("id")
        head = RunHead(
            runID: try row.text("run_id"), attempt: try row.value("attempt"), lastSeq: try row.value("last_seq"),
            trimmedThrough: try row.value("trimmed_through"),
            isSealed: try row.optional("sealed_at", as: Int64.self) != nil)
        baseAttempt = try row.optional("base_attempt")
    }
}

/// Reading and writing runs, each inside the caller's transaction.
extension Database {
    /// The run with an id, if the log has it.
    func storedRun(_ runID: String) throws -> StoredRun? {
        let statement = try cachedStatement(sql: "SELECT \(StoredRun.columns) FROM runs WHERE run_id = ?")
        return try Row.fetchOne(statement, arguments: [runID.stored]).map(StoredRun.init)
    }

    /// Why a run that is not in the log cannot be written: it has expired, or there never was one.
    func missing(_ runID: String) throws -> PlatformError {
        try snapshot(of: runID) == nil ? .unknownRun(runID) : .runSealed(runID)
    }

    /// Stores a run that has just begun.
    func insertRun(_ head: RunHead) throws {
        try execute(
            sql: "INSERT INTO runs (run_id, attempt) VALUES (?, ?)", arguments: [head.runID.stored, head.attempt])
    }

    /// Stores what has become of a run; `now` is when it was sealed, if it was and had not been before.
    func update(_ run: StoredRun, now: Date? = nil) throws {
        let statement = try cachedStatement(
            sql: """
                UPDATE runs SET attempt = ?, last_seq = ?, sealed_at = COALESCE(sealed_at, ?) WHERE id = ?
                """)
        let sealedAt = run.head.isSealed ? now?.milliseconds : nil
        try statement.execute(arguments: [run.head.attempt, run.head.lastSeq, sealedAt, run.id])
    }

    /// Drops the events up to `head.trimmedThrough` in favour of what they have made.
    func trim(_ run: StoredRun, base: RunSnapshot) throws {
        try execute(
            sql: "UPDATE runs SET trimmed_through = ?, base = ?, base_attempt = ? WHERE id = ?",
            arguments: [run.head.trimmedThrough, try Data.json(base.response), base.asOf.attempt, run.id])
        try execute(
            sql: "DELETE FROM events WHERE run = ? AND seq <= ?", arguments: [run.id, run.head.trimmedThrough])
    }

    /// Runs that were sealed before a time and whose last snapshot is in the archive, the oldest first.
    func expiredRuns(sealedBefore cutoff: Date, limit: Int) throws -> [StoredRun] {
        let statement = try cachedStatement(
            sql: """
                SELECT \(StoredRun.columns) FROM runs
                WHERE sealed_at IS NOT NULL AND sealed_at < ? AND (last_seq = 0 OR \(StoredRun.isArchived))
                ORDER BY sealed_at LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [cutoff.storedMilliseconds, limit]).map(StoredRun.init)
    }

    /// Runs that were sealed and whose last snapshot is not in the archive, by id from one on.
    func unarchivedRuns(after runID: String, limit: Int) throws -> [StoredRun] {
        let statement = try cachedStatement(
            sql: """
                SELECT \(StoredRun.columns) FROM runs
                WHERE sealed_at IS NOT NULL AND last_seq > 0 AND run_id > ? AND NOT \(StoredRun.isArchived)
                ORDER BY run_id LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [runID.stored, limit]).map(StoredRun.init)
    }

    /// Deletes a run with its events.
    func delete(_ run: StoredRun) throws {
        try execute(sql: "DELETE FROM runs WHERE id = ?", arguments: [run.id])
    }
}

extension Date {
    /// The time in milliseconds since 1970, held within what an integer column takes.
    var storedMilliseconds: Int64 {
        Int64(min(max(timeIntervalSince1970 * 1000, -9e18), 9e18))
    }
}
