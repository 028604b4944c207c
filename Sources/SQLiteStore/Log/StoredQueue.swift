import Foundation
import GRDB
import PlatformSDK

/// One queue's rows, inside the caller's transaction.
struct StoredQueue {
    /// What is handed out again.
    enum Abandoned {
        /// What a consumer has had in its hands for a time.
        case idle(since: Date)
        /// What the asking consumer itself has.
        case ofConsumer
    }

    private let configuration: WorkQueueConfiguration
    private let database: Database

    init(_ configuration: WorkQueueConfiguration, _ database: Database) {
        self.configuration = configuration
        self.database = database
    }

    private var name: StoredText { configuration.name.stored }

    /// Adds an item for every group; false where its id is known.
    func enqueue(_ item: WorkItem, now: Date) throws -> Bool {
        let forgotten = now.addingTimeInterval(-configuration.memoryOfIDs).milliseconds
        try run(
            """
            DELETE FROM work_items WHERE id IN (
                SELECT id FROM work_items WHERE queue = ? AND done_at IS NOT NULL AND done_at <= ?
                ORDER BY done_at LIMIT 100)
            """, [name, forgotten])
        // Beyond those hundred the same id could still be there.
        try run(
            "DELETE FROM work_items WHERE queue = ? AND item_id = ? AND done_at <= ?",
            [name, item.id.stored, forgotten])
        let known = try Int.fetchOne(
            statement("SELECT 1 FROM work_items WHERE queue = ? AND item_id = ?"), arguments: [name, item.id.stored])
        guard known == nil else { return false }
        let open = try Int.fetchOne(
            statement("SELECT count(*) FROM work_items WHERE queue = ? AND done_at IS NULL"), arguments: [name])
        guard (open ?? 0) < configuration.capacity else {
            throw PlatformError.queueFull(configuration.name, capacity: configuration.capacity)
        }
        try run(
            "INSERT INTO work_items (queue, item_id, payload) VALUES (?, ?, ?)", [name, item.id.stored, item.payload])
        let key = database.lastInsertedRowID
        for group in Set(configuration.groups) {
            try run(
                "INSERT INTO work_deliveries (item, consumer_group, queue) VALUES (?, ?, ?)",
                [key, group.stored, name])
        }
        return true
    }

    /// True where an item waits for a consumer of the group.
    func hasWaitingWork(for group: String) throws -> Bool {
        try requireGroup(group)
        let statement = try statement(
            "SELECT 1 FROM work_deliveries WHERE queue = ? AND consumer_group = ? AND consumer IS NULL LIMIT 1")
        return try Int.fetchOne(statement, arguments: [name, group.stored]) != nil
    }

    /// Hands out what waits.
    func claim(group: String, consumer: String, limit: Int, now: Date) throws -> [WorkDelivery] {
        try requireGroup(group)
        let statement = try statement(
            """
            SELECT id, item_id, payload, deliveries
            FROM work_deliveries JOIN work_items ON work_items.id = work_deliveries.item
            WHERE work_deliveries.queue = ? AND consumer_group = ? AND consumer IS NULL
            ORDER BY item LIMIT ?
            """)
        let rows = try Row.fetchAll(statement, arguments: [name, group.stored, max(0, limit)])
        return try rows.map { try deliver($0, to: consumer, of: group, now: now) }
    }

    /// Hands out again what was abandoned, or puts it aside.
    func redeliver(
        group: String, to consumer: String, _ abandoned: Abandoned, limit: Int, now: Date
    ) throws -> [WorkDelivery] {
        try requireGroup(group)
        let (condition, argument): (String, any DatabaseValueConvertible) =
            switch abandoned {
            case .idle(let since): ("since <= ?", since.milliseconds)
            case .ofConsumer: ("consumer = ?", consumer.stored)
            }
        let pending = """
            SELECT id, item_id, payload, deliveries
            FROM work_deliveries JOIN work_items ON work_items.id = work_deliveries.item
            WHERE work_deliveries.queue = ? AND consumer_group = ? AND consumer IS NOT NULL AND \(condition)
            """
        let spent = try Row.fetchAll(
            statement("\(pending) AND deliveries >= ? ORDER BY item LIMIT 100"),
            arguments: [name, group.stored, argument, configuration.maximumDeliveries])
        for row in spent { try putAside(row, of: group, now: now) }
        let rows = try Row.fetchAll(
            statement("\(pending) AND deliveries < ? ORDER BY item LIMIT ?"),
            arguments: [name, group.stored, argument, configuration.maximumDeliveries, max(0, limit)])
        return try rows.map { try deliver($0, to: consumer, of: group, now: now) }
    }

    /// Notes that a consumer is at work.
    func keep(_ ids: [String], group: String, consumer: String, now: Date) throws {
        try requireGroup(group)
        for id in ids {
            try run(
                """
                UPDATE work_deliveries SET since = ? WHERE consumer_group = ? AND consumer = ?
                    AND item = (SELECT id FROM work_items WHERE queue = ? AND item_id = ?)
                """, [now.milliseconds, group.stored, consumer.stored, name, id.stored])
        }
    }

    /// Notes that a group is done with items.
    func acknowledge(_ ids: [String], group: String, now: Date) throws {
        try requireGroup(group)
        let find = try statement("SELECT id FROM work_items WHERE queue = ? AND item_id = ?")
        for id in ids {
            guard let key = try Int64.fetchOne(find, arguments: [name, id.stored]) else { continue }
            try run(
                "DELETE FROM work_deliveries WHERE item = ? AND consumer_group = ? AND consumer IS NOT NULL",
                [key, group.stored])
            try conclude(key, now: now)
        }
    }

    /// The latest dead letters, the oldest of them first.
    func deadLetters(group: String, limit: Int) throws -> [WorkDelivery] {
        try requireGroup(group)
        let statement = try statement(
            """
            SELECT item_id, payload, deliveries FROM dead_letters WHERE queue = ? AND consumer_group = ?
            ORDER BY id DESC LIMIT ?
            """)
        let rows = try Row.fetchAll(statement, arguments: [name, group.stored, max(0, limit)])
        return try rows.reversed().map { try WorkDelivery($0) }
    }

    /// How much the group has still to do.
    func backlog(group: String) throws -> Int {
        try requireGroup(group)
        let waiting = """
            SELECT count(*) FROM work_deliveries WHERE queue = ? AND consumer_group = ? AND consumer IS
            """
        return try ["\(waiting) NULL", "\(waiting) NOT NULL"].reduce(0) {
            try $0 + (Int.fetchOne(statement($1), arguments: [name, group.stored]) ?? 0)
        }
    }

    /// Drops what groups had to do that the queue is no longer made with.
    func dropUnknownGroups(now: Date) throws {
        let known = Set(configuration.groups)
        // One index holds what waits, another what is in consumers' hands.
        for condition in ["consumer IS NULL", "consumer IS NOT NULL"] {
            let rows = try Row.fetchAll(
                statement("SELECT item, consumer_group FROM work_deliveries WHERE queue = ? AND \(condition)"),
                arguments: [name])
            for row in rows {
                let group = try row.text("consumer_group")
                guard !known.contains(group) else { continue }
                let key = try row.value("item", as: Int64.self)
                try run("DELETE FROM work_deliveries WHERE item = ? AND consumer_group = ?", [key, group.stored])
                try conclude(key, now: now)
            }
        }
    }
}

extension StoredQueue {
    private func deliver(_ row: Row, to consumer: String, of group: String, now: Date) throws -> WorkDelivery {
        let before = try WorkDelivery(row)
        let delivery = WorkDelivery(item: before.item, deliveries: before.deliveries + 1)
        try run(
            """
            UPDATE work_deliveries SET consumer = ?, deliveries = ?, since = ? WHERE item = ? AND consumer_group = ?
            """,
            [
                consumer.stored, delivery.deliveries, now.milliseconds, try row.value("id", as: Int64.self),
                group.stored,
            ])
        return delivery
    }

    /// Makes an item a dead letter of the group; the oldest dead letter makes room.
    private func putAside(_ row: Row, of group: String, now: Date) throws {
        let key = try row.value("id", as: Int64.self)
        let letter = try WorkDelivery(row)
        try run(
            """
            INSERT INTO dead_letters (queue, consumer_group, item_id, payload, deliveries) VALUES (?, ?, ?, ?, ?)
            """, [name, group.stored, letter.item.id.stored, letter.item.payload, letter.deliveries])
        try run(
            """
            DELETE FROM dead_letters WHERE id IN (
                SELECT id FROM dead_letters WHERE queue = ? AND consumer_group = ? ORDER BY id DESC LIMIT -1 OFFSET ?)
            """, [name, group.stored, configuration.deadLetterCapacity])
        try run("DELETE FROM work_deliveries WHERE item = ? AND consumer_group = ?", [key, group.stored])
        try conclude(key, now: now)
    }

    /// Forgets an item that no group has anything to do with any more, except for its id.
    private func conclude(_ key: Int64, now: Date) throws {
        try run(
            """
            UPDATE work_items SET payload = NULL, done_at = ? WHERE id = ? AND done_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM work_deliveries WHERE item = work_items.id)
            """, [now.milliseconds, key])
    }

    private func requireGroup(_ group: String) throws {
        guard configuration.groups.contains(group) else {
            throw PlatformError.unknownGroup(group, of: configuration.name)
        }
    }

    private func statement(_ sql: String) throws -> Statement {
        try database.cachedStatement(sql: sql)
    }

    private func run(_ sql: String, _ arguments: StatementArguments) throws {
        try statement(sql).execute(arguments: arguments)
    }
}

extension WorkDelivery {
    fileprivate init(_ row: Row) throws {
        self.init(
            item: WorkItem(id: try row.text("item_id"), payload: try row.value("payload")),
            deliveries: try row.value("deliveries"))
    }
}
