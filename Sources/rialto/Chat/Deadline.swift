import Synchronization

/// Runs an operation for at most so long; nil where it was not done in time and was cancelled.
func withDeadline<Result: Sendable>(
    _ limit: Duration,
    clock: any Clock<Duration>,
    _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await clock.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}

/// The latest value that a task has left for others.
final class Latest<Value: Sendable>: Sendable {
    private let stored: Mutex<Value>

    /// Starts with a value.
    init(_ value: Value) {
        stored = Mutex(value)
    }

    /// The latest value.
    var value: Value { stored.withLock { $0 } }

    /// Replaces the value.
    func set(_ value: Value) {
        stored.withLock { $0 = value }
    }
}
