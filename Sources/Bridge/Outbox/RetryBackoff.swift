/// The waits between attempts at something that must succeed: they double up to a limit, and are spread by chance so
/// that many who failed together do not come back together.
package struct RetryBackoff: Sendable {
    private let first: Duration
    private let limit: Duration
    private var attempt = 0

    /// Creates a sequence of waits.
    package init(first: Duration = .milliseconds(500), limit: Duration = .seconds(30)) {
        self.first = first
        self.limit = limit
    }

    /// The next wait: between half and all of the doubled time.
    package mutating func next(random: Double = Double.random(in: 0..<1)) -> Duration {
        let doubled = first * (1 << min(attempt, 16))
        attempt += 1
        return min(limit, doubled) * (0.5 + random / 2)
    }

    /// Begins again with the first wait, after a success.
    package mutating func reset() {
        attempt = 0
    }
}
