import Foundation

/// The bridge's view of time: a monotonic one to pace by, and the wall clock to date records with.
package struct BridgeClock: Sendable {
    private let elapsed: @Sendable () -> Duration
    private let pause: @Sendable (Duration) async throws -> Void
    private let wall: @Sendable () -> Int64

    /// Reads a clock; tests hand in one that they move themselves.
    ///
    /// - Parameters:
    ///   - clock: The monotonic clock.
    ///   - milliseconds: The wall clock, in milliseconds since 1970.
    package init<C: Clock<Duration>>(
        _ clock: C = ContinuousClock(),
        milliseconds: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }
    ) {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        pause = { try await clock.sleep(for: $0) }
        wall = milliseconds
    }

    /// The time since the bridge was made.
    package var now: Duration { elapsed() }

    /// The wall clock, in milliseconds since 1970.
    package var milliseconds: Int64 { wall() }

    /// Waits; throws `CancellationError` when its task is cancelled.
    package func sleep(for duration: Duration) async throws {
        guard duration > .zero else { return try Task.checkCancellation() }
        try await pause(duration)
    }

    /// Waits until `now` has reached an instant.
    package func sleep(until instant: Duration) async throws {
        try await sleep(for: instant - now)
    }

    /// The result of an operation, or nil when it takes longer than the limit or fails; it is cancelled then.
    package func limited<Value: Sendable>(
        to limit: Duration,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { try? await operation() }
            group.addTask {
                try? await sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
