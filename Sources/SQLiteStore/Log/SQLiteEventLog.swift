package import Foundation
import GRDB
package import PlatformSDK

/// The runs' events in SQLite.
///
/// An event is encoded once, by the task that appends it, and stored as that JSON. Appends that come at the same time
/// share a transaction.
package struct SQLiteEventLog: EventLog {
    private let database: LogDatabase
    private let now: @Sendable () -> Date

    /// Creates a log over an open database, whose run archive it looks into for what has expired.
    package init(database: LogDatabase, now: @escaping @Sendable () -> Date = { Date() }) {
        self.database = database
        self.now = now
    }

    @discardableResult
    package func claim(_ runID: String, attempt: Int, keepingThrough seq: Int?) async throws -> RunState {
        try await change(runID, "claim a run") { database in
            guard var run = try database.storedRun(runID) else {
                guard try database.snapshot(of: runID) == nil else { throw PlatformError.runSealed(runID) }
                var head = RunHead(runID: runID, attempt: 0)
                try head.claim(attempt: attempt, keepingThrough: seq)
                try database.insertRun(head)
                return head.state
            }
            try run.head.claim(attempt: attempt, keepingThrough: seq)
            try database.dropEvents(of: run, after: run.head.lastSeq)
            try database.update(run)
            return run.head.state
        }
    }

    @discardableResult
    package func append(
        _ events: [StreamEvent], to runID: String, attempt: Int, durability: Durability
    ) async throws -> LogCursor {
        let encoded = try events.map { try EventJSON.encode($0) }
        let now = now()
        return try await change(runID, "append to a run", appending: events, durability) { database in
            guard var run = try database.storedRun(runID) else { throw try database.missing(runID) }
            let before = run
            let new = try run.head.append(events, attempt: attempt) { try database.event($0, of: before)?.eventID }
            guard run.head != before.head else { return run.head.cursor }
            try database.insert(new, encoded[new.indices], into: run)
            try database.update(run, now: now)
            return run.head.cursor
        }
    }

    package func seal(_ runID: String, attempt: Int) async throws {
        let now = now()
        try await change(runID, "seal a run") { database in
            guard var run = try database.storedRun(runID) else { throw try database.missing(runID) }
            try run.head.seal(attempt: attempt)
            try database.update(run, now: now)
        }
    }

    package func state(of runID: String) async throws -> RunState {
        try await database.read("read a run's state") { database in
            if let run = try database.storedRun(runID) { return run.head.state }
            guard let snapshot = try database.snapshot(of: runID) else { throw PlatformError.unknownRun(runID) }
            return RunState(ofExpired: snapshot)
        }
    }

    package func unfinishedRuns(after runID: String?, limit: Int) async throws -> [RunState] {
        try await database.read("list the unfinished runs") { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT \(StoredRun.columns) FROM runs WHERE sealed_at IS NULL AND run_id > ?
                    ORDER BY run_id LIMIT ?
                    """)
            let arguments: StatementArguments = [runID?.stored ?? "".stored, max(0, limit)]
            return try Row.fetchAll(statement, arguments: arguments).map { try StoredRun($0).head.state }
        }
    }

    package func unarchivedRuns(after runID: String?, limit: Int) async throws -> [RunState] {
        try await database.read("list the runs that are not archived") { database in
            try database.unarchivedRuns(after: runID ?? "", limit: max(0, limit)).map(\.head.state)
        }
    }

    package func read(_ runID: String, after cursor: LogCursor, limit: Int) async throws -> LogPage {
        let page = try await database.read("read a run's events") { database in
            try database.page(of: runID, after: cursor, limit: max(1, limit))
        }
        return try page.decoded()
    }

    package func tail(_ runID: String, after cursor: LogCursor) -> LogTail {
        LogTail(runID, after: cursor, signals: database.signals) { try await read(runID, after: $0, limit: $1) }
    }

    package func trim(_ runID: String, through seq: Int) async throws {
        try await change(runID, "trim a run") { database in
            guard var run = try database.storedRun(runID) else { throw try database.missing(runID) }
            let before = run
            guard try run.head.trim(through: seq), let base = try database.fold(before, through: seq) else { return }
            try database.trim(run, base: base)
        }
    }

    package func expire(sealedBefore cutoff: Date, limit: Int) async throws -> Int {
        let expired = try await database.write("expire runs") { database in
            let runs = try database.expiredRuns(sealedBefore: cutoff, limit: max(0, limit))
            for run in runs { try database.delete(run) }
            return runs.map(\.head.runID)
        } stored: { [signals = database.signals] expired in
            for runID in expired { signals.signal(runID) }
        }
        return expired.count
    }

    /// Changes a run and tells its readers; they are handed what was appended.
    private func change<Value: Sendable>(
        _ runID: String, _ action: String, appending events: [StreamEvent] = [], _ durability: Durability = .synced,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await database.write(action, durability, body) { [signals = database.signals] _ in
            signals.signal(runID, events: events)
        }
    }
}
