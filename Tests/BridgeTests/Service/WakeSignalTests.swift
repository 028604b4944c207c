import Bridge
import Testing

@Suite(.timeLimit(.minutes(1))) struct WakeSignalTests {
    @Test func aSignalThatWasRaisedBeforeIsSeenOnce() async {
        let signal = WakeSignal()
        signal.raise()
        signal.raise()
        #expect(signal.isRaised)
        await signal.wait()
        #expect(!signal.isRaised)
    }

    @Test func aWaitingTaskIsWoken() async {
        let signal = WakeSignal()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await signal.wait() }
            group.addTask { signal.raise() }
        }
    }

    @Test func aCancelledTaskStopsWaitingAndTheSignalStaysUsable() async {
        let signal = WakeSignal()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await signal.wait() }
            group.cancelAll()
        }
        signal.raise()
        await signal.wait()
    }

    @Test func aWaitWithALimitEndsWithTheClock() async {
        let signal = WakeSignal()
        await signal.wait(until: .milliseconds(5), clock: BridgeClock())
        #expect(!signal.isRaised)
    }

    /// Raised from many tasks while one waits again and again, no wake-up is lost.
    @Test func noRaiseIsLost() async {
        let signal = WakeSignal()
        let raises = 2_000
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<raises {
                    signal.raise()
                    await Task.yield()
                }
                signal.raise()
            }
            // The last raise comes after everything else, so a wait that follows it must return.
            await signal.wait()
            await group.waitForAll()
            signal.raise()
            await signal.wait()
        }
    }
}
