import Logging
import PlatformSDK

extension AgentRuntime {
    /// How a run that nobody performs is brought to its end.
    enum Settlement: Sendable {
        /// A call may have had an effect, or the run keeps dying.
        case interrupted(String)
        /// Somebody wants no more of it.
        case stopped
    }

    /// Sees to the runs that an earlier process has left, as many at a time as may be open.
    ///
    /// One that cannot be read, or takes long, holds up no other.
    func recover() async {
        await withTaskGroup(of: Void.self) { tasks in
            var last: String?
            var failures = 0
            var performed = 0
            while !Task.isCancelled {
                do {
                    let page = try await parts.log.unfinishedRuns(after: last, limit: max(1, parts.limits.openRuns))
                    guard let end = page.last else { break }
                    // A run without events has no request yet; whoever has asked will ask again.
                    for state in page where state.lastSeq > 0 {
                        if performed >= max(1, parts.limits.openRuns), await tasks.next() != nil { performed -= 1 }
                        // Where it is open already this process performs it itself.
                        let admission = try await open.openUnlessBegun(state.runID, threadID: "", goesOn: true)
                        guard admission == .admitted else { continue }
                        logger.notice("a run goes on after a restart", metadata: ["run": "\(state.runID)"])
                        performed += 1
                        tasks.addTask { await self.perform(.left(runID: state.runID)) }
                    }
                    last = end.runID
                } catch {
                    if Task.isCancelled { break }
                    logger.error("unfinished runs cannot be listed", metadata: ["error": "\(error)"])
                    failures += 1
                    await pause(afterFailures: failures)
                }
            }
        }
    }

    /// Takes a run over that nobody performs. Without side effects it begins anew as the next attempt; else, and when it
    /// has died too often, it ends here, and nil is returned.
    func takeOver(_ runID: String) async throws -> TakenOverRun? {
        guard let (state, projection) = try await fold(runID), let response = projection.snapshot?.response else {
            return nil
        }
        guard let request = MessageRequest(recordedIn: response) else {
            try await settle(state, projection, response, as: .interrupted("the run's request is not in its log"))
            return nil
        }
        let ledger = CallLedger(response)
        if ledger.mayHaveHadEffects(tools: await tools.tools(for: request)) {
            try await settle(
                state, projection, response,
                as: .interrupted("the process died after a call of a tool that may have had an effect"))
            return nil
        }
        guard state.attempt < parts.limits.attempts else {
            try await settle(
                state, projection, response, as: .interrupted("the process died in each of \(state.attempt) attempts"))
            return nil
        }
        let plan = await plan(for: request, window: HistoryWindow())
        let usage = try await countLeftovers(of: response, userID: request.userID)
        let claimed = try await parts.log.claim(runID, attempt: state.attempt + 1)
        let writer = writer(of: request, claimed: claimed, projection: projection)
        try await writer.append(plan.opening(at: writer.milliseconds, earlier: usage))
        return TakenOverRun(request: request, writer: writer, usage: usage)
    }

    /// Ends a run that nobody performs; does nothing where it is over.
    func settle(_ runID: String, as settlement: Settlement) async throws {
        guard let (state, projection) = try await fold(runID), let response = projection.snapshot?.response else {
            return
        }
        try await settle(state, projection, response, as: settlement)
    }

    /// The end is a new attempt that says again what was said, because what an earlier one has said would count no more.
    private func settle(
        _ state: RunState, _ projection: RunProjection, _ response: Response, as settlement: Settlement
    ) async throws {
        _ = try await countLeftovers(
            of: response, userID: MessageRequest(recordedIn: response)?.userID ?? "")
        let claimed = try await parts.log.claim(state.runID, attempt: state.attempt + 1)
        let writer = RunWriter(
            state.runID, claimed: claimed, projection: projection, traceparent: nil, log: parts.log, now: now)
        let end: StreamEvent.Payload =
            switch settlement {
            case .interrupted(let message): .responseError(ResponseError(code: RunCode.interrupted, message: message))
            case .stopped: .turnAbortedByUser(TurnAborted(turnID: response.turnID, reason: "stopped"))
            }
        try await writer.append(response.carriedOver(at: writer.milliseconds) + [end])
        await archive(writer)
    }

    /// What the log has of a run that is not over; nil for one that is, or that has no events.
    private func fold(_ runID: String) async throws -> (RunState, RunProjection)? {
        let state = try await parts.log.state(of: runID)
        guard !state.isSealed, state.lastSeq > 0 else { return nil }
        var projection = RunProjection()
        while projection.cursor.seq < state.lastSeq {
            let page = try await parts.log.read(runID, after: projection.cursor)
            guard !page.frames.isEmpty else { break }
            for frame in page.frames { projection.apply(frame) }
        }
        return (state, projection)
    }
}

/// A run of an earlier process that begins anew.
struct TakenOverRun: Sendable {
    /// What was asked.
    let request: MessageRequest
    /// The writer of the new attempt, whose opening is in the log.
    let writer: RunWriter
    /// What the attempts before it have taken.
    let usage: Usage?
}
