import Foundation
import GRDB
import PlatformSDK

/// The rows of events, and nothing else, in a database with the log's durability: what SQLite and the disk give at best.
struct BareDatabase {
    private let queue: DatabaseQueue

    /// Creates the database.
    init(in directory: URL) throws {
        queue = try DatabaseQueue(path: directory.appendingPathComponent("bare-\(UUID().uuidString).sqlite").path)
        try queue.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                    CREATE TABLE events (run INTEGER NOT NULL, seq INTEGER NOT NULL, attempt INTEGER NOT NULL,
                        event BLOB NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID;
                    """)
        }
    }

    /// Inserts rows, the encoded events of a run from a number on, in one transaction, which is on the disk afterwards.
    func insert(_ events: some Sequence<Data>, run: Int = 1, from seq: Int) throws {
        try queue.write { database in
            let statement = try database.cachedStatement(sql: "INSERT INTO events VALUES (?, ?, ?, ?)")
            for (index, event) in events.enumerated() {
                try statement.execute(arguments: [run, seq + index, 1, event])
            }
        }
    }

    /// Rows a second, inserted in batches of that many events.
    func eventsPerSecond(_ count: Int, batch: Int) throws -> Double {
        let events = try LogWorkload.events(batch, of: "run-1", from: 1).map { try EventJSON.encode($0) }
        let start = ContinuousClock.now
        for seq in stride(from: 1, to: count, by: batch) { try insert(events, from: seq) }
        return Double(count) / (ContinuousClock.now - start).seconds
    }

    /// How long a transaction of one row takes.
    func commits(_ count: Int, from seq: Int) throws -> Distribution {
        let event = try LogWorkload.events(1, of: "run-1", from: 1).map { try EventJSON.encode($0) }
        let clock = ContinuousClock()
        return Distribution(
            try (0..<count).map { index in
                Thread.sleep(forTimeInterval: 0.002)
                return try clock.measure { try insert(event, run: 2, from: seq + index) }
            })
    }
}
