/// Decides which event of the account goes out when: one learned limit over all rooms, with a slot held back for the end of
/// every open reply.
///
/// First texts and edits can wait: the next spare slot goes to the first text that has waited longest, and then to the edit
/// that has; edits also leave a few slots for the replies that come next. With more open replies than the bucket has tokens
/// for, nothing goes out before the ends but what would flow over, and that only after it has done so for long.
/// What must go out goes out at once, unless the server has refused something and the bucket is still as empty as it said;
/// then it goes in its order.
package struct SendBudget: Sendable {
    /// The answer to the wish to send something.
    package enum Grant: Hashable, Sendable {
        /// It may go now; its token is taken, and its outcome has to be told.
        case granted
        /// Ask again at this instant.
        case wait(until: Duration)
    }

    /// A place in the order of the events that must go out.
    package struct Ticket: Hashable, Sendable {
        fileprivate let number: Int
    }

    private struct Waiting {
        var replyID: String
        var isFirstText: Bool
        var asksAgainAt: Duration
    }

    /// The longest time until a wish is looked at again: slots may come free earlier than was foreseen.
    private static let longestWait: Duration = .milliseconds(250)
    /// Who does not ask again for so long has lost interest.
    private static let grace: Duration = .seconds(1)
    /// How long the outcome of one event is waited for before another goes out beyond the limit.
    private static let longestFlight: Duration = .seconds(2)
    /// The slots that edits leave for replies that are not open yet: a first text, an end, and one more end.
    private static let slotsForNewReplies = 3.0
    /// How many tokens have to have flown over before one is worth the delay of all ends that it may cause.
    private static let overflowPatience = 4.0

    /// How full the bucket has to be for what nobody waits for.
    private static let backgroundLevel = 0.8

    /// What is known of the server's limit.
    package private(set) var limit: LearnedLimit

    private var openReplies: Set<String> = []
    private var waiting: [Waiting] = []
    private var tickets: [Ticket] = []
    private var nextTicket = 0
    private var underWay = 0
    private var lastTakenAt: Duration = .zero
    private var lastAskAt: Duration = .zero
    private var overflowTime: Duration = .zero

    /// Creates a full bucket, of the size and rate that are assumed until the server says otherwise.
    ///
    /// - Parameters:
    ///   - burst: How many events may follow each other without a pause; at least 1.
    ///   - rate: How many tokens come back in a second; more than 0.
    package init(burst: Int, rate: Double) {
        limit = LearnedLimit(burst: burst, rate: rate)
    }

    /// Until when the server wants nothing at all.
    package var pausedUntil: Duration { limit.pausedUntil }

    /// Holds a slot back for the end of a reply.
    package mutating func openReply(_ replyID: String) {
        openReplies.insert(replyID)
        if !isOverloaded { overflowTime = .zero }
    }

    /// Releases the slot of a reply that is complete.
    package mutating func closeReply(_ replyID: String) {
        openReplies.remove(replyID)
        if !isOverloaded { overflowTime = .zero }
        withdrawEdit(of: replyID)
    }

    /// Asks for a text of an open reply that is not its end.
    ///
    /// - Parameter isFirstText: Whether the reply shows nothing yet: such a text goes before all edits.
    package mutating func askForEdit(of replyID: String, isFirstText: Bool = false, now: Duration) -> Grant {
        limit.refill(now: now)
        noteOverflow(now: now)
        waiting.removeAll { $0.asksAgainAt + Self.grace < now }
        let rank = rank(of: replyID, isFirstText: isFirstText)
        guard now >= pausedUntil else { return wait(for: replyID, isFirstText, rank: rank, until: pausedUntil) }
        let reserve = reserve(isFirstText: isFirstText)
        if rank == 0, tickets.isEmpty, limit.hasSpare(beyond: reserve) {
            waiting.removeAll { $0.replyID == replyID }
            take(now: now)
            return .granted
        }
        limit.noteWaiting(reserve: min(Double(openReplies.count), limit.burst), now: now)
        let level = limit.levelForEdit(beyond: reserve) + Double(rank)
        let instant = max(limit.instant(ofLevel: level, now: now), now + .milliseconds(20))
        return wait(for: replyID, isFirstText, rank: rank, until: min(instant, now + Self.longestWait))
    }

    /// Gives up a reply's place among those that wait for an edit.
    package mutating func withdrawEdit(of replyID: String) {
        waiting.removeAll { $0.replyID == replyID }
    }

    /// Asks for something that nobody waits for: it goes while no reply is open, nothing else waits, and the bucket is all
    /// but full, so that the next reply finds it as it would have been.
    package mutating func askInBackground(now: Duration) -> Grant {
        limit.refill(now: now)
        waiting.removeAll { $0.asksAgainAt + Self.grace < now }
        guard now >= pausedUntil else { return .wait(until: pausedUntil) }
        let wanted = max(1, limit.burst * Self.backgroundLevel)
        let instant = limit.instant(ofLevel: wanted, now: now)
        guard openReplies.isEmpty, waiting.isEmpty, tickets.isEmpty, underWay == 0 else {
            return .wait(until: max(instant, now + .seconds(1)))
        }
        guard limit.level >= wanted else { return .wait(until: instant) }
        take(now: now)
        return .granted
    }

    /// Takes a place in the order of the events that must go out; it is held until it is granted or given up.
    package mutating func ticket() -> Ticket {
        nextTicket += 1
        let ticket = Ticket(number: nextTicket)
        tickets.append(ticket)
        return ticket
    }

    /// Gives up a place.
    package mutating func giveUp(_ ticket: Ticket) {
        tickets.removeAll { $0 == ticket }
    }

    /// Asks for an event that must go out.
    package mutating func ask(for ticket: Ticket, now: Duration) -> Grant {
        limit.refill(now: now)
        guard now >= pausedUntil else { return .wait(until: pausedUntil) }
        if limit.level < 1 {
            if limit.isExhausted {
                let rank = Double(tickets.firstIndex(of: ticket) ?? 0)
                let instant = max(limit.instant(ofLevel: 1 + rank, now: now), now + .milliseconds(1))
                return .wait(until: min(instant, now + Self.longestWait))
            }
            // Beyond the limit, each waits for the outcome of the one before: one refusal tells enough.
            guard underWay == 0 || now >= lastTakenAt + Self.longestFlight else {
                return .wait(until: now + .milliseconds(20))
            }
        }
        guard tickets.first == ticket else { return .wait(until: now + .milliseconds(5)) }
        giveUp(ticket)
        take(now: now)
        return .granted
    }

    /// Counts an event that the account sends by other ways, such as a join: servers count it as well.
    package mutating func countEvent(now: Duration) {
        limit.refill(now: now)
        limit.take()
    }

    /// Notes that an event that was granted has reached the server.
    package mutating func accepted(now: Duration) {
        underWay = max(0, underWay - 1)
        limit.accepted(underWay: underWay, now: now)
    }

    /// Notes that the server has refused an event for its limit.
    package mutating func refused(retryAfter: Duration, now: Duration) {
        underWay = max(0, underWay - 1)
        limit.refused(retryAfter: retryAfter, underWay: underWay, now: now)
    }

    /// Notes that an event that was granted failed for another reason; whether it counted is not known.
    package mutating func failed() {
        underWay = max(0, underWay - 1)
    }

    /// Whether the ends of the open replies need more tokens than the bucket holds beside an edit.
    private var isOverloaded: Bool { Double(openReplies.count) > limit.burst - 1 }

    /// The tokens that have to be left after a text that is not an end.
    ///
    /// In an overload a token that is taken delays the last end by the time that it takes to come back. One that flows over
    /// anyway does so by less, and it is taken only after such a delay has become short in comparison.
    private func reserve(isFirstText: Bool) -> Double {
        guard !isOverloaded else {
            let hasPatienceEnded = overflowTime >= .seconds(Self.overflowPatience / limit.rate)
            return hasPatienceEnded ? limit.burst - 1 : Double(openReplies.count)
        }
        let slotsForNewReplies = isFirstText ? 0 : min(Self.slotsForNewReplies, (limit.burst / 3).rounded(.down))
        return min(Double(openReplies.count) + slotsForNewReplies, limit.burst - 1)
    }

    /// Counts the time in which edits waited while the bucket was full.
    private mutating func noteOverflow(now: Duration) {
        if isOverloaded, limit.level >= limit.burst { overflowTime += min(now - lastAskAt, Self.grace) }
        lastAskAt = now
    }

    private func rank(of replyID: String, isFirstText: Bool) -> Int {
        waiting.firstIndex { $0.replyID == replyID }
            ?? (isFirstText ? waiting.firstIndex { !$0.isFirstText } : nil)
            ?? waiting.count
    }

    private mutating func take(now: Duration) {
        limit.take()
        underWay += 1
        lastTakenAt = now
    }

    private mutating func wait(
        for replyID: String,
        _ isFirstText: Bool,
        rank: Int,
        until instant: Duration
    ) -> Grant {
        if rank < waiting.count, waiting[rank].replyID == replyID {
            waiting[rank].asksAgainAt = instant
        } else {
            let place = Waiting(replyID: replyID, isFirstText: isFirstText, asksAgainAt: instant)
            waiting.insert(place, at: rank)
        }
        return .wait(until: instant)
    }
}
