/// Work that is handed out to the consumers of one or more groups, at least once to each group, the oldest first.
///
/// An item that a consumer was given stays in its hands until it is acknowledged. What a consumer that died left behind is
/// handed out again by `reclaim`, until it was handed out as often as the queue allows: then it is a dead letter of the
/// group. Deliveries are at least once: consumers look at `WorkDelivery.deliveries` where it matters.
///
/// A function with a group throws `PlatformError` with `unknownGroup` for one that the queue was not made with. A store
/// that fails throws its own error; writes are not undone by the cancellation of the calling task.
public protocol WorkQueue: Sendable {
    /// Adds an item; returns false, without effect, when its id is known already.
    ///
    /// - Throws: `PlatformError` with `queueFull`.
    @discardableResult
    func enqueue(_ item: WorkItem) async throws -> Bool

    /// Hands out at most `limit` items that no consumer of the group was given yet.
    func claim(group: String, consumer: String, limit: Int) async throws -> [WorkDelivery]

    /// As `claim`, but waits until there is an item.
    ///
    /// - Throws: `CancellationError` in addition.
    func nextWork(group: String, consumer: String, limit: Int) async throws -> [WorkDelivery]

    /// Hands out again at most `limit` items that have been in a consumer's hands for at least this time.
    func reclaim(group: String, consumer: String, idleFor: Duration, limit: Int) async throws -> [WorkDelivery]

    /// Hands out again at most `limit` items that this consumer has in its hands: what it asks for when it has restarted.
    func resume(group: String, consumer: String, limit: Int) async throws -> [WorkDelivery]

    /// Says that a consumer is still at work on its items, so that nobody reclaims them.
    func keep(_ ids: [String], group: String, consumer: String) async throws

    /// Says that items are done, whoever has them; ids that are in nobody's hands have no effect.
    func acknowledge(_ ids: [String], group: String) async throws

    /// The latest dead letters of a group, at most `limit`, the oldest of them first.
    func deadLetters(group: String, limit: Int) async throws -> [WorkDelivery]

    /// How many items wait for a consumer of the group or are in a consumer's hands.
    func backlog(group: String) async throws -> Int
}
