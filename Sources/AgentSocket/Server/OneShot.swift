import PlatformSDK
import Synchronization

/// A value that is set once and awaited by any number of tasks.
final class OneShot<Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, any Error>?
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter = 0
    }

    private let state = Mutex(State())

    /// Sets the value; later calls have no effect.
    func resolve(_ result: Result<Value, any Error>) {
        state.withLockWaking { state, wakings in
            guard state.result == nil else { return }
            state.result = result
            wakings.add(state.waiters.values)
            state.waiters = [:]
        }
    }

    /// The value, once it is set; throws its error, or `CancellationError` when the task is cancelled before.
    func value() async throws -> Value {
        let ticket = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLockWaking { state, wakings in
                    if state.result != nil || Task.isCancelled {
                        wakings.add(continuation)
                    } else {
                        state.waiters[ticket] = continuation
                    }
                }
            }
        } onCancel: {
            state.withLockWaking { state, wakings in wakings.add(state.waiters.removeValue(forKey: ticket)) }
        }
        guard let result = state.withLock({ $0.result }) else { throw CancellationError() }
        return try result.get()
    }
}
