package import Foundation
import GRDB
package import PlatformSDK

/// Work in SQLite.
package struct SQLiteWorkQueue: WorkQueue {
    private let database: LogDatabase
    private let configuration: WorkQueueConfiguration
    private let now: @Sendable () -> Date

    /// Makes a queue over an open database, or opens it again; what a group that is no longer named had to do is dropped.
    package static func open(
        _ configuration: WorkQueueConfiguration, in database: LogDatabase,
        now: @escaping @Sendable () -> Date = { Date() }
    ) async throws -> SQLiteWorkQueue {
        let queue = SQLiteWorkQueue(database: database, configuration: configuration, now: now)
        let openedAt = now()
        try await database.write("open a work queue") { database in
            try StoredQueue(configuration, database).dropUnknownGroups(now: openedAt)
        }
        return queue
    }

    @discardableResult
    package func enqueue(_ item: WorkItem) async throws -> Bool {
        let now = now()
        let isNew = try await write("enqueue work") { try $0.enqueue(item, now: now) }
        if isNew { database.signals.signal(configuration.signalName) }
        return isNew
    }

    package func claim(group: String, consumer: String, limit: Int) async throws -> [WorkDelivery] {
        // Idle consumers ask often, and a read waits for no disk.
        let hasWork = try await database.read("look for work") { [configuration] database in
            try StoredQueue(configuration, database).hasWaitingWork(for: group)
        }
        guard hasWork else { return [] }
        let now = now()
        return try await write("claim work") {
            try $0.claim(group: group, consumer: consumer, limit: limit, now: now)
        }
    }

    package func nextWork(group: String, consumer: String, limit: Int) async throws -> [WorkDelivery] {
        try await database.signals.firstWork(on: configuration.signalName) {
            try await claim(group: group, consumer: consumer, limit: limit)
        }
    }

    package func reclaim(
        group: String, consumer: String, idleFor: Duration, limit: Int
    ) async throws -> [WorkDelivery] {
        let now = now()
        let idleSince = now.addingTimeInterval(-idleFor.timeInterval)
        return try await write("reclaim work") {
            try $0.redeliver(group: group, to: consumer, .idle(since: idleSince), limit: limit, now: now)
        }
    }

    package func resume(group: String, consumer: String, limit: Int) async throws -> [WorkDelivery] {
        let now = now()
        return try await write("resume work") {
            try $0.redeliver(group: group, to: consumer, .ofConsumer, limit: limit, now: now)
        }
    }

    package func keep(_ ids: [String], group: String, consumer: String) async throws {
        let now = now()
        try await write("keep work") { try $0.keep(ids, group: group, consumer: consumer, now: now) }
    }

    package func acknowledge(_ ids: [String], group: String) async throws {
        let now = now()
        try await write("acknowledge work") { try $0.acknowledge(ids, group: group, now: now) }
    }

    package func deadLetters(group: String, limit: Int) async throws -> [WorkDelivery] {
        try await database.read("read dead letters") { [configuration] database in
            try StoredQueue(configuration, database).deadLetters(group: group, limit: limit)
        }
    }

    package func backlog(group: String) async throws -> Int {
        try await database.read("count work") { [configuration] database in
            try StoredQueue(configuration, database).backlog(group: group)
        }
    }

    private func write<Value: Sendable>(
        _ action: String, _ body: @escaping @Sendable (StoredQueue) throws -> Value
    ) async throws -> Value {
        try await database.write(action) { [configuration] database in
            try body(StoredQueue(configuration, database))
        }
    }
}

extension WorkQueueConfiguration {
    /// What the queue's consumers listen to; no run has such an id.
    fileprivate var signalName: String { "queue \(name)" }
}
