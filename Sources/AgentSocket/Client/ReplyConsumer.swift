import Synchronization

/// The consumer's side of a reply, which can be let go of once.
final class ReplyConsumer: Sendable {
    private let isHeld = Mutex(true)
    private let whenLetGo: @Sendable () -> Void

    init(whenLetGo: @escaping @Sendable () -> Void) {
        self.whenLetGo = whenLetGo
    }

    func letGo() {
        guard
            isHeld.withLock({ held in
                defer { held = false }; return held
            })
        else { return }
        whenLetGo()
    }
}

/// A function that returns the time on the clock since this call.
func stopwatch(_ clock: some Clock<Duration>) -> @Sendable () -> Duration {
    let start = clock.now
    return { start.duration(to: clock.now) }
}
