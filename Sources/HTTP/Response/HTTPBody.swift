/// The body of a response as an asynchronous sequence of chunks, for one consumer.
///
/// At most the client's buffer is held in memory: a slow consumer slows the sender down. Dropping the iterator
/// before the end aborts the transfer.
package struct HTTPBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = HTTPError

    private let stream: ResponseStream

    /// The body that a stream carries.
    init(_ stream: ResponseStream) {
        self.stream = stream
    }

    /// A body that is there already, for fakes of `HTTPClient`.
    package init(_ bytes: [UInt8]) {
        stream = ResponseStream(subject: "A prepared body", capacity: bytes.count) { _, _ in }
        if !bytes.isEmpty { _ = stream.receive(bytes) }
        stream.finish(.success(()))
    }

    /// Starts reading. A second iterator throws `HTTPError` with the code `bodyAlreadyConsumed`.
    package func makeAsyncIterator() -> Iterator {
        Iterator(consumer: stream.claim() ? Consumer(stream) : nil)
    }

    /// Reads the chunks in order.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let consumer: Consumer?

        /// The next bytes, never empty; nil at the end.
        package mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(HTTPError) -> [UInt8]? {
            guard let consumer else {
                throw HTTPError(.bodyAlreadyConsumed, "A response's body was read twice; keep its bytes instead")
            }
            return try await consumer.stream.next(isolation: actor)
        }
    }

    /// Notices by its end that the last copy of the iterator is gone.
    fileprivate final class Consumer: Sendable {
        let stream: ResponseStream

        init(_ stream: ResponseStream) {
            self.stream = stream
        }

        deinit {
            stream.abandon()
        }
    }
}
