import PlatformSDK

extension AgentRuntime {
    /// The events that wait for a reader at most.
    private static let readAhead = 64

    /// Follows a run's log from a number on.
    func read(_ runID: String, after seq: Int) -> ReplySequence<RunEvent> {
        let (log, archive) = (parts.log, parts.archive)
        // A number alone does not say who wrote the event: a loss of power may have taken the one that was read, and a later
        // attempt have used the number again. So only a first attempt's is gone on from; any other one is a reset.
        let cursor = seq <= 0 ? LogCursor.start : LogCursor(attempt: 1, seq: seq)
        return .producing(limit: Self.readAhead) { send in
            var hasEnded = false
            for try await frame in log.tail(runID, after: cursor) {
                for delivery in Self.deliveries(of: frame) {
                    switch delivery.1 {
                    case .event(let event):
                        if case .end = event { hasEnded = true }
                        let whole = await Self.namingModel(event, of: runID, in: archive)
                        guard await send(RunEvent(seq: delivery.0, whole)) else { return }
                    case .failure(let error): throw error
                    }
                }
            }
            // A reader that had read all is told once more how the run has ended.
            guard !hasEnded else { return }
            let (seq, ending) = try await Self.ending(of: runID, in: log)
            switch ending {
            case .event(let event):
                _ = await send(RunEvent(seq: seq, await Self.namingModel(event, of: runID, in: archive)))
            case .failure(let error): throw error
            }
        }
    }

    /// The event; an end says which model has answered, as the run's archived snapshot has it, where that is to be had.
    private static func namingModel(
        _ event: AgentEvent, of runID: String, in archive: any RunArchive
    ) async -> AgentEvent {
        guard case .end(let tokens, _) = event else { return event }
        let model = (try? await archive.snapshot(of: runID))?.response.modelID
        return .end(tokensUsed: tokens, model: model.flatMap { OfferedModel.isUsable($0) ? $0 : nil })
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

    /// The last thing that a reader of a run that is over is told, with its number.
    private static func ending(of runID: String, in log: any EventLog) async throws -> (Int, RunDelivery) {
        let state = try await log.state(of: runID)
        let before = LogCursor(attempt: state.attempt, seq: max(0, state.lastSeq - 1))
        let page = try await log.read(runID, after: before, limit: 1)
        if let last = page.frames.last.flatMap({ Self.deliveries(of: $0).last }), last.1.isEnding { return last }
        let closed = PlatformError(
            .agentFailed, "the run \(runID) was closed without an end", agentCode: RunCode.interrupted)
        return (state.lastSeq, .failure(closed))
    }
}

extension RunDelivery {
    /// Whether nothing can follow.
    fileprivate var isEnding: Bool {
        switch self {
        case .event(.end), .failure: true
        case .event: false
        }
    }
}
