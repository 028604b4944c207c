import Synchronization

/// The delivery of a run over one connection, as those who come after it have to know it.
final class AgentDelivery: Sendable {
    /// The agent has taken what the client asked for, or has refused it.
    let opened = OneShot<Void>()
    /// A later delivery of the run takes its place.
    let replaced = OneShot<Void>()
    /// Its last frame is sent.
    let ended = OneShot<Void>()
    private let events = Mutex(0)

    /// How many events were delivered.
    var eventCount: Int { events.withLock { $0 } }

    /// One more event is delivered.
    func noteEvent() {
        events.withLock { $0 += 1 }
    }

    /// Waits for a moment of the delivery, or for the cancellation of the task.
    static func wait(for moment: OneShot<Void>?) async {
        try? await moment?.value()
    }
}

/// Says of a run that is silent that it goes on, so that its reader does not give it up.
struct Heartbeat: Sendable {
    /// The time of silence after which it says so, and between two times.
    let interval: Duration
    /// The clock of that time.
    let clock: any Clock<Duration>

    /// Beats for as long as the delivery says nothing by itself; throws what `send` throws, and `CancellationError`.
    func beat(in delivery: AgentDelivery, _ send: () async throws -> Void) async throws {
        var count = delivery.eventCount
        while true {
            try await clock.sleep(for: interval)
            let now = delivery.eventCount
            if now == count { try await send() }
            count = now
        }
    }
}
