import Synchronization

/// Notices that nothing has come for too long while somebody waited for it.
///
/// Only waiting counts: a reader that is busy elsewhere, as behind a slow consumer, never makes a stall.
final class StallWatch<C: Clock>: Sendable where C.Duration == Duration {
    private let clock: C
    private let limit: Duration
    private let waitingSince = Mutex<C.Instant?>(nil)

    /// Creates a watch whose limit runs on the clock.
    init(clock: C, limit: Duration) {
        self.clock = clock
        self.limit = limit
    }

    /// Somebody waits from now on.
    func beginWait() {
        waitingSince.withLock { $0 = clock.now }
    }

    /// What was waited for has come.
    func endWait() {
        waitingSince.withLock { $0 = nil }
    }

    /// Returns as soon as one wait has lasted longer than the limit; throws `CancellationError` when it is cancelled.
    func untilStalled() async throws {
        while true {
            let start = waitingSince.withLock { $0 } ?? clock.now
            try await clock.sleep(until: start.advanced(by: limit), tolerance: nil)
            // The wait that began at `start` may be over, and another one may have begun.
            if let since = waitingSince.withLock({ $0 }), since.advanced(by: limit) <= clock.now { return }
        }
    }
}
