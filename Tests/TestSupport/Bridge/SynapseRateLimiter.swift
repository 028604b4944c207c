/// Synapse's limit of an account's events: a leaky bucket, which refused events do not fill.
package struct SynapseRateLimiter: Sendable {
    /// How many events a second leak away.
    package let rate: Double
    /// How many events fit.
    package let burst: Double

    private var count = 0.0
    private var startedAt = 0.0

    /// Creates an empty bucket; Synapse's own settings unless given.
    package init(rate: Double = 0.2, burst: Int = 10) {
        self.rate = rate
        self.burst = Double(burst)
    }

    /// Takes an event, or tells how long to wait until it would be taken.
    package mutating func retryAfter(_ now: Duration) -> Duration? {
        let now = now / .seconds(1)
        var performed = count - (now - startedAt) * rate
        if performed < 0 {
            performed = 0
            count = 0
            startedAt = now
        }
        guard performed > burst - 1 else {
            count += 1
            return nil
        }
        let allowedAt = startedAt + (count - burst + 1) / rate
        return .seconds(max(0, allowedAt - now))
    }
}
