import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct AppendSignalsTests {
    @Test func `keeps a signal that comes before the wait`() async throws {
        let signals = AppendSignals()
        let subscription = signals.subscribe(to: "run-1")
        subscription.clear()
        signals.signal("run-1")
        try await subscription.next()
    }

    @Test func `wakes all who wait for the name, and nobody else`() async throws {
        let signals = AppendSignals()
        let other = signals.subscribe(to: "run-2")
        let waiting = Task { try await other.next() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                let subscription = signals.subscribe(to: "run-1")
                group.addTask { try await subscription.next() }
            }
            signals.signal("run-1")
            try await group.waitForAll()
        }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test func `forgets who has let go`() {
        let signals = AppendSignals()
        do {
            let subscriptions = (0..<10).map { signals.subscribe(to: "run-\($0 % 2)") }
            #expect(signals.subscriptionCount == subscriptions.count)
        }
        #expect(signals.subscriptionCount == 0)
    }

    @Test func `hands over the events of its signals, in their order`() {
        let signals = AppendSignals()
        let subscription = signals.subscribe(to: "run-1", keeping: 4)
        #expect(subscription.take() == nil, "nobody has looked yet")
        subscription.clear()
        #expect(subscription.take() == [])
        let events = LogFixtures.answer(of: "run-1", deltas: 3)
        signals.signal("run-1", events: Array(events[..<1]))
        signals.signal("run-1", events: Array(events[1...]))
        #expect(subscription.take() == events)
        #expect(subscription.take() == [])
    }

    @Test(arguments: [[2, 2, 1], [5], [1, 0], [0, 1]])
    func `says that there may be more than the events that it has kept`(batches: [Int]) {
        let signals = AppendSignals()
        let subscription = signals.subscribe(to: "run-1", keeping: 4)
        subscription.clear()
        let event = LogFixtures.delta(1, of: "run-1")
        for count in batches { signals.signal("run-1", events: Array(repeating: event, count: count)) }
        #expect(subscription.take() == nil)
        subscription.clear()
        #expect(subscription.take() == [])
    }
}
