/// What a reader of a run's events gets.
public enum LogFrame: Sendable, Equatable {
    /// The next event.
    case event(StreamEvent)
    /// The reader's position is no longer in the log: forget what was read of the run, take this instead, and go on.
    case reset(RunSnapshot)

    /// The position after this frame.
    public var cursor: LogCursor {
        switch self {
        case .event(let event): LogCursor(after: event)
        case .reset(let snapshot): snapshot.asOf
        }
    }
}

/// A run's response as its events up to a position have made it.
public struct RunSnapshot: Sendable, Equatable {
    /// The response.
    public let response: Response
    /// The position of the last event that is in it.
    public let asOf: LogCursor

    /// Creates a snapshot.
    public init(response: Response, asOf: LogCursor) {
        self.response = response
        self.asOf = asOf
    }
}

/// A bounded piece of a run's events.
public struct LogPage: Sendable, Equatable {
    /// The frames, in order; only the first can be a reset.
    public let frames: [LogFrame]
    /// The position to read on from.
    public let next: LogCursor
    /// True when nothing will ever follow this page.
    public let isEnd: Bool

    /// Creates a page.
    public init(frames: [LogFrame], next: LogCursor, isEnd: Bool) {
        self.frames = frames
        self.next = next
        self.isEnd = isEnd
    }
}

/// Who owns a run, and how far it has come.
public struct RunState: Sendable, Equatable {
    /// The run.
    public let runID: String
    /// The attempt that owns the run.
    public let attempt: Int
    /// The number of the last event; zero while there is none.
    public let lastSeq: Int
    /// True when the run takes no more events.
    public let isSealed: Bool

    /// Creates a state.
    public init(runID: String, attempt: Int, lastSeq: Int, isSealed: Bool) {
        self.runID = runID
        self.attempt = attempt
        self.lastSeq = lastSeq
        self.isSealed = isSealed
    }

    /// The position of a reader that has seen all so far.
    public var head: LogCursor { LogCursor(attempt: attempt, seq: lastSeq) }
}
