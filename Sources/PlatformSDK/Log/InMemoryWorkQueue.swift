public import Foundation
import Synchronization

/// Work in memory: the twin of the stored queue, for tests and for a program that need not remember.
public final class InMemoryWorkQueue: WorkQueue {
    private let state: Mutex<WorkQueueState>
    private let name: String
    private let signals = AppendSignals()
    private let now: @Sendable () -> Date

    /// Creates an empty queue; `now` says since when a consumer has an item.
    public init(_ configuration: WorkQueueConfiguration, now: @escaping @Sendable () -> Date = { Date() }) {
        state = Mutex(WorkQueueState(configuration))
        name = configuration.name
        self.now = now
    }

    @discardableResult
    public func enqueue(_ item: WorkItem) async throws -> Bool {
        let now = now()
        let isNew = try state.withLock { try $0.enqueue(item, now: now) }
        if isNew { signals.signal(name) }
        return isNew
    }

    public func claim(group: String, consumer: String, limit: Int) async throws -> [WorkDelivery] {
        let now = now()
        return try state.withLock { try $0.claim(group: group, consumer: consumer, limit: limit, now: now) }
    }

    public func nextWork(group: String, consumer: String, limit: Int) async throws -> [WorkDelivery] {
        try await signals.firstWork(on: name) {
            try await claim(group: group, consumer: consumer, limit: limit)
        }
    }

    public func reclaim(
        group: String, consumer: String, idleFor: Duration, limit: Int
    ) async throws -> [WorkDelivery] {
        let now = now()
        let idleSince = now.addingTimeInterval(-idleFor.timeInterval)
        return try state.withLock {
            try $0.reclaim(group: group, consumer: consumer, idleSince: idleSince, limit: limit, now: now)
        }
    }

    public func resume(group: String, consumer: String, limit: Int) async throws -> [WorkDelivery] {
        let now = now()
        return try state.withLock { try $0.resume(group: group, consumer: consumer, limit: limit, now: now) }
    }

    public func keep(_ ids: [String], group: String, consumer: String) async throws {
        let now = now()
        try state.withLock { try $0.keep(ids, group: group, consumer: consumer, now: now) }
    }

    public func acknowledge(_ ids: [String], group: String) async throws {
        let now = now()
        try state.withLock { try $0.acknowledge(ids, group: group, now: now) }
    }

    public func deadLetters(group: String, limit: Int) async throws -> [WorkDelivery] {
        try state.withLock { try $0.deadLetters(group: group, limit: limit) }
    }

    public func backlog(group: String) async throws -> Int {
        try state.withLock { try $0.backlog(group: group) }
    }
}

extension AppendSignals {
    /// Asks for work until there is some, once at first and once after each signal.
    package func firstWork(
        on name: String, _ claim: () async throws -> [WorkDelivery]
    ) async throws -> [WorkDelivery] {
        let subscription = subscribe(to: name)
        while true {
            try Task.checkCancellation()
            subscription.clear()
            let work = try await claim()
            guard work.isEmpty else { return work }
            try await subscription.next()
        }
    }
}

extension Duration {
    /// The duration in seconds.
    package var timeInterval: TimeInterval {
        TimeInterval(components.seconds) + TimeInterval(components.attoseconds) / 1e18
    }
}
