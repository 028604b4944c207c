/// The elements of one reply, pulled one at a time by one consumer, so that a slow consumer slows its producer.
///
/// The producer is told when the consumer lets go of the sequence before its end: through task cancellation, or when the
/// last reference is released.
public struct ReplySequence<Element: Sendable>: AsyncSequence, Sendable {
    public typealias Failure = any Error

    private let source: Source

    /// Creates a sequence from a function that returns the next element, and nil after the last.
    ///
    /// - Parameters:
    ///   - next: Called by the consumer's task, never twice at once.
    ///   - release: Called once, when nobody holds the sequence any more.
    public init(
        next: @escaping @Sendable () async throws -> Element?,
        release: @escaping @Sendable () -> Void = {}
    ) {
        self.source = Source(next: next, release: release)
    }

    /// The same sequence with each element turned into others.
    public func map<Output: Sendable>(
        _ transform: @escaping @Sendable (Element) -> Output
    ) -> ReplySequence<Output> {
        let source = source
        return ReplySequence<Output>(next: { try await source.next().map(transform) })
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(source: source)
    }

    /// Hands the elements to the consumer.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let source: Source

        public mutating func next() async throws -> Element? {
            try await source.next()
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Element? {
            try await source.next()
        }
    }

    fileprivate final class Source: Sendable {
        let next: @Sendable () async throws -> Element?
        private let release: @Sendable () -> Void

        init(next: @escaping @Sendable () async throws -> Element?, release: @escaping @Sendable () -> Void) {
            self.next = next
            self.release = release
        }

        deinit { release() }
    }
}
