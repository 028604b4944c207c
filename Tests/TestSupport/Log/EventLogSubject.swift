package import PlatformSDK

/// An empty event log under test, with the archive that it looks into for what has expired.
package struct EventLogSubject: Sendable {
    /// The log.
    package let log: any EventLog
    /// The archive.
    package let archive: any RunArchive

    /// Brings a log and its archive together.
    package init(log: any EventLog, archive: any RunArchive) {
        self.log = log
        self.archive = archive
    }
}

extension EventLogSubject {
    /// Claims a run and appends an answer of so many deltas, not yet ended; returns its events.
    @discardableResult
    func begin(_ runID: String, deltas: Int, attempt: Int = 1) async throws -> [StreamEvent] {
        try await log.claim(runID, attempt: attempt)
        let events = LogFixtures.answer(of: runID, deltas: deltas, attempt: attempt)
        try await log.append(events, to: runID, attempt: attempt)
        return events
    }

    /// All frames that a reader at a position gets, page by page, until there is nothing more now.
    func frames(of runID: String, after cursor: LogCursor = .start, pageSize: Int = 3) async throws -> [LogFrame] {
        var cursor = cursor
        var frames: [LogFrame] = []
        while true {
            let page = try await log.read(runID, after: cursor, limit: pageSize)
            frames += page.frames
            if page.isEnd || page.frames.isEmpty { return frames }
            cursor = page.next
        }
    }

    /// The code of the error that the body throws; nil where it throws none or one of another kind.
    func code(_ body: (any EventLog) async throws -> Void) async -> PlatformError.Code? {
        do {
            try await body(log)
            return nil
        } catch {
            return (error as? PlatformError)?.code
        }
    }
}
