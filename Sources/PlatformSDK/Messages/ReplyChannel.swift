import Synchronization

/// A bounded queue between the producer of a reply and its one consumer.
///
/// The producer waits in `send` while the elements that nobody has taken yet weigh `limit` or more, so a slow consumer
/// slows the producer down. One task sends, one task receives.
package final class ReplyChannel<Element: Sendable>: Sendable {
    private enum End {
        case finished
        case failed(any Error)
        /// The consumer has let go; nothing is delivered any more.
        case abandoned
    }

    private struct State {
        var elements: [Element] = []
        var weight = 0
        var end: End?
        var consumer: CheckedContinuation<Void, Never>?
        var producer: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let limit: Int
    private let weigh: @Sendable (Element) -> Int

    /// Creates a channel that takes elements while those waiting weigh less than `limit`, in the unit of `weigh`.
    package init(limit: Int, weigh: @escaping @Sendable (Element) -> Int = { _ in 1 }) {
        self.limit = max(1, limit)
        self.weigh = weigh
    }

    /// Hands over an element, waiting for room; returns false when nobody wants it any more.
    ///
    /// A cancelled producer does not wait: its element is dropped and false returned.
    package func send(_ element: Element) async -> Bool {
        while true {
            let accepted: Bool? = state.withLockWaking { state, wakings in
                guard state.end == nil else { return false }
                guard state.weight < limit else { return nil }
                state.elements.append(element)
                state.weight += weigh(element)
                wakings.add(state.consumer.take())
                return true
            }
            if let accepted { return accepted }
            if Task.isCancelled { return false }
            await waitForRoom()
        }
    }

    /// What became of an offered element.
    package enum Offer: Hashable, Sendable {
        /// The consumer will get it.
        case taken
        /// There is no room; the element is dropped.
        case full
        /// Nobody wants it any more.
        case abandoned
    }

    /// Hands over an element without waiting; the last one of a reply is taken without regard to the limit.
    package func offer(_ element: Element, isLast: Bool = false) -> Offer {
        state.withLockWaking { state, wakings in
            guard state.end == nil else { return .abandoned }
            guard isLast || state.weight < limit else { return .full }
            state.elements.append(element)
            state.weight += weigh(element)
            wakings.add(state.consumer.take())
            return .taken
        }
    }

    /// Whether at least half of the room is free.
    package var hasRoom: Bool { state.withLock { $0.weight <= limit / 2 } }

    /// Ends the reply, with an error where there is one; elements sent before are still delivered.
    package func finish(throwing error: (any Error)? = nil) {
        end(error.map { .failed($0) } ?? .finished)
    }

    /// Tells the producer that nobody wants the elements any more, and drops those that wait.
    package func abandon() {
        state.withLockWaking { state, wakings in
            state.elements = []
            state.weight = 0
            if state.end == nil { state.end = .abandoned }
            wakings.add(state.producer.take())
            wakings.add(state.consumer.take())
        }
    }

    /// The next element, or nil after the last; throws the reply's error, or `CancellationError` in a cancelled task.
    package func next() async throws -> Element? {
        while true {
            if Task.isCancelled {
                abandon()
                throw CancellationError()
            }
            let taken: Result<Element?, any Error>? = state.withLockWaking { state, wakings in
                if !state.elements.isEmpty {
                    let element = state.elements.removeFirst()
                    state.weight -= weigh(element)
                    wakings.add(state.producer.take())
                    return .success(element)
                }
                switch state.end {
                case nil: return nil
                case .finished, .abandoned: return .success(nil)
                case .failed(let error):
                    state.end = .finished
                    return .failure(error)
                }
            }
            if let taken { return try taken.get() }
            await waitForElement()
        }
    }

    /// All elements that are there, waiting for the first; nil after the last. Throws as `next` does.
    package func nextBatch() async throws -> [Element]? {
        guard let first = try await next() else { return nil }
        return state.withLockWaking { state, wakings in
            let batch = [first] + state.elements
            state.elements = []
            state.weight = 0
            wakings.add(state.producer.take())
            return batch
        }
    }

    private func end(_ end: End) {
        state.withLockWaking { state, wakings in
            guard state.end == nil else { return }
            state.end = end
            wakings.add(state.producer.take())
            wakings.add(state.consumer.take())
        }
    }

    private func waitForRoom() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLockWaking { state, wakings in
                    if state.end != nil || state.weight < limit || Task.isCancelled {
                        wakings.add(continuation)
                    } else {
                        state.producer = continuation
                    }
                }
            }
        } onCancel: {
            state.withLockWaking { state, wakings in wakings.add(state.producer.take()) }
        }
    }

    private func waitForElement() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLockWaking { state, wakings in
                    if state.end != nil || !state.elements.isEmpty || Task.isCancelled {
                        wakings.add(continuation)
                    } else {
                        state.consumer = continuation
                    }
                }
            }
        } onCancel: {
            state.withLockWaking { state, wakings in wakings.add(state.consumer.take()) }
        }
    }
}
