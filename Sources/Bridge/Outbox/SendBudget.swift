/// What the account may still send: one bucket over all rooms, with a slot held back for every reply that is still open.
///
/// Only what can wait has to ask for a token: a draft, and an edit that a newer one may overtake. What must go out goes
/// out unless the server has asked for a pause; it takes its token all the same, so that the others make room for it.
package struct SendBudget: Sendable {
    /// The answer to the wish to send something that can wait.
    package enum Grant: Hashable, Sendable {
        /// It may go now; its token is taken.
        case granted
        /// Not before this instant.
        case wait(until: Duration)
    }

    /// How many events may follow each other without a pause.
    package let burst: Double
    /// How many tokens come back in a second.
    package let rate: Double
    /// Until when the server wants nothing at all.
    package private(set) var pausedUntil: Duration = .zero

    private var tokens: Double
    private var updatedAt: Duration = .zero
    private var openReplies = 0

    /// Creates a full bucket.
    ///
    /// - Parameters:
    ///   - burst: How many events may follow each other without a pause; at least 1.
    ///   - rate: How many tokens come back in a second; more than 0.
    package init(burst: Int, rate: Double) {
        self.burst = Double(max(1, burst))
        self.rate = max(0.001, rate)
        tokens = self.burst
    }

    /// Holds a slot back for the end of a reply.
    package mutating func openReply() {
        openReplies += 1
    }

    /// Releases the slot of a reply that is complete.
    package mutating func closeReply() {
        openReplies = max(0, openReplies - 1)
    }

    /// Asks for an event that can wait; one for the end of each open reply is left over.
    package mutating func takeIfSpare(now: Duration) -> Grant {
        refill(now: now)
        guard now >= pausedUntil else { return .wait(until: pausedUntil) }
        let needed = 1 + min(Double(openReplies), burst - 1)
        guard tokens >= needed else {
            return .wait(until: now + .seconds((needed - tokens) / rate) + .milliseconds(1))
        }
        tokens -= 1
        return .granted
    }

    /// Takes the token of an event that must go out, however many are left.
    package mutating func takeForRequiredEvent(now: Duration) {
        refill(now: now)
        tokens = max(0, tokens - 1)
    }

    /// Notes that the server refused an event for its limit: the bucket is empty, and nothing goes out for a while.
    package mutating func limited(retryAfter: Duration, now: Duration) {
        refill(now: now)
        tokens = 0
        pausedUntil = max(pausedUntil, now + retryAfter)
    }

    private mutating func refill(now: Duration) {
        let gained = (now - updatedAt) / .seconds(1) * rate
        updatedAt = max(updatedAt, now)
        if gained > 0 { tokens = min(burst, tokens + gained) }
    }
}
