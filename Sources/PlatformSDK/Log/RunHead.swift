/// What a log knows of a run when it is to be changed, and the decisions that follow from it; every log makes these.
package struct RunHead: Sendable, Equatable {
    /// The run.
    package let runID: String
    /// The attempt that owns the run.
    package var attempt: Int
    /// The number of the last event; zero while there is none.
    package var lastSeq: Int
    /// The number of the last event that was dropped from the run's beginning.
    package var trimmedThrough: Int
    /// True when the run takes no more events.
    package var isSealed: Bool

    /// Creates a head.
    package init(runID: String, attempt: Int, lastSeq: Int = 0, trimmedThrough: Int = 0, isSealed: Bool = false) {
        self.runID = runID
        self.attempt = attempt
        self.lastSeq = lastSeq
        self.trimmedThrough = trimmedThrough
        self.isSealed = isSealed
    }

    /// The run's owner, and how far it has come.
    package var state: RunState {
        RunState(runID: runID, attempt: attempt, lastSeq: lastSeq, isSealed: isSealed)
    }

    /// The position of a reader that has seen all so far.
    package var cursor: LogCursor { state.head }

    /// True where a reader at a position has seen nothing that was dropped since, and misses nothing that was trimmed.
    ///
    /// An owner that drops events leaves none behind them, and what it writes in their place carries its own attempt. So
    /// a position stands while its event is there and was written by no later attempt than the position's.
    ///
    /// - Parameter attemptOfEvent: Who wrote the event with the position's number, or the last one that was trimmed.
    package func holds(_ cursor: LogCursor, attemptOfEvent: Int?) -> Bool {
        guard cursor.seq >= trimmedThrough, cursor.seq <= lastSeq else { return false }
        if cursor.seq == 0 { return true }
        guard let attemptOfEvent else { return false }
        return (attemptOfEvent...max(attempt, attemptOfEvent)).contains(cursor.attempt)
    }

    /// Makes an attempt the owner, keeping the events up to a number, or all.
    package mutating func claim(attempt: Int, keepingThrough seq: Int?) throws(PlatformError) {
        guard attempt > self.attempt else { throw .notOwner(of: runID, attempt: attempt, owner: self.attempt) }
        guard !isSealed else { throw .runSealed(runID) }
        let kept = seq ?? lastSeq
        guard (trimmedThrough...lastSeq).contains(kept) else {
            throw .sequenceGap(in: runID, "cannot keep what is up to event \(kept)", lastSeq: lastSeq)
        }
        self.attempt = attempt
        lastSeq = kept
    }

    /// Takes a batch in; returns its events that are not stored yet.
    ///
    /// - Parameter storedID: The id of the event with a number between `trimmedThrough` and `lastSeq`.
    package mutating func append(
        _ batch: [StreamEvent], attempt: Int, storedID: (Int) throws -> String?
    ) throws -> ArraySlice<StreamEvent> {
        try requireOwner(attempt)
        try validate(batch)
        let known = batch.prefix { $0.seq <= lastSeq }
        for event in known where event.seq > trimmedThrough {
            guard try storedID(event.seq) == event.eventID else {
                throw PlatformError.sequenceConflict(in: runID, seq: event.seq)
            }
        }
        let new = batch[known.endIndex...]
        guard let first = new.first, let last = new.last else { return new }
        guard !isSealed else { throw PlatformError.runSealed(runID) }
        guard first.seq == lastSeq + 1 else {
            throw PlatformError.sequenceGap(in: runID, "cannot append event \(first.seq)", lastSeq: lastSeq)
        }
        lastSeq = last.seq
        isSealed = last.isTerminal
        return new
    }

    /// Ends the run.
    package mutating func seal(attempt: Int) throws(PlatformError) {
        try requireOwner(attempt)
        isSealed = true
    }

    /// Drops the events up to a number; returns whether that drops any.
    package mutating func trim(through seq: Int) throws(PlatformError) -> Bool {
        guard seq <= lastSeq else { throw .sequenceGap(in: runID, "cannot trim up to event \(seq)", lastSeq: lastSeq) }
        guard seq > trimmedThrough else { return false }
        trimmedThrough = seq
        return true
    }

    private func requireOwner(_ attempt: Int) throws(PlatformError) {
        guard attempt == self.attempt else { throw .notOwner(of: runID, attempt: attempt, owner: self.attempt) }
    }

    /// The batch belongs to the run and its owner, counts up by one, and ends where a terminal event does.
    private func validate(_ batch: [StreamEvent]) throws(PlatformError) {
        var previous: StreamEvent?
        for event in batch {
            let fault: String? =
                if event.runID != runID {
                    "belongs to the run \(event.runID)"
                } else if event.attempt != attempt {
                    "carries the attempt \(event.attempt)"
                } else if event.seq < 1 {
                    "is not numbered from 1"
                } else if event.payload == .heartbeat {
                    "is a heartbeat, which is never logged"
                } else if let previous, previous.seq + 1 != event.seq {
                    "follows event \(previous.seq)"
                } else if let previous, previous.isTerminal {
                    "follows the terminal event"
                } else {
                    nil
                }
            if let fault { throw .invalidEvent(event.seq, of: runID, fault) }
            previous = event
        }
    }
}
