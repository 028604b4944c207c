/// The delivery of a run over one connection, as those who come after it have to know it.
final class AgentDelivery: Sendable {
    /// The agent has taken what the client asked for, or has refused it.
    let opened = OneShot<Void>()
    /// A later delivery of the run takes its place.
    let replaced = OneShot<Void>()
    /// Its last frame is sent.
    let ended = OneShot<Void>()

    /// Waits for a moment of the delivery, or for the cancellation of the task.
    static func wait(for moment: OneShot<Void>?) async {
        try? await moment?.value()
    }
}
