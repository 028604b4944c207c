import Foundation

/// One run in memory: its head, its events, and what a reader at a position gets.
struct LoggedRun: Sendable {
    var head: RunHead
    /// The events after `head.trimmedThrough`, in order.
    private(set) var events: [StreamEvent] = []
    /// What the trimmed events have made.
    private(set) var base: RunSnapshot?
    private(set) var sealedAt: Date?

    init(runID: String, attempt: Int) {
        head = RunHead(runID: runID, attempt: attempt)
    }

    /// True when a snapshot is the run as it is now.
    func isWhole(_ snapshot: RunSnapshot) -> Bool {
        snapshot.asOf.seq == head.lastSeq && holds(snapshot.asOf)
    }

    mutating func claim(attempt: Int, keepingThrough seq: Int?) throws {
        try head.claim(attempt: attempt, keepingThrough: seq)
        events.removeSubrange((head.lastSeq - head.trimmedThrough)...)
    }

    mutating func append(_ batch: [StreamEvent], attempt: Int, now: Date) throws -> LogCursor {
        var head = head
        let new = try head.append(batch, attempt: attempt) { event(at: $0)?.eventID }
        self.head = head
        events += new
        if head.isSealed, sealedAt == nil { sealedAt = now }
        return head.cursor
    }

    mutating func seal(attempt: Int, now: Date) throws {
        try head.seal(attempt: attempt)
        if sealedAt == nil { sealedAt = now }
    }

    mutating func trim(through seq: Int) throws {
        let before = head.trimmedThrough
        guard try head.trim(through: seq) else { return }
        let dropped = events.prefix(seq - before)
        var projection = RunProjection(base)
        for event in dropped { projection.apply(event) }
        base = projection.snapshot
        events.removeFirst(dropped.count)
    }

    func page(after cursor: LogCursor, limit: Int) -> LogPage {
        guard holds(cursor) else {
            var projection = RunProjection(base)
            for event in events { projection.apply(event) }
            return LogPage(
                resetTo: projection.snapshot?.response, head: head.cursor, after: cursor, isSealed: head.isSealed)
        }
        let page = events.dropFirst(cursor.seq - head.trimmedThrough).prefix(max(1, limit))
        return LogPage(
            frames: page.map(LogFrame.event),
            next: page.last.map(LogCursor.init(after:)) ?? cursor,
            isEnd: head.isSealed && page.endIndex == events.endIndex)
    }

    private func holds(_ cursor: LogCursor) -> Bool {
        head.holds(cursor, attemptOfEvent: event(at: cursor.seq)?.attempt ?? base?.asOf.attempt)
    }

    private func event(at seq: Int) -> StreamEvent? {
        let index = seq - head.trimmedThrough - 1
        return events.indices.contains(index) ? events[index] : nil
    }
}
