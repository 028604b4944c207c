public import Foundation

/// A piece of work that a queue hands out.
public struct WorkItem: Sendable, Hashable {
    /// Names the work: what is enqueued again under the same id is the same work.
    public let id: String
    /// What is to be done, in the form that producer and consumers agree on.
    public let payload: Data

    /// Creates an item.
    public init(id: String, payload: Data) {
        self.id = id
        self.payload = payload
    }
}

/// An item in the hands of a consumer.
public struct WorkDelivery: Sendable, Hashable {
    /// The item.
    public let item: WorkItem
    /// How often the item was handed out to this group, this time included; above 1 it may have been begun before.
    public let deliveries: Int

    /// Creates a delivery.
    public init(item: WorkItem, deliveries: Int) {
        self.item = item
        self.deliveries = deliveries
    }
}

/// What a queue is called, who takes from it, and how much it may hold.
public struct WorkQueueConfiguration: Sendable, Hashable {
    /// The name of the queue.
    public var name: String
    /// The consumer groups; each of them gets every item once.
    public var groups: [String]
    /// How many items may wait for their consumers or be in their hands.
    public var capacity: Int
    /// How often an item is handed out to a group before it is put aside as a dead letter.
    public var maximumDeliveries: Int
    /// How many dead letters a group keeps; the oldest make room for new ones.
    public var deadLetterCapacity: Int
    /// How long the id of a finished item is known, in seconds, so that enqueueing it again has no effect.
    public var memoryOfIDs: TimeInterval

    /// Creates a configuration.
    public init(
        name: String, groups: [String], capacity: Int = 10_000, maximumDeliveries: Int = 5,
        deadLetterCapacity: Int = 1_000, memoryOfIDs: TimeInterval = 86_400
    ) {
        self.name = name
        self.groups = groups
        self.capacity = capacity
        self.maximumDeliveries = maximumDeliveries
        self.deadLetterCapacity = deadLetterCapacity
        self.memoryOfIDs = memoryOfIDs
    }
}
