/// Follows runs in the log and keeps their snapshots in the archive.
public struct RunProjector: Sendable {
    private let log: any EventLog
    private let archive: any RunArchive
    private let stride: Int

    /// Creates a projector.
    ///
    /// - Parameter stride: After how many events the snapshot is stored at the latest; it is also stored after each
    ///   reset and at the run's end. What is lost with the process is folded again from the log.
    public init(log: any EventLog, archive: any RunArchive, stride: Int = 128) {
        self.log = log
        self.archive = archive
        self.stride = max(1, stride)
    }

    /// Follows a run from the last stored snapshot to its end; returns its last snapshot, nil for one without events.
    ///
    /// Any number of projectors may follow the same run at the same time: an older snapshot never replaces a newer one.
    ///
    /// - Throws: What log and archive throw, and `CancellationError`.
    @discardableResult
    public func project(_ runID: String) async throws -> RunSnapshot? {
        var projection = RunProjection(try await archive.snapshot(of: runID))
        var unstored = 0
        for try await frame in log.tail(runID, after: projection.cursor) {
            projection.apply(frame)
            unstored += 1
            if unstored >= stride || frame.isReset, let snapshot = projection.snapshot {
                try await archive.store(snapshot)
                unstored = 0
            }
        }
        if unstored > 0, let snapshot = projection.snapshot { try await archive.store(snapshot) }
        return projection.snapshot
    }

    /// Keeps the ends of the runs that have ended and are not archived, as a process leaves them that dies between the two.
    ///
    /// A run that cannot be read or kept holds up no other.
    ///
    /// - Returns: The runs that are still not archived, and why.
    /// - Throws: What the log's list throws, and `CancellationError`.
    public func catchUp(pageSize: Int = 64) async throws -> [String: any Error] {
        var failures: [String: any Error] = [:]
        var last: String?
        while true {
            let page = try await log.unarchivedRuns(after: last, limit: max(1, pageSize))
            guard let end = page.last else { return failures }
            for state in page {
                do {
                    try await project(state.runID)
                } catch {
                    try Task.checkCancellation()
                    failures[state.runID] = error
                }
            }
            last = end.runID
        }
    }
}

extension LogFrame {
    /// True for a reset.
    fileprivate var isReset: Bool {
        if case .reset = self { true } else { false }
    }
}
