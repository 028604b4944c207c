import Synchronization

/// Tells those who wait for more of something, named by a string, that there is more.
///
/// It holds one entry for each waiting reader and nothing else; a signal is a flag, so many of them cost nothing.
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
    public func subscribe(to name: String) -> Subscription {
        state.withLock { state in
            state.nextID += 1
            let subscription = Subscription(signals: self, name: name, id: state.nextID)
            state.subscriptions[name, default: [:]][state.nextID] = WeakSubscription(subscription: subscription)
            return subscription
        }
    }

    /// Wakes everybody who waits for this name.
    public func signal(_ name: String) {
        // Collected first: a subscription that is released inside the lock would ask for it again.
        let listening = state.withLock { $0.subscriptions[name]?.values.compactMap(\.subscription) ?? [] }
        for subscription in listening { subscription.signal() }
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
        }

        private let signals: AppendSignals
        private let name: String
        private let id: Int
        private let wait = Mutex(Wait())

        fileprivate init(signals: AppendSignals, name: String, id: Int) {
            self.signals = signals
            self.name = name
            self.id = id
        }

        deinit { signals.remove(name, id) }

        /// Forgets the signals so far: to be called before looking whether there is more.
        public func clear() {
            wait.withLock { $0.isSignalled = false }
        }

        /// Waits for a signal since the last `clear`; one task waits at a time.
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

        fileprivate func signal() {
            let waiting = wait.withLock { wait in
                wait.isSignalled = true
                return wait.waiting.take()
            }
            waiting?.resume()
        }
    }
}
