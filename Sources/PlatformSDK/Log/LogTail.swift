/// A run's events from a position on, first those that are stored, then each as it is appended.
///
/// It ends after the run's last event. Several iterators are independent of each other; each holds one page at most, and
/// reads the next when the consumer has taken all of it.
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

    /// Creates a sequence over a log that signals the run's id after each change to the run.
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
            cursor: cursor, pageSize: pageSize, subscription: signals.subscribe(to: runID), read: read)
    }

    /// Reads the run for one consumer.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var cursor: LogCursor
        private let pageSize: Int
        private let subscription: AppendSignals.Subscription
        private let read: Read
        private var page: ArraySlice<LogFrame> = []
        private var isEnd = false

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
                subscription.clear()
                let read = try await read(cursor, pageSize)
                page = read.frames[...]
                cursor = read.next
                isEnd = read.isEnd
                if page.isEmpty, !isEnd { try await subscription.next() }
            }
        }
    }
}
