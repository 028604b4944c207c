import Foundation

/// All of a queue in memory: its decisions without a clock.
struct WorkQueueState: Sendable {
    private struct Pending: Sendable {
        var consumer: String
        var deliveries: Int
        var since: Date
    }

    private struct Group: Sendable {
        /// The orders of the items that no consumer was given yet.
        var waiting: [Int] = []
        /// What is in consumers' hands, by order.
        var pending: [Int: Pending] = [:]
        var deadLetters: [WorkDelivery] = []

        /// Waiting orders are the newest ones, without gaps in what the queue holds.
        func waits(for order: Int) -> Bool { waiting.first.map { $0 <= order } ?? false }
    }

    private let configuration: WorkQueueConfiguration
    private var groups: [String: Group]
    private var items: [Int: WorkItem] = [:]
    private var orders: [String: Int] = [:]
    private var done: [(id: String, at: Date)] = []
    private var doneIDs: Set<String> = []
    private var nextOrder = 0

    init(_ configuration: WorkQueueConfiguration) {
        self.configuration = configuration
        groups = Dictionary(configuration.groups.map { ($0, Group()) }) { first, _ in first }
    }

    mutating func enqueue(_ item: WorkItem, now: Date) throws(PlatformError) -> Bool {
        forgetIDs(now)
        guard orders[item.id] == nil, !doneIDs.contains(item.id) else { return false }
        guard items.count < configuration.capacity else {
            throw .queueFull(configuration.name, capacity: configuration.capacity)
        }
        items[nextOrder] = item
        orders[item.id] = nextOrder
        for group in groups.keys { groups[group]?.waiting.append(nextOrder) }
        nextOrder += 1
        return true
    }

    mutating func claim(group: String, consumer: String, limit: Int, now: Date) throws -> [WorkDelivery] {
        try change(group) { state, items in
            let taken = state.waiting.prefix(max(0, limit))
            state.waiting.removeFirst(taken.count)
            return taken.compactMap { order in
                state.pending[order] = Pending(consumer: consumer, deliveries: 1, since: now)
                return items[order].map { WorkDelivery(item: $0, deliveries: 1) }
            }
        }
    }

    mutating func reclaim(
        group: String, consumer: String, idleSince: Date, limit: Int, now: Date
    ) throws -> [WorkDelivery] {
        try redeliver(group, to: consumer, limit: limit, now: now) { $0.since <= idleSince }
    }

    mutating func resume(group: String, consumer: String, limit: Int, now: Date) throws -> [WorkDelivery] {
        try redeliver(group, to: consumer, limit: limit, now: now) { $0.consumer == consumer }
    }

    mutating func keep(_ ids: [String], group: String, consumer: String, now: Date) throws {
        let orders = ids.compactMap { self.orders[$0] }
        try change(group) { state, _ in
            for order in orders where state.pending[order]?.consumer == consumer { state.pending[order]?.since = now }
        }
    }

    mutating func acknowledge(_ ids: [String], group: String, now: Date) throws {
        let orders = ids.compactMap { self.orders[$0] }
        try change(group) { state, _ in
            for order in orders { state.pending[order] = nil }
        }
        conclude(orders, now: now)
    }

    func deadLetters(group: String, limit: Int) throws -> [WorkDelivery] {
        try known(group).deadLetters.suffix(max(0, limit))
    }

    func backlog(group: String) throws -> Int {
        let group = try known(group)
        return group.waiting.count + group.pending.count
    }

    private mutating func redeliver(
        _ group: String, to consumer: String, limit: Int, now: Date, where isDue: (Pending) -> Bool
    ) throws -> [WorkDelivery] {
        let configuration = configuration
        var dead: [Int] = []
        let delivered = try change(group) { state, items in
            var delivered: [WorkDelivery] = []
            for order in state.pending.filter({ isDue($0.value) }).keys.sorted() where delivered.count < limit {
                guard let pending = state.pending[order], let item = items[order] else { continue }
                if pending.deliveries >= configuration.maximumDeliveries {
                    state.pending[order] = nil
                    state.deadLetters.append(WorkDelivery(item: item, deliveries: pending.deliveries))
                    dead.append(order)
                } else {
                    let deliveries = pending.deliveries + 1
                    state.pending[order] = Pending(consumer: consumer, deliveries: deliveries, since: now)
                    delivered.append(WorkDelivery(item: item, deliveries: deliveries))
                }
            }
            state.deadLetters.removeFirst(max(0, state.deadLetters.count - configuration.deadLetterCapacity))
            return delivered
        }
        conclude(dead, now: now)
        return delivered
    }

    /// Forgets items that no group waits for or has in hand, except for their ids.
    private mutating func conclude(_ orders: [Int], now: Date) {
        for order in orders {
            let isOpen = groups.values.contains { $0.pending[order] != nil || $0.waits(for: order) }
            guard !isOpen, let item = items.removeValue(forKey: order) else { continue }
            self.orders[item.id] = nil
            done.append((item.id, now))
            doneIDs.insert(item.id)
        }
    }

    private mutating func forgetIDs(_ now: Date) {
        let forgotten = done.prefix { now.timeIntervalSince($0.at) >= configuration.memoryOfIDs }
        for (id, _) in forgotten { doneIDs.remove(id) }
        done.removeFirst(forgotten.count)
    }

    private func known(_ group: String) throws(PlatformError) -> Group {
        guard let state = groups[group] else { throw .unknownGroup(group, of: configuration.name) }
        return state
    }

    private mutating func change<Value>(
        _ group: String, _ body: (inout Group, [Int: WorkItem]) throws -> Value
    ) throws -> Value {
        var state = try known(group)
        defer { groups[group] = state }
        return try body(&state, items)
    }
}
