import Synchronization

/// A flag that one task waits for and any other raises: raised twice before it is seen, it is seen once.
package final class WakeSignal: Sendable {
    private enum State {
        case lowered
        case raised
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.lowered)

    /// Creates a signal that is not raised.
    package init() {}

    /// Whether the signal is raised and nobody has seen it yet.
    package var isRaised: Bool {
        state.withLock { state in
            if case .raised = state { return true }
            return false
        }
    }

    /// Lowers the signal, and says whether it was raised.
    package func lower() -> Bool {
        state.withLock { state in
            guard case .raised = state else { return false }
            state = .lowered
            return true
        }
    }

    /// Wakes who waits, or lets the next wait return at once.
    package func raise() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard case .waiting(let continuation) = state else {
                state = .raised
                return nil
            }
            state = .lowered
            return continuation
        }
        waiter?.resume()
    }

    /// Returns when the signal has been raised, which lowers it, or when the task is cancelled.
    ///
    /// Only one task waits at a time; a second one returns at once.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumes = state.withLock { state -> Bool in
                    switch state {
                    case .lowered where !Task.isCancelled:
                        state = .waiting(continuation)
                        return false
                    case .lowered, .waiting:
                        return true
                    case .raised:
                        state = .lowered
                        return true
                    }
                }
                if resumes { continuation.resume() }
            }
        } onCancel: {
            let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
                guard case .waiting(let continuation) = state else { return nil }
                state = .lowered
                return continuation
            }
            waiter?.resume()
        }
    }

    /// Waits for the signal, but not past an instant of the clock.
    package func wait(until instant: Duration, clock: BridgeClock) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask { try? await clock.sleep(until: instant) }
            await group.next()
            group.cancelAll()
        }
    }
}
