import PlatformSDK

/// What is written to a log: eight runs that grow side by side, in batches of deltas as a model's stream brings them.
struct LogWorkload {
    /// How many runs are written at once.
    static let writers = 8
    /// The events of one append.
    static let batch = 32
    /// The bytes of text of one event.
    static let bytes = 24

    private static let trace = TraceContext.random()
    private static let text = String(repeating: "x", count: bytes)

    /// The events of one append, the first with this number.
    static func events(_ count: Int = batch, of runID: String, from seq: Int) -> [StreamEvent] {
        (seq..<seq + count).map { seq in
            StreamEvent(
                eventID: "evt-\(runID)-1-\(seq)", runID: runID, seq: seq, timestamp: 1_700_000_000_000 + Int64(seq),
                traceContext: trace, payload: .itemDelta(ItemDelta(itemID: "item-1", deltaContent: text)))
        }
    }

    /// Writes a run until it has so many events, or for as long as the task lasts.
    ///
    /// - Parameter pace: The time between the beginnings of two appends; nil for no pause. A late append is not made up for
    ///   by a shorter pause than none, so that on the whole the rate is kept.
    static func write(
        _ runID: String, to log: any EventLog, events: Int = .max, pace: Duration? = nil, offset: Duration = .zero
    ) async throws {
        try await log.claim(runID, attempt: 1)
        var next = ContinuousClock.now + offset
        var seq = 1
        while seq <= events {
            try Task.checkCancellation()
            if let pace {
                try await Task.sleep(until: next)
                next += pace
            }
            let count = min(batch, events - seq + 1)
            try await log.append(Self.events(count, of: runID, from: seq), to: runID, attempt: 1)
            seq += count
        }
    }
}
