import PlatformSDK
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct LogTailTests {
    /// A log whose reads are counted, and the signals of what it was not told to store.
    private final class CountedLog: Sendable {
        let signals = AppendSignals()
        let log = InMemoryEventLog()
        private let count = Mutex(0)

        var reads: Int { count.withLock { $0 } }

        func tail(after cursor: LogCursor = .start, pageSize: Int = 256) -> LogTail {
            LogTail("run-1", after: cursor, pageSize: pageSize, signals: signals) { cursor, limit in
                self.count.withLock { $0 += 1 }
                return try await self.log.read("run-1", after: cursor, limit: limit)
            }
        }

        func append(_ events: [StreamEvent], attempt: Int = 1) async throws {
            try await log.append(events, to: "run-1", attempt: attempt)
            signals.signal("run-1", events: events)
        }
    }

    /// What a reader gets that asks for the next frame as soon as it has one.
    private func following(_ tail: LogTail) -> AsyncThrowingStream<LogFrame, any Error> {
        AsyncThrowingStream { continuation in
            let reading = Task {
                do {
                    for try await frame in tail { continuation.yield(frame) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in reading.cancel() }
        }
    }

    @Test func `a reader that has caught up is handed what is appended, and reads nothing`() async throws {
        let counted = CountedLog()
        try await counted.log.claim("run-1", attempt: 1)
        let events = LogFixtures.answer(of: "run-1", deltas: 9) + [LogFixtures.end(11, of: "run-1")]
        try await counted.append(Array(events[..<2]))
        var frames = following(counted.tail()).makeAsyncIterator()
        for event in events[..<2] { #expect(try await frames.next() == .event(event)) }
        try await eventually("it has seen that this is all") { counted.reads == 2 }
        for event in events[2...] {
            try await counted.append([event])
            #expect(try await frames.next() == .event(event))
        }
        #expect(try await frames.next() == nil)
        #expect(counted.reads == 2)
    }

    @Test func `what is handed over twice, or was read before, comes once`() async throws {
        let counted = CountedLog()
        try await counted.log.claim("run-1", attempt: 1)
        let events = LogFixtures.answer(of: "run-1", deltas: 3) + [LogFixtures.end(5, of: "run-1")]
        try await counted.append(Array(events[..<2]))
        var frames = following(counted.tail()).makeAsyncIterator()
        for event in events[..<2] { #expect(try await frames.next() == .event(event)) }
        try await eventually("it has seen that this is all") { counted.reads == 2 }
        counted.signals.signal("run-1", events: Array(events[..<2]))
        try await counted.append(Array(events[..<3]))
        try await counted.append(Array(events[2...]))
        for event in events[2...] { #expect(try await frames.next() == .event(event)) }
        #expect(try await frames.next() == nil)
    }

    @Test func `what does not follow its position is read from the log`() async throws {
        let counted = CountedLog()
        try await counted.log.claim("run-1", attempt: 1)
        let events = LogFixtures.answer(of: "run-1", deltas: 4)
        try await counted.append(Array(events[..<2]))
        var frames = following(counted.tail()).makeAsyncIterator()
        for event in events[..<2] { #expect(try await frames.next() == .event(event)) }
        try await eventually("it has seen that this is all") { counted.reads == 2 }
        // One signal is missing.
        try await counted.log.append(Array(events[2..<3]), to: "run-1", attempt: 1)
        try await counted.append(Array(events[3...]))
        for event in events[2...] { #expect(try await frames.next() == .event(event)) }
        // Another owner drops what the reader has seen.
        try await counted.log.claim("run-1", attempt: 2, keepingThrough: 2)
        let other = LogFixtures.answer(of: "run-1", deltas: 0, attempt: 2, from: 3)
        try await counted.append(other, attempt: 2)
        let reset = LogFixtures.snapshot(of: Array(events[..<2]) + other)
        #expect(try await frames.next() == .reset(reset))
    }

    @Test func `a reader that does not keep up reads from the log`() async throws {
        let counted = CountedLog()
        try await counted.log.claim("run-1", attempt: 1)
        let events = LogFixtures.answer(of: "run-1", deltas: 49) + [LogFixtures.end(51, of: "run-1")]
        try await counted.append(Array(events[..<2]))
        var tail = counted.tail(pageSize: 4).makeAsyncIterator()
        for event in events[..<2] { #expect(try await tail.next() == .event(event)) }
        for event in events[2...] { try await counted.append([event]) }
        for event in events[2...] { #expect(try await tail.next() == .event(event)) }
        #expect(try await tail.next() == nil)
    }
}
