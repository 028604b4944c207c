public import Foundation

/// The last known response of every run: what remains of a run when the log has forgotten its events.
///
/// A store that fails throws its own error; writes are not undone by the cancellation of the calling task.
public protocol RunArchive: Sendable {
    /// Keeps a snapshot of its run, unless the one that is kept is as new or newer; returns whether it was kept.
    @discardableResult
    func store(_ snapshot: RunSnapshot) async throws -> Bool

    /// The last snapshot of a run.
    func snapshot(of runID: String) async throws -> RunSnapshot?

    /// The last `limit` turns of a thread that have a finished run, in the order in which the turns began.
    ///
    /// Of a turn with several finished runs it is the one that began last: a retry takes the place of what it retries.
    ///
    /// - Parameter turnID: The last turn of those that count, where not all of the thread's do; of one that the archive
    ///   does not know it gives none.
    func finishedTurns(of threadID: String, through turnID: String?, last limit: Int) async throws -> [RunSnapshot]

    /// Forgets all runs of a thread.
    func forget(threadID: String) async throws

    /// Forgets at most `limit` runs whose snapshot was stored before a time; returns how many that were.
    func prune(storedBefore cutoff: Date, limit: Int) async throws -> Int
}

extension RunArchive {
    /// The last `limit` turns of a thread that have a finished run, in the order in which the turns began.
    public func finishedTurns(of threadID: String, last limit: Int) async throws -> [RunSnapshot] {
        try await finishedTurns(of: threadID, through: nil, last: limit)
    }
}
