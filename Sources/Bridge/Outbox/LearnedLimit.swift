/// What the homeserver allows the account, as far as its answers have told: a bucket of tokens that fills at a rate.
///
/// It starts from a guess. An event that is accepted although the bucket was empty proves the guess too low; a 429 tells how
/// many tokens there are at that moment, and with the events since the 429 before it, how fast they come back. A guess that
/// nothing has disproved is put to the test only after edits have waited for long: a refused test can hold up the end of a
/// reply, so it may cost no more than a fraction of the time that was spent waiting.
package struct LearnedLimit: Sendable {
    /// The most that is ever assumed, in events a second; more is of no use to any number of replies that people read.
    package static let maximumRate = 50.0
    /// The least that is ever assumed, in events a second.
    package static let minimumRate = 0.01

    private static let maximumBurst = 200.0
    private static let minimumBurst = 3.0
    /// From this level on, tokens may be missing because the bucket cannot hold them, and not because they come slowly.
    private static let smallestDoubtfulLevel = 4.0
    /// By how much the own clock and the network may blur the count.
    private static let tolerance = 0.3
    /// The tokens that are left for an edit that tests the limit: few enough to find it, and a refusal costs little.
    private static let testLevel = 0.5
    /// How many times longer than a refused test may delay the ends of replies edits have to have waited before it.
    private static let patience = 8.0
    private static let longestPatience = 3_600.0

    /// How many events may follow each other without a pause.
    package private(set) var burst: Double
    /// How many tokens come back in a second.
    package private(set) var rate: Double
    /// The tokens that are there; negative after more was sent than the limit is thought to allow.
    package private(set) var level: Double
    /// Until when the server wants nothing at all.
    package private(set) var pausedUntil: Duration = .zero
    /// Whether the server has said how little is left, and the bucket has not recovered since.
    package private(set) var isExhausted = false
    /// Whether edits may test the limit.
    package private(set) var isTesting = false

    /// A moment at which the server had exactly one token, and what it has accepted since.
    private struct Anchor {
        var instant: Duration
        var accepted = 0
    }

    private var updatedAt: Duration = .zero
    private var highestLevel: Double
    private var anchor: Anchor?
    private var rateBeforeRaise: Double?
    private var step: Double?
    private var waited = 0.0
    private var lastWaitAt: Duration = .zero
    private var refusedTests = 0

    /// Creates a full bucket.
    ///
    /// - Parameters:
    ///   - burst: How many events may follow each other without a pause; at least 1.
    ///   - rate: How many tokens come back in a second; more than 0.
    package init(burst: Int, rate: Double) {
        self.burst = Double(max(1, burst))
        self.rate = max(0.001, rate)
        level = self.burst
        highestLevel = self.burst
    }

    /// Lets the tokens come back that are due.
    package mutating func refill(now: Duration) {
        let gained = (now - updatedAt) / .seconds(1) * rate
        updatedAt = max(updatedAt, now)
        if gained > 0 { level = min(burst, level + gained) }
        highestLevel = max(highestLevel, level)
        if level >= min(2, burst) { isExhausted = false }
        // What a full bucket cannot take is lost, and would make the server look slower than it is.
        if level >= burst { anchor = nil }
    }

    /// Takes a token, also where none is left.
    package mutating func take() {
        level -= 1
    }

    /// When the bucket will hold this many tokens.
    package func instant(ofLevel wanted: Double, now: Duration) -> Duration {
        guard level < wanted else { return now }
        return now + .seconds((wanted - level) / rate) + .milliseconds(1)
    }

    /// Whether an edit may go out while `reserve` tokens are kept for the ends of replies.
    package mutating func hasSpare(beyond reserve: Double) -> Bool {
        if level >= 1 + reserve {
            isTesting = false
            return true
        }
        return isTesting && level >= Self.testLevel
    }

    /// The tokens that an edit waits for.
    package func levelForEdit(beyond reserve: Double) -> Double {
        isTesting ? Self.testLevel : 1 + reserve
    }

    /// Notes that an edit has to wait; after enough of it the limit is tested.
    package mutating func noteWaiting(reserve: Double, now: Duration) {
        // A test delays every end that a token is held back for, so time counts the less the more of them there are.
        waited += min(max(0, (now - lastWaitAt) / .seconds(1)), 1) / max(1, reserve)
        lastWaitAt = now
        guard !isExhausted, !isTesting, now >= pausedUntil else { return }
        let needed = Self.patience / rate
        let backoff = Double(1 << min(2 * refusedTests, 20))
        if waited >= max(needed, min(needed * backoff, Self.longestPatience)) { isTesting = true }
    }

    /// Notes that the server has accepted an event whose token was taken.
    ///
    /// - Parameter underWay: How many more events have their token but no answer yet; they prove nothing.
    package mutating func accepted(underWay: Int, now: Duration) {
        refill(now: now)
        anchor?.accepted += 1
        guard level + Double(underWay) < -Self.tolerance else { return }
        raise()
    }

    /// Notes that the server has refused an event whose token was taken: nothing goes out for a while.
    package mutating func refused(retryAfter: Duration, underWay: Int, now: Duration) {
        refill(now: now)
        let seconds = max(0.001, retryAfter / .seconds(1))
        let expected = level + Double(underWay) + 1
        let known = rate
        rate = max(Self.minimumRate, min(rate, 1 / seconds, measuredRate(until: now + retryAfter) ?? .infinity))
        // At the end of the pause there is one token.
        let actual = 1 - seconds * rate
        // With the rate confirmed, what is missing never fitted into the bucket. The first refusal proves nothing: how full
        // the bucket was when the program started is not known.
        if step != nil, highestLevel >= Self.smallestDoubtfulLevel, rate >= known * 0.95, expected >= 1 {
            burst = min(burst, max(Self.minimumBurst, (highestLevel - (expected - actual)).rounded()))
        }
        level = min(actual, burst)
        highestLevel = level
        if anchor?.accepted != 0 { anchor = Anchor(instant: now + retryAfter) }
        if isTesting { refusedTests += 1 }
        pausedUntil = max(pausedUntil, now + retryAfter)
        isExhausted = true
        isTesting = false
        waited = 0
        rateBeforeRaise = nil
        step = rate / 4
    }

    /// The rate between the last refusal and this one; after a raise without any, the one that was known to be good.
    private func measuredRate(until instant: Duration) -> Double? {
        guard let anchor, highestLevel < Self.smallestDoubtfulLevel else { return rateBeforeRaise }
        let seconds = (instant - anchor.instant) / .seconds(1)
        guard anchor.accepted > 0, seconds > 0 else { return nil }
        return Double(anchor.accepted) / seconds
    }

    /// The server allows more than was thought: quickly more until it has refused for the first time, then step by step.
    private mutating func raise() {
        rateBeforeRaise = rate
        rate = max(rate, min(Self.maximumRate, step.map { rate + $0 } ?? rate * 2))
        burst = max(burst, min(Self.maximumBurst, burst + 1))
        level = 0
        waited = 0
        refusedTests = 0
    }
}
