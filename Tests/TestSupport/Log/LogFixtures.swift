package import PlatformSDK

/// Events and snapshots for the suites of the log and the archive.
package enum LogFixtures {
    private static let trace = TraceContext(traceparent: "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")

    /// The begin of an answer, not yet ended: its start at `seq`, and then so many events that open a message and let it
    /// grow.
    package static func answer(
        of runID: String, deltas: Int, attempt: Int = 1, from seq: Int = 1, turnID: String = "turn-1",
        threadID: String = "thr-1"
    ) -> [StreamEvent] {
        let start = ResponseStart(
            id: runID, turnID: turnID, threadID: threadID, modelID: "echo", providerID: "echo", createdAt: 1)
        let item = ItemStart(itemID: itemID(attempt), outputIndex: 0, item: .message(.init()))
        let opening: [StreamEvent.Payload] = [.responseStart(start), .itemStart(item)]
        return (0...deltas).map { offset in
            let number = seq + offset
            return offset < 2
                ? event(number, of: runID, attempt: attempt, payload: opening[offset])
                : delta(number, of: runID, attempt: attempt, text: " \(number)")
        }
    }

    /// A piece of text.
    package static func delta(
        _ seq: Int, of runID: String, attempt: Int = 1, text: String = "text", id: String? = nil
    ) -> StreamEvent {
        event(
            seq, of: runID, attempt: attempt, id: id,
            payload: .itemDelta(ItemDelta(itemID: itemID(attempt), deltaContent: text)))
    }

    /// The end of an answer that is complete.
    package static func end(_ seq: Int, of runID: String, attempt: Int = 1) -> StreamEvent {
        event(seq, of: runID, attempt: attempt, payload: .responseDone(ResponseDone()))
    }

    /// An event that is never logged.
    package static func heartbeat(_ seq: Int, of runID: String, attempt: Int = 1) -> StreamEvent {
        event(seq, of: runID, attempt: attempt, payload: .heartbeat)
    }

    /// What events make of a run; as of the last one unless said otherwise.
    package static func snapshot(of events: some Sequence<StreamEvent>, asOf cursor: LogCursor? = nil) -> RunSnapshot {
        var projection = RunProjection()
        for event in events { projection.apply(event) }
        guard let snapshot = projection.snapshot else { preconditionFailure("a snapshot is made of events") }
        return RunSnapshot(response: snapshot.response, asOf: cursor ?? snapshot.asOf)
    }

    /// A run's snapshot after its start, some deltas and, where `isFinished`, its end.
    package static func snapshot(
        of runID: String, deltas: Int = 1, isFinished: Bool, turnID: String = "turn-1", threadID: String = "thr-1"
    ) -> RunSnapshot {
        let begun = answer(of: runID, deltas: deltas, turnID: turnID, threadID: threadID)
        return snapshot(of: isFinished ? begun + [end(deltas + 2, of: runID)] : begun)
    }

    private static func itemID(_ attempt: Int) -> String { "item-\(attempt)" }

    private static func event(
        _ seq: Int, of runID: String, attempt: Int, id: String? = nil, payload: StreamEvent.Payload
    ) -> StreamEvent {
        StreamEvent(
            eventID: id ?? "evt-\(runID)-\(attempt)-\(seq)", runID: runID, seq: seq, attempt: attempt,
            timestamp: 1_700_000_000_000 + Int64(seq), traceContext: trace ?? .random(), payload: payload)
    }
}
