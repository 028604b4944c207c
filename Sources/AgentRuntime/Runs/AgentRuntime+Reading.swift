import PlatformSDK

extension AgentRuntime {
    /// The events that wait for a reader at most.
    private static let readAhead = 64

    /// Follows a run's log from a number on.
    func read(_ runID: String, after seq: Int) async throws -> ReplySequence<RunEvent> {
        let log = parts.log
        let state = try await log.state(of: runID)
        // Events are never dropped from a run's end here, so that a number alone says which event is meant.
        let cursor = seq <= 0 ? LogCursor.start : LogCursor(attempt: state.attempt, seq: seq)
        return .producing(limit: Self.readAhead) { send in
            var hasEnded = false
            for try await frame in log.tail(runID, after: cursor) {
                for delivery in Self.deliveries(of: frame) {
                    switch delivery.1 {
                    case .event(let event):
                        if case .end = event { hasEnded = true }
                        guard await send(RunEvent(seq: delivery.0, event)) else { return }
                    case .failure(let error): throw error
                    }
                }
            }
            // A reader that had read all, or a run that was sealed without an end, is told how the run has ended.
            if !hasEnded, let failure = try await Self.failure(of: runID, in: log) { throw failure }
        }
    }

    /// What a frame of the log is to a reader, with its numbers.
    static func deliveries(of frame: LogFrame) -> [(Int, RunDelivery)] {
        switch frame {
        case .event(let event): return [(event.seq, RunDelivery(event))]
        case .reset(let snapshot):
            let (response, last) = (snapshot.response, snapshot.asOf.seq)
            guard response.status.isTerminal else { return [(last, .event(.reset(text: response.said)))] }
            // The text stands for all but the end, which is told by itself.
            let end =
                response.failure.map(RunDelivery.failure)
                ?? .event(.end(tokensUsed: response.usage?.totalTokens ?? 0))
            return [(max(0, last - 1), .event(.reset(text: response.said))), (last, end)]
        }
    }

    /// Why a run that is over has no `end`; nil where it has one.
    private static func failure(of runID: String, in log: any EventLog) async throws -> PlatformError? {
        let state = try await log.state(of: runID)
        let before = LogCursor(attempt: state.attempt, seq: max(0, state.lastSeq - 1))
        let page = try await log.read(runID, after: before, limit: 1)
        switch page.frames.last {
        case .event(let event) where event.isTerminal:
            if case .failure(let error) = RunDelivery(event) { return error }
            return nil
        case .reset(let snapshot) where snapshot.response.status.isTerminal: return snapshot.response.failure
        case .event, .reset, nil:
            return PlatformError(
                .agentFailed, "the run \(runID) was closed without an end", agentCode: RunCode.interrupted)
        }
    }
}
