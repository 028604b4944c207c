import Synchronization

/// Tells those who wait for more of something, named by a string, that there is more; and what, where they want to know.
///
/// It holds one entry for each waiting reader. A signal is a flag, so many of them cost nothing; the events that come with
/// signals are kept for a reader up to its limit, and past it the reader is told to look for itself.
public final class AppendSignals: Sendable {
    private struct State {
        var subscriptions: [String: [Int: WeakSubscription]] = [:]
        var nextID = 0
    }

    private struct WeakSubscription {
        weak var subscription: Subscription?
    }

    private let state = Mutex(State())

    /// Creates signals that nobody waits for.
    public init() {}

    /// How many subscriptions there are.
    package var subscriptionCount: Int {
        state.withLock { $0.subscriptions.values.reduce(0) { $0 + $1.count } }
    }

    /// Begins to listen; subscribe, then look, then wait, and nothing in between is missed.
    ///
    /// - Parameter limit: The events that are kept for `take` at most.
    public func subscribe(to name: String, keeping limit: Int = 0) -> Subscription {
        state.withLock { state in
            state.nextID += 1
            let subscription = Subscription(signals: self, name: name, id: state.nextID, limit: limit)
            state.subscriptions[name, default: [:]][state.nextID] = WeakSubscription(subscription: subscription)
            return subscription
        }
    }

    /// Wakes everybody who waits for this name.
    ///
    /// - Parameter events: All that there is more, in its order; empty where who is woken has to look.
    public func signal(_ name: String, events: [StreamEvent] = []) {
        // Collected first: a subscription that is released inside the lock would ask for it again.
        let listening = state.withLock { $0.subscriptions[name]?.values.compactMap(\.subscription) ?? [] }
        for subscription in listening { subscription.signal(events) }
    }

    private func remove(_ name: String, _ id: Int) {
        state.withLock { state in
            state.subscriptions[name]?[id] = nil
            if state.subscriptions[name]?.isEmpty == true { state.subscriptions[name] = nil }
        }
    }

    /// One reader's interest in a name; it ends when it is released.
    public final class Subscription: Sendable {
        private struct Wait {
            var isSignalled = false
            var waiting: CheckedContinuation<Void, Never>?
            /// The events of the signals since the last look; nil where those are not all that there is more.
            var events: [StreamEvent]?
        }

        private let signals: AppendSignals
        private let name: String
        private let id: Int
        private let limit: Int
        private let wait = Mutex(Wait())

        fileprivate init(signals: AppendSignals, name: String, id: Int, limit: Int) {
            self.signals = signals
            self.name = name
            self.id = id
            self.limit = limit
        }

        deinit { signals.remove(name, id) }

        /// Forgets the signals so far: to be called before looking whether there is more.
        public func clear() {
            wait.withLock { wait in
                wait.isSignalled = false
                wait.events = []
            }
        }

        /// Takes the events since the last `clear` or `take`; nil where there may be more than those, so that one has to
        /// look.
        public func take() -> [StreamEvent]? {
            wait.withLock { wait in
                guard let events = wait.events else { return nil }
                wait.isSignalled = false
                wait.events = []
                return events
            }
        }

        /// Waits for a signal since the last `clear` or `take`; one task waits at a time.
        ///
        /// - Throws: `CancellationError`.
        public func next() async throws {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isOver = wait.withLock { wait in
                        if wait.isSignalled || Task.isCancelled { return true }
                        wait.waiting = continuation
                        return false
                    }
                    if isOver { continuation.resume() }
                }
            } onCancel: {
                wait.withLock { $0.waiting.take() }?.resume()
            }
            try Task.checkCancellation()
        }

        fileprivate func signal(_ events: [StreamEvent]) {
            let waiting = wait.withLock { wait in
                wait.isSignalled = true
                if let kept = wait.events?.count, !events.isEmpty, kept + events.count <= limit {
                    wait.events?.append(contentsOf: events)
                } else {
                    wait.events = nil
                }
                return wait.waiting.take()
            }
            waiting?.resume()
        }
    }
}
