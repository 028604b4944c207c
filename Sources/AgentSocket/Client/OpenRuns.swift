import PlatformSDK

/// The runs that a connection of protocol 2 reads: what each has seen, and what has to be sent so that nothing is missed.
///
/// A run survives the connection: after the next one is up it is resumed after its last event. A run whose consumer has no
/// room is parked: its frames are dropped, and it is resumed after its last taken event once there is room.
struct OpenRuns: Sendable {
    typealias Machine = AgentConnectionStateMachine
    typealias Action = Machine.Action
    typealias RequestID = Machine.RequestID

    /// A message that was not sent, with its frame of the base protocol.
    struct Unsent: Sendable {
        let id: RequestID
        let request: Machine.RunRequest
        let text: String?
    }

    private enum Phase: Hashable {
        /// Not sent on any connection.
        case waiting
        /// Its events come in order.
        case reading
        /// RESUME is sent and not answered: frames of an earlier delivery may still come.
        case resuming
        /// The consumer has no room: frames are dropped.
        case parked
    }

    private struct Run: Sendable {
        let id: RequestID
        let request: Machine.RunRequest
        let text: String?
        var phase = Phase.waiting
        /// The last event that the consumer has been given, and the one before.
        var seq: Int
        var previousSeq: Int
        /// The parts so far of an event over several frames, and the event's number.
        var partial = ""
        var parts = 0
        var partialSeq = 0
        var lastFrameAt: Duration
        /// The resumes since the last new event that a gap was the reason for.
        var resumes = 0
        /// Whether the agent was asked for the run since the message was sent: only then may it know nothing of it.
        var wasResumed = false

        var runID: String { request.runID }

        /// Whether silence is the agent's, and not the consumer's or the queue's.
        var isExpectingFrames: Bool {
            switch phase {
            case .reading, .resuming: true
            case .waiting, .parked: false
            }
        }

        /// Whether the agent may be sent the message again where it knows nothing of the run.
        var canRestart: Bool { if case .message = request { seq == 0 } else { false } }
    }

    /// The text of an event over several frames that is put together, in bytes.
    private static let partialLimit = 8 << 20
    /// The wishes to stop that wait for the connection; the oldest makes room.
    private static let pendingLimit = 256

    /// What the agent of the connection offers; nil for no choice.
    var offered: OfferedModels?

    private let limits: Machine.Limits
    private var runs: [String: Run] = [:]
    private var runIDs: [RequestID: String] = [:]
    /// The runs that the agent has to be told to stop once it is there.
    private var pendingStops: [String] = []
    /// Whether the agent takes no message on this connection any more: what it has refused waits for the next one.
    private var isDraining = false

    init(limits: Machine.Limits) {
        self.limits = limits
    }

    /// The runs that are not sent yet.
    var waitingCount: Int { runs.values.count { $0.phase == .waiting } }

    /// Whether a run more may be sent at once.
    var hasRoom: Bool { runs.count < limits.openRuns }

    // MARK: The consumer's side

    /// Opens a run on a connection that is up; an earlier reader of the same run is told that it was overtaken.
    mutating func open(_ id: RequestID, _ request: Machine.RunRequest, _ text: String?, now: Duration) -> [Action] {
        var actions: [Action] = []
        if let earlier = remove(request.runID) {
            let message = "another reader has taken over run \(request.runID)"
            actions.append(.fail(earlier.id, Machine.Failure(code: .busy, message: message)))
        }
        var after = 0
        if case .resume(_, let cursor) = request { after = max(0, cursor) }
        let run = Run(
            id: id, request: request, text: text, seq: after, previousSeq: after, lastFrameAt: now)
        runs[request.runID] = run
        runIDs[id] = request.runID
        return actions + sendWaiting(now: now)
    }

    /// Nobody reads the run any more; the agent goes on with it.
    mutating func letGo(_ id: RequestID) {
        if let runID = runIDs[id] { _ = remove(runID) }
    }

    /// Stops a run, also one that is not read here.
    mutating func stop(_ runID: String, isUp: Bool) -> [Action] {
        let run = remove(runID)
        var actions: [Action] = run.map { [.fail($0.id, .cancelled(runID))] } ?? []
        if let run, run.phase == .waiting, case .message = run.request { return actions }
        if isUp {
            actions.append(.sendFrame(.cancel(runID: runID)))
        } else {
            pendingStops.append(runID)
            if pendingStops.count > Self.pendingLimit { pendingStops.removeFirst() }
        }
        return actions
    }

    /// The consumer had no room for the last event.
    mutating func park(_ id: RequestID) {
        guard let runID = runIDs[id], var run = runs[runID] else { return }
        run.phase = .parked
        run.seq = run.previousSeq
        runs[runID] = run
    }

    /// The consumer has room again.
    mutating func unpark(_ id: RequestID, now: Duration) -> [Action] {
        guard let runID = runIDs[id], var run = runs[runID], run.phase == .parked else { return [] }
        run.phase = .resuming
        run.lastFrameAt = now
        runs[runID] = run
        return [.sendFrame(.resume(runID: runID, after: run.seq))]
    }

    // MARK: The agent's side

    /// A connection is up: stops what has to be stopped, resumes each run and sends what waits.
    mutating func connected(now: Duration) -> [Action] {
        var actions: [Action] = pendingStops.map { .sendFrame(.cancel(runID: $0)) }
        pendingStops = []
        isDraining = false
        // A parked run is resumed when its consumer has room.
        // A connection that is lost time and again is no fault of the run's, which its silence may end still.
        for run in inOrder where run.phase != .waiting && run.phase != .parked {
            runs[run.runID]?.phase = .resuming
            runs[run.runID]?.wasResumed = true
            actions.append(.sendFrame(.resume(runID: run.runID, after: run.seq)))
        }
        return actions + sendWaiting(now: now)
    }

    /// The connection is gone; half an event is worth nothing.
    mutating func disconnected() {
        for runID in runs.keys { runs[runID]?.parts = 0 }
    }

    /// An event, or a part of one, has come.
    ///
    /// The next number is always taken. A number further on is a gap, unless its frame answers the last RESUME: then the
    /// agent was asked for what is missing and says that this comes next. So says it, with a number of no news, to a
    /// cursor at the run's end or beyond all that it has. A reset that answers it may also go back, where
    /// the agent has lost events that it had sent.
    mutating func received(_ frame: RunFrame, now: Duration) -> [Action] {
        // Without a run here nobody reads it any more.
        guard var run = runs[frame.runID] else { return [] }
        run.lastFrameAt = now
        runs[frame.runID] = run
        let seq = frame.event.seq
        guard run.phase != .parked else { return [] }
        let isAnswer = run.phase == .resuming && frame.after == run.seq
        switch frame.event.event {
        case .reset: return seq >= run.seq || isAnswer ? accept(frame, &run, now: now) : []
        case .end where isAnswer: return accept(frame, &run, now: now)
        default: break
        }
        guard seq > run.seq else { return [] }
        if seq - run.seq == 1 || frame.after == run.seq { return accept(frame, &run, now: now) }
        return run.phase == .resuming ? [] : resume(run, now: now)
    }

    /// The agent is at work on the run, and has nothing to say.
    mutating func noteLife(of runID: String, now: Duration) { runs[runID]?.lastFrameAt = now }

    /// The run has ended by an error.
    mutating func failed(_ runID: String, agentCode: String, details: String, now: Duration) -> [Action] {
        guard let run = runs[runID] else { return [] }
        if run.phase == .parked { return [] }
        if agentCode == AgentErrorCode.unknownRun, run.canRestart, run.wasResumed {
            // The agent has never seen the message: the connection was lost on its way.
            return restart(run, now: now)
        }
        if agentCode == AgentErrorCode.shuttingDown, run.canRestart {
            isDraining = true
            runs[runID]?.phase = .waiting
            runs[runID]?.lastFrameAt = now
            return []
        }
        _ = remove(runID)
        let code: PlatformError.Code
        var isRetryable = false
        switch agentCode {
        case AgentErrorCode.unknownRun: code = .unknownRun
        case AgentErrorCode.unsupported: code = .unsupported
        case AgentErrorCode.cancelled: code = .cancelled
        case AgentErrorCode.tooManyRuns: (code, isRetryable) = (.busy, run.seq == 0)
        case AgentErrorCode.shuttingDown: (code, isRetryable) = (.unavailable, run.seq == 0)
        default: code = .agentFailed
        }
        let failure = Machine.Failure(
            code: code,
            message: "the agent reported an error: \(details.isEmpty ? agentCode : details)",
            agentCode: agentCode,
            isRetryable: isRetryable
        )
        return [.fail(run.id, failure)] + sendWaiting(now: now)
    }

    /// Time has passed.
    mutating func tick(now: Duration, downSince: Duration?) -> [Action] {
        var actions: [Action] = []
        var isOverdue = false
        for run in inOrder {
            if let downSince {
                let limit = run.phase == .waiting ? limits.wait : limits.reconnect
                guard now - max(downSince, run.phase == .waiting ? run.lastFrameAt : downSince) >= limit else {
                    continue
                }
                let message = "the agent did not come back within \(limit)"
                let isRetryable = run.seq == 0
                let failure = Machine.Failure(code: .unavailable, message: message, isRetryable: isRetryable)
                actions.append(.fail(run.id, failure))
                _ = remove(run.runID)
            } else if run.phase == .waiting, isDraining, now - run.lastFrameAt >= limits.wait {
                let message = "the agent shuts down, and did not come back within \(limits.wait)"
                let failure = Machine.Failure(code: .unavailable, message: message, isRetryable: true)
                actions.append(.fail(run.id, failure))
                _ = remove(run.runID)
                isOverdue = true
            } else if run.isExpectingFrames, now - run.lastFrameAt >= limits.silence {
                let message = "the agent has sent nothing for \(limits.silence)"
                actions.append(.fail(run.id, Machine.Failure(code: .timedOut, message: message)))
                _ = remove(run.runID)
            }
        }
        // An agent that has not closed the connection by now may have thought better of it.
        if isOverdue { isDraining = false }
        return downSince == nil ? actions + sendWaiting(now: now) : actions
    }

    /// Ends all runs.
    mutating func failAll(_ failure: Machine.Failure) -> [Action] {
        let actions: [Action] = inOrder.map { .fail($0.id, failure) }
        runs = [:]
        runIDs = [:]
        return actions
    }

    /// The agent speaks the base protocol now: what was not sent goes back, and the runs that have begun are lost.
    mutating func giveUp() -> (unsent: [Unsent], actions: [Action]) {
        let unsent = inOrder.filter { $0.phase == .waiting }
        for run in unsent { _ = remove(run.runID) }
        pendingStops = []
        isDraining = false
        let failure = Machine.Failure(
            code: .unsupported,
            message: "the agent came back with the base protocol, which cannot resume a run"
        )
        return (unsent.map { Unsent(id: $0.id, request: $0.request, text: $0.text) }, failAll(failure))
    }

    // MARK: Steps

    private var inOrder: [Run] { runs.values.sorted { $0.id.number < $1.id.number } }

    private mutating func sendWaiting(now: Duration) -> [Action] {
        guard !isDraining else { return [] }
        var actions: [Action] = []
        var room = limits.openRuns - (runs.count - waitingCount)
        for run in inOrder where run.phase == .waiting && room > 0 {
            if let refusal = run.request.refusal(offered: offered) {
                actions += fail(run, refusal)
                continue
            }
            room -= 1
            runs[run.runID]?.lastFrameAt = now
            switch run.request {
            case .message(let message):
                runs[run.runID]?.phase = .reading
                actions.append(.sendFrame(.runMessage(message)))
            case .resume(let runID, _):
                runs[run.runID]?.phase = .resuming
                actions.append(.sendFrame(.resume(runID: runID, after: run.seq)))
            }
        }
        return actions
    }

    private mutating func resume(_ run: Run, now: Duration) -> [Action] {
        var run = run
        run.resumes += 1
        guard run.resumes <= limits.fruitlessResumes else {
            _ = remove(run.runID)
            let message = "run \(run.runID) was resumed \(limits.fruitlessResumes) times without anything new"
            return [.fail(run.id, Machine.Failure(code: .protocolViolation, message: message))]
        }
        run.phase = .resuming
        run.wasResumed = true
        run.lastFrameAt = now
        runs[run.runID] = run
        return [.sendFrame(.resume(runID: run.runID, after: run.seq))]
    }

    private mutating func restart(_ run: Run, now: Duration) -> [Action] {
        guard case .message(let message) = run.request else { return [] }
        if let refusal = run.request.refusal(offered: offered) { return fail(run, refusal) + sendWaiting(now: now) }
        runs[run.runID]?.phase = .reading
        runs[run.runID]?.lastFrameAt = now
        return [.sendFrame(.runMessage(message))]
    }

    private mutating func fail(_ run: Run, _ failure: Machine.Failure) -> [Action] {
        _ = remove(run.runID)
        return [.fail(run.id, failure)]
    }

    private mutating func accept(_ frame: RunFrame, _ run: inout Run, now: Duration) -> [Action] {
        var event = frame.event
        if frame.isContinued || frame.part > 0, let text = event.event.continuableText {
            if frame.part == 0 { (run.partial, run.parts, run.partialSeq) = ("", 0, event.seq) }
            // A part of another delivery of the event, which comes again or has come already.
            guard frame.part == run.parts, event.seq == run.partialSeq else { return [] }
            run.partial += text
            run.parts += 1
            guard run.partial.utf8.count <= Self.partialLimit else {
                _ = remove(run.runID)
                let message = "an event of run \(run.runID) is longer than \(Self.partialLimit) bytes"
                return [.fail(run.id, Machine.Failure(code: .frameTooLarge, message: message))]
            }
            if frame.isContinued {
                runs[run.runID] = run
                return []
            }
            event.event = event.event.withText(run.partial)
            (run.partial, run.parts) = ("", 0)
        }
        run.phase = .reading
        run.resumes = 0
        run.previousSeq = run.seq
        run.seq = event.seq
        if case .end = event.event {
            _ = remove(run.runID)
            return [.finish(run.id, event)] + sendWaiting(now: now)
        }
        runs[run.runID] = run
        return [.offer(run.id, event)]
    }

    private mutating func remove(_ runID: String) -> Run? {
        guard let run = runs.removeValue(forKey: runID) else { return nil }
        runIDs[run.id] = nil
        return run
    }
}
