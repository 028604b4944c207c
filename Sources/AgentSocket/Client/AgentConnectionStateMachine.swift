package import PlatformSDK

/// Every decision of the agent connection on the base protocol: what is sent when, to whom a frame belongs, what fails.
///
/// Inputs are mutating methods; what has to be done comes back as actions, in order. Times are durations since an
/// arbitrary start, given by the caller. One message is out at a time, the others wait in the order in which they came.
package struct AgentConnectionStateMachine: Sendable {
    /// Names one message for as long as the connection object lives.
    package struct RequestID: Hashable, Sendable {
        package let number: UInt64
    }

    /// The limits that the machine holds to.
    package struct Limits: Hashable, Sendable {
        /// The messages that wait behind the one that is being answered.
        package var queuedMessages = 256
        /// The time that a message waits while there is no connection.
        package var wait: Duration = .seconds(30)
        /// The time without a frame after which a generation has failed.
        package var silence: Duration = .seconds(600)
        /// The time in which a reply that nobody wants has to end before the connection is opened anew.
        package var drain: Duration = .seconds(60)

        /// Creates the default limits.
        package init() {}
    }

    /// Something that the owner of the machine has to do.
    package enum Action: Hashable, Sendable {
        /// Send this message now.
        case send(text: String)
        /// Hand text to the consumer of a reply.
        case deliver(RequestID, text: String)
        /// The reply is complete.
        case end(RequestID, tokensUsed: Int)
        /// The reply has failed.
        case fail(RequestID, Failure)
        /// Close the socket; the reason goes to the agent's log.
        case close(reason: String)
        /// Tell the operator.
        case log(Event)
    }

    /// Why a reply failed.
    package struct Failure: Error, Hashable, Sendable {
        package var code: PlatformError.Code
        package var message: String
        package var agentCode: String?
        package var isRetryable: Bool

        /// Creates a failure.
        package init(
            code: PlatformError.Code,
            message: String,
            agentCode: String? = nil,
            isRetryable: Bool = false
        ) {
            self.code = code
            self.message = message
            self.agentCode = agentCode
            self.isRetryable = isRetryable
        }

        /// The failure as it leaves the module.
        package var error: PlatformError {
            PlatformError(code, message, agentCode: agentCode, isRetryable: isRetryable)
        }
    }

    /// What an operator should know; each once for a change, not for each attempt.
    package enum Event: Hashable, Sendable {
        case connected
        case lost(reason: String)
        case unreachable(reason: String)
        case strayFrame(String)
        case unknownFrame(type: String)
    }

    private enum Link: Hashable {
        case down
        case handshaking
        case up
        case closing
        case stopped
    }

    private struct Waiting: Sendable {
        let id: RequestID
        let text: String
        let arrivedAt: Duration
    }

    private struct Generation: Sendable {
        let id: RequestID
        var hasText = false
        var lastFrameAt: Duration
        /// Since when nobody wants the reply any more.
        var abandonedAt: Duration?
    }

    private let limits: Limits
    private let backoff: ReconnectBackoff
    private var link: Link
    private var queue: [Waiting] = []
    private var generation: Generation?
    private var lastNumber: UInt64 = 0
    private var failures = 0
    private var lastReason: String?
    private var closeReason: String?
    private var hasReportedLoss = false
    /// Since when messages cannot be sent; nil while they can.
    private var downSince: Duration?

    /// The frames of unknown types since the beginning.
    package private(set) var unknownFrames = 0

    /// Creates a machine without a connection.
    package init(limits: Limits = Limits(), backoff: ReconnectBackoff = ReconnectBackoff(), now: Duration = .zero) {
        self.limits = limits
        self.backoff = backoff
        self.link = .down
        self.downSince = now
    }

    /// Where the connection stands.
    package var status: AgentStatus {
        link == .up ? .connected : .disconnected(reason: lastReason)
    }

    // MARK: Messages

    /// Takes a message; throws `busy` when too many wait and `unavailable` after `stop`.
    package mutating func enqueue(_ text: String, now: Duration) throws(Failure) -> (id: RequestID, actions: [Action]) {
        if link == .stopped { throw Self.stopped }
        let isIdle = link == .up && generation == nil
        guard isIdle || queue.count < limits.queuedMessages else {
            throw Failure(
                code: .busy,
                message: "\(queue.count) messages wait for the agent already; try again when it has caught up",
                isRetryable: true
            )
        }
        lastNumber += 1
        let id = RequestID(number: lastNumber)
        queue.append(Waiting(id: id, text: text, arrivedAt: now))
        return (id, startNext(now))
    }

    /// The consumer of a reply has let go of it.
    ///
    /// A message that waits is dropped. The base protocol cannot stop a generation, so the rest of a reply that has begun
    /// is dropped frame by frame until its end.
    package mutating func cancel(_ id: RequestID, now: Duration) {
        queue.removeAll { $0.id == id }
        if generation?.id == id, generation?.abandonedAt == nil { generation?.abandonedAt = now }
    }

    // MARK: The connection

    /// The socket is open; the agent has to send STATUS now.
    package mutating func opened() {
        guard link != .stopped else { return }
        link = .handshaking
    }

    /// A frame has come.
    package mutating func received(_ frame: AgentServerFrame, now: Duration) -> [Action] {
        switch (link, frame) {
        case (.down, _), (.closing, _), (.stopped, _):
            return []
        case (.handshaking, .status):
            link = .up
            failures = 0
            lastReason = nil
            hasReportedLoss = false
            downSince = nil
            return [.log(.connected)] + startNext(now)
        case (.handshaking, _):
            return close("the agent's first frame was \(frame.typeName), not STATUS")
        case (.up, .unknown(let type)):
            unknownFrames += 1
            generation?.lastFrameAt = now
            return [.log(.unknownFrame(type: type))]
        case (.up, .status):
            return []
        case (.up, .textChunk(let text)):
            guard generation != nil else { return [.log(.strayFrame(frame.typeName))] }
            generation?.lastFrameAt = now
            generation?.hasText = true
            guard let current = generation, current.abandonedAt == nil else { return [] }
            return [.deliver(current.id, text: text)]
        case (.up, .end(let tokens)):
            guard let current = generation else { return [.log(.strayFrame(frame.typeName))] }
            return finish(current, .end(current.id, tokensUsed: max(0, tokens)), now)
        case (.up, .error(let code, let details)):
            guard let current = generation else { return [.log(.strayFrame("ERROR \(code)"))] }
            let message = "the agent reported an error: \(details.isEmpty ? code : details)"
            let failure = Failure(code: .agentFailed, message: message, agentCode: code)
            return finish(current, .fail(current.id, failure), now)
        }
    }

    /// A text has come that is no frame; the connection cannot be trusted any more.
    package mutating func receivedMalformed(_ reason: String) -> [Action] {
        close("the agent sent a message that is no frame: \(reason)")
    }

    /// There is no connection any more, or an attempt to connect has failed; returns how long to wait before the next.
    package mutating func disconnected(
        reason: String,
        code: PlatformError.Code = .unavailable,
        jitter: Double,
        now: Duration
    ) -> (actions: [Action], delay: Duration) {
        guard link != .stopped else { return ([], .zero) }
        let ownReason = closeReason
        let cause = ownReason ?? reason
        let wasUp = downSince == nil
        closeReason = nil
        lastReason = cause
        failures += 1
        link = .down
        if wasUp { downSince = now }
        var actions: [Action] = []
        if let lost = generation {
            generation = nil
            if lost.abandonedAt == nil {
                let failure = Failure(
                    code: ownReason == nil ? code : .protocolViolation,
                    message: "the connection to the agent was lost during the reply: \(cause)",
                    isRetryable: !lost.hasText && ownReason == nil && code == .unavailable
                )
                actions.append(.fail(lost.id, failure))
            }
        }
        if !hasReportedLoss {
            hasReportedLoss = true
            actions.append(.log(wasUp ? .lost(reason: cause) : .unreachable(reason: cause)))
        }
        return (actions, backoff.delay(afterFailures: failures, jitter: jitter))
    }

    /// The connection is over for good: whatever waits fails.
    package mutating func stop() -> [Action] {
        guard link != .stopped else { return [] }
        link = .stopped
        lastReason = "the connection was stopped"
        var actions: [Action] = []
        if let current = generation, current.abandonedAt == nil { actions.append(.fail(current.id, Self.stopped)) }
        actions += queue.map { .fail($0.id, Self.stopped) }
        generation = nil
        queue = []
        return actions
    }

    /// Time has passed. `isConsumerBehind` says that frames have come which nobody has taken: the silence is then ours.
    package mutating func tick(now: Duration, isConsumerBehind: Bool) -> [Action] {
        var actions: [Action] = []
        if let current = generation, link == .up {
            if isConsumerBehind { generation?.lastFrameAt = now }
            if let abandonedAt = current.abandonedAt {
                if now - abandonedAt >= limits.drain {
                    actions += close("the agent went on with a cancelled reply for \(limits.drain)")
                }
            } else if !isConsumerBehind, now - current.lastFrameAt >= limits.silence {
                generation = nil
                let message = "the agent has sent nothing for \(limits.silence)"
                actions.append(.fail(current.id, Failure(code: .timedOut, message: message)))
                actions += close(message)
            }
        }
        guard let downSince else { return actions }
        let expired = queue.filter { now - max($0.arrivedAt, downSince) >= limits.wait }
        queue.removeAll { waiting in expired.contains { $0.id == waiting.id } }
        let reason = lastReason.map { " (\($0))" } ?? ""
        let failure = Failure(
            code: .unavailable,
            message: "the agent could not be reached within \(limits.wait)\(reason)",
            isRetryable: true
        )
        return actions + expired.map { .fail($0.id, failure) }
    }

    // MARK: Steps

    private static let stopped = Failure(
        code: .unavailable,
        message: "the connection to the agent was stopped",
        isRetryable: true
    )

    private mutating func startNext(_ now: Duration) -> [Action] {
        guard link == .up, generation == nil, !queue.isEmpty else { return [] }
        let next = queue.removeFirst()
        generation = Generation(id: next.id, lastFrameAt: now)
        return [.send(text: next.text)]
    }

    private mutating func finish(_ current: Generation, _ action: Action, _ now: Duration) -> [Action] {
        generation = nil
        return (current.abandonedAt == nil ? [action] : []) + startNext(now)
    }

    private mutating func close(_ reason: String) -> [Action] {
        guard link == .up || link == .handshaking else { return [] }
        link = .closing
        closeReason = reason
        return [.close(reason: reason)]
    }
}
