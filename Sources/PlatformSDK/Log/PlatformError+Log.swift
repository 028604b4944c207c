extension PlatformError {
    /// Nothing is known of a run.
    package static func unknownRun(_ runID: String) -> PlatformError {
        PlatformError(.unknownRun, "No run \(runID) is in the log; begin it with a claim, or check the id.")
    }

    /// Somebody else owns the run.
    package static func notOwner(of runID: String, attempt: Int, owner: Int) -> PlatformError {
        PlatformError(
            .notOwner,
            """
            Attempt \(attempt) does not own the run \(runID), attempt \(owner) does; stop writing, or claim it with a \
            higher one.
            """)
    }

    /// The run has ended.
    package static func runSealed(_ runID: String) -> PlatformError {
        PlatformError(.runSealed, "The run \(runID) has ended and takes no more events; begin a new run.")
    }

    /// A number that does not fit what is stored.
    package static func sequenceGap(in runID: String, _ action: String, lastSeq: Int) -> PlatformError {
        PlatformError(
            .sequenceGap, "In the run \(runID), whose last event is \(lastSeq), the log \(action); read its state anew."
        )
    }

    /// A number that another event has.
    package static func sequenceConflict(in runID: String, seq: Int) -> PlatformError {
        PlatformError(
            .sequenceConflict, "In the run \(runID) another event has the number \(seq) already; read its state anew.")
    }

    /// An event that does not belong into the batch.
    package static func invalidEvent(_ seq: Int, of runID: String, _ fault: String) -> PlatformError {
        PlatformError(.invalidEvent, "Event \(seq) cannot be appended to the run \(runID): it \(fault).")
    }

    /// A queue that holds as much as it may.
    package static func queueFull(_ name: String, capacity: Int) -> PlatformError {
        PlatformError(
            .queueFull, "The queue \(name) holds \(capacity) items that wait for their consumers; try again later.",
            isRetryable: true)
    }

    /// A group that the queue was not made with.
    package static func unknownGroup(_ group: String, of name: String) -> PlatformError {
        PlatformError(.unknownGroup, "The queue \(name) has no consumer group \(group); name it when it is created.")
    }
}
