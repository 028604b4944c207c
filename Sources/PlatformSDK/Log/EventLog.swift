public import Foundation

/// The durable events of every run: appended by the run's one owner, read by anybody from any position.
///
/// **Ownership.** A run is owned by an attempt. Who claims it with a higher one is its owner from then on, and every call
/// of an earlier owner fails with `PlatformError.Code.notOwner`.
///
/// **Order.** A run's events are numbered from 1 without gaps. What is appended is stored when the call returns, as durably
/// as was asked for, and only then is it delivered; every other write is synced. Appending events again that are stored
/// already, with the same ids, succeeds without effect.
///
/// **Reading.** A position that is no longer in the log, because the events before it were trimmed, the run expired or a
/// later owner cut them off, yields a `reset` with the run's snapshot first; never a silent gap. So does a position behind
/// the log's end, which a reader has whose last events a loss of power has taken.
///
/// A store that fails throws its own error; writes are not undone by the cancellation of the calling task.
public protocol EventLog: Sendable {
    /// Makes the caller the run's owner: begins the run, or takes it over from an earlier attempt.
    ///
    /// Claiming with an attempt that is not higher than the owner's fails, even when the caller itself made that claim:
    /// who does not know whether a claim has succeeded claims the next attempt.
    ///
    /// - Parameters:
    ///   - seq: The last event to keep, when the new owner does not go on after the last one; later events are dropped,
    ///     and readers that have seen them get a reset as soon as the new owner has appended something.
    /// - Throws: `PlatformError` with `notOwner`, `runSealed` when the run has ended, or `sequenceGap` when there is no
    ///   such event to keep (any more).
    @discardableResult
    func claim(_ runID: String, attempt: Int, keepingThrough seq: Int?) async throws -> RunState

    /// Appends events, which carry the run, the attempt and their numbers; returns the position after the last one.
    ///
    /// A terminal event seals the run. All of the batch is stored or nothing. The order of the checks: owner, batch,
    /// numbers.
    ///
    /// - Throws: `PlatformError` with `unknownRun`, `notOwner`, `runSealed`, `sequenceGap`, `sequenceConflict` (another
    ///   event has that number), or `invalidEvent` (of another run or attempt, a heartbeat, or numbers out of order).
    @discardableResult
    func append(
        _ events: [StreamEvent], to runID: String, attempt: Int, durability: Durability
    ) async throws -> LogCursor

    /// Ends a run that gets no terminal event; does nothing when it is sealed already.
    ///
    /// - Throws: `PlatformError` with `unknownRun`, `notOwner`, or `runSealed` when the run has expired.
    func seal(_ runID: String, attempt: Int) async throws

    /// Who owns a run, and how far it has come.
    ///
    /// - Throws: `PlatformError` with `unknownRun`; a run that has expired is still known while the archive knows it.
    func state(of runID: String) async throws -> RunState

    /// The runs that are not sealed, ordered by id: what a restart has to see to.
    ///
    /// - Parameters:
    ///   - runID: The last run of the previous page, or nil for the first.
    func unfinishedRuns(after runID: String?, limit: Int) async throws -> [RunState]

    /// The runs that are sealed and whose last snapshot is not in the archive, ordered by id: what a process that died
    /// between a run's last event and its archiving has left. `expire` drops none of them.
    ///
    /// - Parameters:
    ///   - runID: The last run of the previous page, or nil for the first.
    func unarchivedRuns(after runID: String?, limit: Int) async throws -> [RunState]

    /// Reads what follows a position, at most `limit` events; an empty page that is no end means: nothing yet.
    ///
    /// - Throws: `PlatformError` with `unknownRun`.
    func read(_ runID: String, after cursor: LogCursor, limit: Int) async throws -> LogPage

    /// Follows a run from a position on: what is stored, then what is appended, until the run is sealed.
    ///
    /// Each iterator reads by itself, page by page, so that a slow reader holds up nobody and no more than a page piles up
    /// for it.
    /// It throws what `read` throws, and `CancellationError` in a cancelled task.
    func tail(_ runID: String, after cursor: LogCursor) -> LogTail

    /// Drops a run's events up to a number; readers that have not come so far get a reset.
    ///
    /// - Throws: `PlatformError` with `unknownRun`, `runSealed` when the run has expired, or `sequenceGap` when it has
    ///   not come so far.
    func trim(_ runID: String, through seq: Int) async throws

    /// Drops at most `limit` runs that were sealed before a time and whose last snapshot is in the archive; returns how
    /// many that were. To the log, a run that only the archive knows is an expired one.
    ///
    /// A run without a single event has no snapshot and goes without one.
    func expire(sealedBefore cutoff: Date, limit: Int) async throws -> Int
}

extension EventLog {
    /// Makes the caller the run's owner, who goes on after the last event.
    @discardableResult
    public func claim(_ runID: String, attempt: Int) async throws -> RunState {
        try await claim(runID, attempt: attempt, keepingThrough: nil)
    }

    /// Appends events that outlast a loss of power.
    @discardableResult
    public func append(_ events: [StreamEvent], to runID: String, attempt: Int) async throws -> LogCursor {
        try await append(events, to: runID, attempt: attempt, durability: .synced)
    }

    /// Reads what follows a position, at most 256 events.
    public func read(_ runID: String, after cursor: LogCursor = .start) async throws -> LogPage {
        try await read(runID, after: cursor, limit: 256)
    }

    /// Follows a run from its beginning on.
    public func tail(_ runID: String) -> LogTail {
        tail(runID, after: .start)
    }
}
