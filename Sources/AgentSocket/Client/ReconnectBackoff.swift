/// How long to wait before the next attempt to connect: exponential with jitter, so that many bridges do not come back
/// at the same moment.
package struct ReconnectBackoff: Hashable, Sendable {
    /// The upper bound of the first delay.
    package var first: Duration
    /// The upper bound of every delay.
    package var maximum: Duration

    /// Creates a backoff.
    package init(first: Duration = .milliseconds(250), maximum: Duration = .seconds(30)) {
        self.first = first
        self.maximum = maximum
    }

    /// The delay after so many failures in a row, from 1; `jitter` from 0 to 1 picks it from the bound's upper half.
    package func delay(afterFailures failures: Int, jitter: Double) -> Duration {
        // Past 2^20 every sensible bound has reached the maximum.
        let bound = min(maximum, first * (1 << min(max(failures, 1) - 1, 20)))
        return bound * (0.5 + 0.5 * min(max(jitter, 0), 1))
    }
}
