/// A run's events from a position on, first those that are stored, then each as it is appended.
///
/// It ends after the run's last event. Several iterators are independent of each other; each holds one page at most, and
/// reads the next when the consumer has taken all of it. A reader that has come to the end of what is stored is handed
/// what is appended as long as it keeps up, and reads nothing.
public struct LogTail: AsyncSequence, Sendable {
    public typealias Element = LogFrame
    public typealias Failure = any Error
    /// Reads a page of the run after a position.
    public typealias Read = @Sendable (_ after: LogCursor, _ limit: Int) async throws -> LogPage

    private let runID: String
    private let cursor: LogCursor
    private let pageSize: Int
    private let signals: AppendSignals
    private let read: Read

    /// Creates a sequence over a log that signals the run's id after each change to the run, in the order of the changes,
    /// with the events where the change has appended some.
    public init(
        _ runID: String, after cursor: LogCursor, pageSize: Int = 256, signals: AppendSignals, read: @escaping Read
    ) {
        self.runID = runID
        self.cursor = cursor
        self.pageSize = pageSize
        self.signals = signals
        self.read = read
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            cursor: cursor, pageSize: pageSize, subscription: signals.subscribe(to: runID, keeping: pageSize),
            read: read)
    }

    /// Reads the run for one consumer.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var cursor: LogCursor
        private let pageSize: Int
        private let subscription: AppendSignals.Subscription
        private let read: Read
        private var page: ArraySlice<LogFrame> = []
        private var isEnd = false
        /// Whether all that is stored behind the position has come, or will come, by a signal.
        private var isAtHead = false

        fileprivate init(
            cursor: LogCursor, pageSize: Int, subscription: AppendSignals.Subscription, read: @escaping Read
        ) {
            self.cursor = cursor
            self.pageSize = pageSize
            self.subscription = subscription
            self.read = read
        }

        public mutating func next() async throws -> LogFrame? {
            try await next(isolation: #isolation)
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> LogFrame? {
            while true {
                try Task.checkCancellation()
                if let frame = page.popFirst() { return frame }
                if isEnd { return nil }
                if isAtHead, let events = subscription.take() {
                    if events.isEmpty { try await subscription.next() } else { follow(events) }
                    continue
                }
                subscription.clear()
                let read = try await read(cursor, pageSize)
                page = read.frames[...]
                cursor = read.next
                isEnd = read.isEnd
                isAtHead = page.isEmpty
            }
        }

        /// Takes over those events that come right behind the position. Any others that are new, such as those of a later
        /// owner, who may have dropped some, are for the log to judge.
        private mutating func follow(_ events: [StreamEvent]) {
            var frames: [LogFrame] = []
            for event in events {
                let next = LogCursor(after: event)
                if next.attempt == cursor.attempt, next.seq == cursor.seq + 1 {
                    frames.append(.event(event))
                    cursor = next
                    isEnd = event.isTerminal
                } else if next > cursor {
                    isAtHead = false
                    break
                }
            }
            page = frames[...]
        }
    }
}
