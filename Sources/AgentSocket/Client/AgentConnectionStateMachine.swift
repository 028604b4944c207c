package import PlatformSDK

/// Every decision of the agent connection: what is sent when, to whom a frame belongs, what fails.
///
/// Inputs are mutating methods; what has to be done comes back as actions, in order. Times are durations since an
/// arbitrary start, given by the caller. On the base protocol one message is out at a time, the others wait in the order
/// in which they came; on protocol 2 `OpenRuns` has the runs.
package struct AgentConnectionStateMachine: Sendable {
    private enum Link: Hashable {
        case down
        case handshaking
        case up
        case closing
        case stopped
    }

    private struct Waiting: Sendable {
        let id: RequestID
        /// The frame of the base protocol; nil for a wish that it has no frame for.
        let text: String?
        let run: RunRequest?
        let arrivedAt: Duration
    }

    private struct Generation: Sendable {
        let id: RequestID
        let runID: String?
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
    private var runs: OpenRuns
    /// Whether the connection, or the last one, speaks protocol 2.
    package private(set) var isMultiplexed = false

    /// What the agent of the connection, or of the last one, offers; nil for no choice.
    package var offeredModels: OfferedModels? { runs.offered }
    /// Whether there has been an agent.
    package private(set) var hasBeenConnected = false

    /// The frames of unknown types since the beginning.
    package private(set) var unknownFrames = 0

    /// Creates a machine without a connection.
    package init(limits: Limits = Limits(), backoff: ReconnectBackoff = ReconnectBackoff(), now: Duration = .zero) {
        self.limits = limits
        self.backoff = backoff
        self.link = .down
        self.downSince = now
        self.runs = OpenRuns(limits: limits)
    }

    /// Where the connection stands.
    package var status: AgentStatus {
        link == .up ? .connected : .disconnected(reason: lastReason)
    }

    // MARK: Messages

    /// Takes a message as its frame of the base protocol and as a run; throws `busy` when too many wait and `unavailable`
    /// after `stop`.
    package mutating func enqueue(
        _ text: String?,
        run: RunRequest? = nil,
        now: Duration
    ) throws(Failure) -> (id: RequestID, actions: [Action]) {
        if link == .stopped { throw .stopped }
        if link == .up, !isMultiplexed, text == nil { throw .noResumption }
        let waiting = queue.count + runs.waitingCount
        let isIdle = link == .up && (isMultiplexed ? runs.hasRoom : generation == nil)
        guard isIdle || waiting < limits.queuedMessages else {
            throw Failure(
                code: .busy,
                message: "\(waiting) messages wait for the agent already; try again when it has caught up",
                isRetryable: true
            )
        }
        lastNumber += 1
        let id = RequestID(number: lastNumber)
        if let run, isMultiplexed, link == .up { return (id, runs.open(id, run, text, now: now)) }
        queue.append(Waiting(id: id, text: text, run: run, arrivedAt: now))
        return (id, startNext(now))
    }

    /// The consumer of a reply has let go of it.
    ///
    /// A message that waits is dropped. The base protocol cannot stop a generation, so the rest of a reply that has begun
    /// is dropped frame by frame until its end. On protocol 2 the run goes on at the agent.
    package mutating func cancel(_ id: RequestID, now: Duration) {
        queue.removeAll { $0.id == id }
        runs.letGo(id)
        if generation?.id == id, generation?.abandonedAt == nil { generation?.abandonedAt = now }
    }

    /// Somebody wants the run to stop: its reply fails with `cancelled`, and an agent of protocol 2 is told.
    package mutating func stopRun(_ runID: String, now: Duration) -> [Action] {
        guard link != .stopped else { return [] }
        let waiting = queue.filter { $0.run?.runID == runID }
        queue.removeAll { $0.run?.runID == runID }
        var actions: [Action] = waiting.map { .fail($0.id, .cancelled(runID)) }
        if let current = generation, current.runID == runID, current.abandonedAt == nil {
            generation?.abandonedAt = now
            actions.append(.fail(current.id, .cancelled(runID)))
        }
        let isUnsent = waiting.contains { if case .message = $0.run { true } else { false } }
        // Before the first STATUS nobody knows what the agent speaks: a run of an earlier process may still go on there.
        guard !isUnsent, isMultiplexed || link != .up else { return actions }
        return actions + runs.stop(runID, isUp: link == .up)
    }

    /// A frame about a run that is sent as soon as it is asked for; throws where the agent cannot take it now.
    package func notify(_ frame: AgentClientFrame) throws(Failure) -> [Action] {
        guard link == .up else {
            throw Failure(code: .unavailable, message: "the agent is not connected", isRetryable: true)
        }
        guard isMultiplexed else {
            throw Failure(code: .unsupported, message: "the agent speaks the base protocol, which has no such frame")
        }
        return [.sendFrame(frame)]
    }

    /// The consumer of a run had no room for the last event that was offered.
    package mutating func parked(_ id: RequestID) {
        runs.park(id)
    }

    /// The consumer of a run has room again.
    package mutating func hasRoom(_ id: RequestID, now: Duration) -> [Action] {
        link == .up && isMultiplexed ? runs.unpark(id, now: now) : []
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
        case (.handshaking, .status(let version, let models)):
            link = .up
            hasBeenConnected = true
            isMultiplexed = (version ?? 1) >= 2
            runs.offered = isMultiplexed ? models : nil
            failures = 0
            lastReason = nil
            hasReportedLoss = false
            downSince = nil
            return [.log(.connected)] + begin(now)
        case (.handshaking, _):
            return close("the agent's first frame was \(frame.typeName), not STATUS")
        case (.up, .runEvent(let frame)) where isMultiplexed:
            return runs.received(frame, now: now)
        case (.up, .runError(let runID, let code, let details)) where isMultiplexed:
            return runs.failed(runID, agentCode: code, details: details, now: now)
        case (.up, .heartbeat(let runID)) where isMultiplexed:
            runs.noteLife(of: runID, now: now)
            return []
        case (.up, .runEvent), (.up, .runError), (.up, .heartbeat):
            return received(frame.withoutRun, now: now)
        case (.up, .usage), (.up, .requestError):
            return [.log(.strayFrame(frame.typeName))]
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
        runs.disconnected()
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
        if let current = generation, current.abandonedAt == nil { actions.append(.fail(current.id, .stopped)) }
        actions += queue.map { .fail($0.id, .stopped) }
        generation = nil
        queue = []
        return actions + runs.failAll(.stopped)
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
        actions += runs.tick(now: now, downSince: downSince)
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

    /// The agent is there: on protocol 2 everything that waits is sent and each open run goes on where it was.
    private mutating func begin(_ now: Duration) -> [Action] {
        guard isMultiplexed else {
            let (returned, actions) = runs.giveUp()
            queue = (returned.map { Waiting(id: $0.id, text: $0.text, run: $0.request, arrivedAt: now) } + queue)
            let unsupported = queue.filter { $0.text == nil }
            queue.removeAll { $0.text == nil }
            return actions + unsupported.map { .fail($0.id, .noResumption) } + startNext(now)
        }
        var actions = runs.connected(now: now)
        let messages = queue.filter { $0.run != nil }
        queue.removeAll { $0.run != nil }
        for message in messages {
            if let run = message.run { actions += runs.open(message.id, run, message.text, now: now) }
        }
        return actions + startNext(now)
    }

    private mutating func startNext(_ now: Duration) -> [Action] {
        guard link == .up, generation == nil else { return [] }
        var actions: [Action] = []
        while !queue.isEmpty {
            let next = queue.removeFirst()
            if let refusal = next.run?.refusal(offered: nil) {
                actions.append(.fail(next.id, refusal))
                continue
            }
            generation = Generation(id: next.id, runID: next.run?.runID, lastFrameAt: now)
            return actions + (next.text.map { [.send(text: $0)] } ?? [])
        }
        return actions
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
