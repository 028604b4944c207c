package import Bridge
import MatrixAPI

/// Replies that stream through one budget to a simulated homeserver, in virtual time: the decisions are the bridge's own.
package struct ReplySimulation: Sendable {
    /// How the answers of the agent come.
    package struct Load: Sendable {
        /// How many replies there are.
        package var replies: Int
        /// How many chunks each has.
        package var chunks: Int
        /// The time between two chunks.
        package var pace: Duration
        /// How the replies follow each other.
        package var order: Order

        /// Creates a load: by default 20 chunks a second for ten seconds, all replies at once.
        package init(
            replies: Int,
            chunks: Int = 200,
            pace: Duration = .milliseconds(50),
            order: Order = .atOnce
        ) {
            self.replies = replies
            self.chunks = chunks
            self.pace = pace
            self.order = order
        }
    }

    /// How replies follow each other.
    package enum Order: Hashable, Sendable, CaseIterable {
        /// All are asked for and answered at once.
        case atOnce
        /// Each is asked for when the room shows the end of the one before.
        case inARow
        /// All are asked for at once, and the agent answers one after the other.
        case queued
    }

    /// What became of a reply.
    package struct Outcome: Hashable, Sendable {
        /// The time from the first chunk to the first text that the room shows.
        package var firstText: Duration = .zero
        /// The time from the last chunk to the end that the room shows.
        package var ending: Duration = .zero
        /// When each draft or edit before the end was taken.
        package var edits: [Duration] = []
        /// When the last chunk came.
        package var endedAt: Duration = .zero
    }

    /// What became of all.
    package struct Result: Sendable {
        /// One for each reply that has ended, in the order of the replies.
        package var outcomes: [Outcome] = []
        /// How many events the server refused.
        package var refused = 0
        /// How many events the server took.
        package var accepted = 0

        fileprivate var limiter: SynapseRateLimiter?

        fileprivate init(limiter: SynapseRateLimiter?) {
            self.limiter = limiter
        }

        /// The longest time from a last chunk to the end that the room shows, had nothing been sent but the ends.
        package var leastEnding: Duration {
            var limiter = limiter
            return outcomes.map(\.endedAt).sorted().reduce(.zero) { slowest, endedAt in
                var now = endedAt
                while let pause = limiter?.retryAfter(now) { now += pause + .milliseconds(1) }
                return max(slowest, now - endedAt)
            }
        }

        /// The longest time that a first text took.
        package var slowestFirstText: Duration { outcomes.map(\.firstText).max() ?? .zero }
        /// The longest time from a last chunk to the end that the room shows.
        package var slowestEnding: Duration { outcomes.map(\.ending).max() ?? .zero }
        /// The drafts and edits of all.
        package var edits: Int { outcomes.reduce(0) { $0 + $1.edits.count } }
    }

    /// The budget, which keeps what it has learned from one load to the next.
    package private(set) var budget: SendBudget

    private static let tick: Duration = .milliseconds(10)
    private static let answerTime: Duration = .milliseconds(20)
    /// Synapse sits on a refusal for a moment.
    private static let refusalTime: Duration = .milliseconds(520)

    private var limiter: SynapseRateLimiter?
    private let policy: EditPolicy
    private var now: Duration = .zero
    private var replyCount = 0

    /// Creates a simulation.
    ///
    /// - Parameter limiter: The server's limit; nil for none.
    package init(limiter: SynapseRateLimiter?, budget: SendBudget, policy: EditPolicy = EditPolicy()) {
        self.limiter = limiter
        self.budget = budget
        self.policy = policy
    }

    /// Lets time pass in which nobody asks anything.
    package mutating func rest(for duration: Duration) {
        now += duration
    }

    /// Streams a load until all its replies have ended, or for two hours.
    package mutating func run(_ load: Load) -> Result {
        var result = Result(limiter: limiter)
        var replies: [Reply] = []
        let limit = now + .seconds(7_200)
        while now < limit, replies.count < load.replies || replies.contains(where: { !$0.isDone }) {
            let opens = load.order == .inARow ? (replies.last?.isDone ?? true ? 1 : 0) : load.replies
            for _ in 0..<min(opens, load.replies - replies.count) { replies.append(open(load)) }
            let isAnswering = replies.contains { $0.startedAt != nil && $0.chunks < load.chunks }
            let starts = load.order == .queued ? (isAnswering ? 0 : 1) : load.replies
            for index in replies.indices.filter({ replies[$0].startedAt == nil }).prefix(starts) {
                replies[index].startedAt = now
            }
            for index in replies.indices where !replies[index].isDone { step(&replies[index], &result) }
            now = max(now + Self.tick, replies.compactMap(\.nextStepAt).min() ?? .zero)
        }
        result.outcomes = replies.filter(\.isDone).map(\.outcome)
        return result
    }

    private struct Request {
        var plan: ReplyStateMachine.Plan
        var ticket: SendBudget.Ticket?
        var asksAt: Duration = .zero
        var answersAt: Duration?
        var retryAfter: Duration?
    }

    private struct Reply {
        let id: String
        let load: Load
        var startedAt: Duration?
        var machine: ReplyStateMachine
        var request: Request?
        var asksAt: Duration? = .zero
        var chunks = 0
        var outcome = Outcome()
        var isDone = false

        /// When there is something to do; nil where that is at once, or depends on other replies.
        var nextStepAt: Duration? {
            guard !isDone, let startedAt else { return nil }
            let nextChunkAt = chunks < load.chunks ? startedAt + load.pace * Double(chunks + 1) : .seconds(Int.max)
            let ownStepAt = request.map { $0.ticket != nil ? $0.asksAt : $0.answersAt ?? .zero } ?? asksAt
            return min(nextChunkAt, ownStepAt ?? .seconds(Int.max))
        }
    }

    private mutating func open(_ load: Load) -> Reply {
        replyCount += 1
        let id = "turn-\(replyCount)"
        budget.openReply(id)
        let splitter = ReplySplitter(maximumCost: 20_000) { $0.utf8.count }
        let machine = ReplyStateMachine(policy: policy, splitter: splitter, retiredText: "-", refusedText: "?")
        return Reply(id: id, load: load, machine: machine)
    }

    private mutating func step(_ reply: inout Reply, _ result: inout Result) {
        guard let startedAt = reply.startedAt else { return }
        let chunks = min(reply.load.chunks, Int((now - startedAt) / reply.load.pace))
        if chunks > reply.chunks {
            reply.chunks = chunks
            let text = String(repeating: "tide ", count: chunks)
            reply.machine.update(text, now: now)
            reply.asksAt = reply.asksAt ?? now
            if chunks == reply.load.chunks {
                reply.machine.finish(text)
                reply.asksAt = now
                reply.outcome.endedAt = now
            }
        }
        if let request = reply.request { return follow(request, of: &reply, &result) }
        guard let asksAt = reply.asksAt, now >= asksAt else { return }
        switch reply.machine.next(now: now) {
        case .wait(let instant): reply.asksAt = instant
        case .idle: reply.asksAt = nil
        case .done:
            reply.isDone = true
            budget.closeReply(reply.id)
        case .send(let plan) where plan.canWait:
            switch budget.askForEdit(of: reply.id, isFirstText: plan.showsFirstText, now: now) {
            case .granted: transmit(Request(plan: plan), of: &reply)
            case .wait(let instant): reply.machine.postponed(until: instant)
            }
        case .send(let plan):
            budget.withdrawEdit(of: reply.id)
            follow(Request(plan: plan, ticket: budget.ticket()), of: &reply, &result)
        }
    }

    /// Waits for the slot of a request, or for its answer.
    private mutating func follow(_ request: Request, of reply: inout Reply, _ result: inout Result) {
        var request = request
        if let ticket = request.ticket {
            reply.request = request
            guard now >= request.asksAt else { return }
            if case .wait(let instant) = budget.ask(for: ticket, now: now) {
                request.asksAt = instant
                reply.request = request
            } else {
                request.ticket = nil
                transmit(request, of: &reply)
            }
            return
        }
        guard let answersAt = request.answersAt, now >= answersAt else { return }
        reply.request = nil
        guard let retryAfter = request.retryAfter else {
            budget.accepted(now: now)
            result.accepted += 1
            return note(request.plan, on: &reply)
        }
        result.refused += 1
        budget.refused(retryAfter: retryAfter, now: now)
        if request.plan.kind == .edit {
            reply.machine.postponed(until: budget.pausedUntil)
        } else {
            follow(Request(plan: request.plan, ticket: budget.ticket()), of: &reply, &result)
        }
    }

    private mutating func transmit(_ request: Request, of reply: inout Reply) {
        var request = request
        request.retryAfter = limiter?.retryAfter(now)
        request.answersAt = now + (request.retryAfter == nil ? Self.answerTime : Self.refusalTime)
        reply.request = request
    }

    private func note(_ plan: ReplyStateMachine.Plan, on reply: inout Reply) {
        let startedAt = reply.startedAt ?? now
        if plan.target == nil { reply.outcome.firstText = now - startedAt - reply.load.pace }
        if plan.canWait { reply.outcome.edits.append(now) }
        if plan.endsReply { reply.outcome.ending = now - reply.outcome.endedAt }
        reply.machine.sent(plan, as: EventID("$\(reply.id)-\(plan.part)"), now: now)
    }
}
