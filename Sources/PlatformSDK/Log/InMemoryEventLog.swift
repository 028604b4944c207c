public import Foundation
import Synchronization

/// Events in memory: the twin of the stored log, for tests and for a program that need not remember.
public final class InMemoryEventLog: EventLog {
    private let runs = Mutex<[String: LoggedRun]>([:])
    private let archive: any RunArchive
    private let signals = AppendSignals()
    private let now: @Sendable () -> Date

    /// Creates an empty log.
    ///
    /// - Parameters:
    ///   - archive: Where the snapshots of expired runs are.
    ///   - now: Says when a run was sealed.
    public init(archive: any RunArchive = InMemoryRunArchive(), now: @escaping @Sendable () -> Date = { Date() }) {
        self.archive = archive
        self.now = now
    }

    @discardableResult
    public func claim(_ runID: String, attempt: Int, keepingThrough seq: Int?) async throws -> RunState {
        let hasExpired = try await archive.snapshot(of: runID) != nil
        return try runs.withLock { runs in
            if runs[runID] == nil, hasExpired { throw PlatformError.runSealed(runID) }
            var run = runs[runID] ?? LoggedRun(runID: runID, attempt: 0)
            try run.claim(attempt: attempt, keepingThrough: seq)
            runs[runID] = run
            signals.signal(runID)
            return run.head.state
        }
    }

    @discardableResult
    public func append(
        _ events: [StreamEvent], to runID: String, attempt: Int, durability: Durability
    ) async throws -> LogCursor {
        try await change(runID, appending: events) { try $0.append(events, attempt: attempt, now: now()) }
    }

    public func seal(_ runID: String, attempt: Int) async throws {
        try await change(runID) { try $0.seal(attempt: attempt, now: now()) }
    }

    public func state(of runID: String) async throws -> RunState {
        if let run = runs.withLock({ $0[runID] }) { return run.head.state }
        return RunState(ofExpired: try await expired(runID))
    }

    public func unfinishedRuns(after runID: String?, limit: Int) async throws -> [RunState] {
        let unfinished = runs.withLock { runs in
            runs.values.filter { run in !run.head.isSealed && runID.map { run.head.runID > $0 } ?? true }
        }
        return Array(unfinished.sorted { $0.head.runID < $1.head.runID }.prefix(max(0, limit)).map(\.head.state))
    }

    public func unarchivedRuns(after runID: String?, limit: Int) async throws -> [RunState] {
        let ended = runs.withLock { runs in
            runs.values.filter { run in
                run.head.isSealed && run.head.lastSeq > 0 && runID.map { run.head.runID > $0 } ?? true
            }
        }
        var unarchived: [RunState] = []
        for run in ended.sorted(by: { $0.head.runID < $1.head.runID }) where unarchived.count < limit {
            let isArchived = try await archive.snapshot(of: run.head.runID).map(run.isWhole) ?? false
            if !isArchived { unarchived.append(run.head.state) }
        }
        return unarchived
    }

    public func read(_ runID: String, after cursor: LogCursor, limit: Int) async throws -> LogPage {
        if let run = runs.withLock({ $0[runID] }) { return run.page(after: cursor, limit: limit) }
        return LogPage(ofExpired: try await expired(runID), after: cursor)
    }

    public func tail(_ runID: String, after cursor: LogCursor) -> LogTail {
        LogTail(runID, after: cursor, signals: signals) { try await self.read(runID, after: $0, limit: $1) }
    }

    public func trim(_ runID: String, through seq: Int) async throws {
        try await change(runID) { try $0.trim(through: seq) }
    }

    public func expire(sealedBefore cutoff: Date, limit: Int) async throws -> Int {
        let due = runs.withLock { runs in
            runs.values.filter { $0.sealedAt.map { $0 < cutoff } ?? false }
        }
        var expired = 0
        for run in due where expired < limit {
            let runID = run.head.runID
            let archived = try await archive.snapshot(of: runID)
            guard run.head.lastSeq == 0 || archived.map(run.isWhole) ?? false else { continue }
            expired += 1
            runs.withLock { $0[runID] = nil }
            signals.signal(runID)
        }
        return expired
    }

    private func change<Value>(
        _ runID: String, appending events: [StreamEvent] = [], _ body: (inout LoggedRun) throws -> Value
    ) async throws -> Value {
        let value = try runs.withLock { runs -> Value? in
            guard var run = runs.removeValue(forKey: runID) else { return nil }
            defer { runs[runID] = run }
            let value = try body(&run)
            // Inside, so that readers are told of changes in their order.
            signals.signal(runID, events: events)
            return value
        }
        guard let value else {
            throw try await archive.snapshot(of: runID) == nil
                ? PlatformError.unknownRun(runID) : PlatformError.runSealed(runID)
        }
        return value
    }

    private func expired(_ runID: String) async throws -> RunSnapshot {
        guard let snapshot = try await archive.snapshot(of: runID) else { throw PlatformError.unknownRun(runID) }
        return snapshot
    }
}
