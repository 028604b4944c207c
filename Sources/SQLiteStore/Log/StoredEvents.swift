import Foundation
import GRDB
import PlatformSDK

/// How an event becomes the JSON that a row holds, and back.
enum EventCoding {
    /// Reads an event; one that cannot be read is a damaged database, not a faulty call.
    static func decode(_ data: Data) throws -> StreamEvent {
        do {
            return try EventJSON.decode(StreamEvent.self, from: data)
        } catch {
            throw StoreError(
                .corrupt, "The log's database holds an event that cannot be read; restore a backup.",
                cause: error.message)
        }
    }
}

/// A page as the database holds it, to be decoded after the connection has been given back.
enum StoredPage: Sendable {
    /// Events after a position.
    case events([Data], after: LogCursor, reachesHead: Bool, isSealed: Bool)
    /// A position that is not there: what the whole run has made of itself so far.
    case reset(base: RunSnapshot?, [Data], head: LogCursor, reader: LogCursor, isSealed: Bool)
    /// A run that is only in the archive.
    case expired(RunSnapshot, after: LogCursor)

    /// The page for the reader.
    func decoded() throws -> LogPage {
        switch self {
        case .events(let encoded, let cursor, let reachesHead, let isSealed):
            let events = try encoded.map(EventCoding.decode)
            return LogPage(
                frames: events.map(LogFrame.event), next: events.last.map(LogCursor.init(after:)) ?? cursor,
                isEnd: reachesHead && isSealed)
        case .reset(let base, let encoded, let head, let reader, let isSealed):
            var projection = RunProjection(base)
            for event in encoded { projection.apply(try EventCoding.decode(event)) }
            return LogPage(resetTo: projection.snapshot?.response, head: head, after: reader, isSealed: isSealed)
        case .expired(let snapshot, let cursor):
            return LogPage(ofExpired: snapshot, after: cursor)
        }
    }
}

/// Reading and writing events, each inside the caller's transaction.
extension Database {
    /// What follows a position of a run.
    func page(of runID: String, after cursor: LogCursor, limit: Int) throws -> StoredPage {
        guard let run = try storedRun(runID) else {
            guard let snapshot = try snapshot(of: runID) else { throw PlatformError.unknownRun(runID) }
            return .expired(snapshot, after: cursor)
        }
        guard run.head.holds(cursor, attemptOfEvent: try attemptOfEvent(cursor.seq, of: run)) else {
            let events = try events(of: run, after: run.head.trimmedThrough, through: run.head.lastSeq, limit: -1)
            return .reset(
                base: try base(of: run), events, head: run.head.cursor, reader: cursor, isSealed: run.head.isSealed)
        }
        let events = try events(of: run, after: cursor.seq, through: run.head.lastSeq, limit: limit)
        return .events(
            events, after: cursor, reachesHead: cursor.seq + events.count == run.head.lastSeq,
            isSealed: run.head.isSealed)
    }

    /// One event of a run that is not trimmed.
    func event(_ seq: Int, of run: StoredRun) throws -> StreamEvent? {
        try events(of: run, after: seq - 1, through: seq, limit: 1).first.map(EventCoding.decode)
    }

    /// What a run's events up to a number have made.
    func fold(_ run: StoredRun, through seq: Int) throws -> RunSnapshot? {
        var projection = RunProjection(try base(of: run))
        for event in try events(of: run, after: run.head.trimmedThrough, through: seq, limit: -1) {
            projection.apply(try EventCoding.decode(event))
        }
        return projection.snapshot
    }

    /// Stores events that follow the last one, and their JSON.
    func insert(_ events: ArraySlice<StreamEvent>, _ encoded: ArraySlice<Data>, into run: StoredRun) throws {
        let statement = try cachedStatement(sql: "INSERT INTO events (run, seq, attempt, event) VALUES (?, ?, ?, ?)")
        for (event, data) in zip(events, encoded) {
            try statement.execute(arguments: [run.id, event.seq, event.attempt, data])
        }
    }

    /// Drops the events that a new owner does not keep.
    func dropEvents(of run: StoredRun, after seq: Int) throws {
        try execute(sql: "DELETE FROM events WHERE run = ? AND seq > ?", arguments: [run.id, seq])
    }

    private func events(of run: StoredRun, after: Int, through last: Int, limit: Int) throws -> [Data] {
        let statement = try cachedStatement(
            sql: "SELECT event FROM events WHERE run = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?")
        return try Data.fetchAll(statement, arguments: [run.id, after, last, limit])
    }

    private func attemptOfEvent(_ seq: Int, of run: StoredRun) throws -> Int? {
        if seq == run.head.trimmedThrough { return run.baseAttempt }
        let statement = try cachedStatement(sql: "SELECT attempt FROM events WHERE run = ? AND seq = ?")
        return try Int.fetchOne(statement, arguments: [run.id, seq])
    }

    private func base(of run: StoredRun) throws -> RunSnapshot? {
        guard let attempt = run.baseAttempt else { return nil }
        let statement = try cachedStatement(sql: "SELECT base FROM runs WHERE id = ?")
        guard let response = try Row.fetchOne(statement, arguments: [run.id])?.json("base", as: Response.self) else {
            return nil
        }
        return RunSnapshot(response: response, asOf: LogCursor(attempt: attempt, seq: run.head.trimmedThrough))
    }
}
