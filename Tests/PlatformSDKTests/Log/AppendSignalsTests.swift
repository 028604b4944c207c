import PlatformSDK
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
}
