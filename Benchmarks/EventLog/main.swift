import Dispatch
import Foundation
import GRDB
import PlatformSDK
import SQLiteStore
import Synchronization

// Appends events with several writers while readers follow, and compares with bare inserts on the same disk.

private let trace = TraceContext.random()
private let options = Options(CommandLine.arguments.dropFirst())
private let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("rialto-bench-\(ProcessInfo.processInfo.processIdentifier)", isDirectory: true)
try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: directory) }

private let bare = try BareInserts(directory: directory).eventsPerSecond(options)
private let database = try await LogDatabase.open(in: directory)
private let workload = Workload(log: SQLiteEventLog(database: database), options: options)
private let appended = try await workload.appendWithAllWriters()
private let wakes = try await workload.wakeUps()
private let busyWakes = try await workload.wakeUpsUnderLoad()
try await database.close()

print(
    """
    events appended: \(options.events) of \(options.bytes) bytes of text, \(options.writers) writers, batches of \(options.batch)
    bare inserts, one transaction: \(Int(bare)) events/s
    durable appends:               \(Int(appended)) events/s, ratio \(String(format: "%.2f", appended / bare))
    wake-up, one event at a time:  \(wakes)
    wake-up beside \(options.writers) busy writers: \(busyWakes)
    """)

/// What is measured.
struct Options {
    var events = 80_000
    var writers = 8
    var batch = 32
    var bytes = 24
    var wakes = 500

    init(_ arguments: some Sequence<String>) {
        var rest = Array(arguments)[...]
        while let name = rest.popFirst(), let value = rest.popFirst().flatMap({ Int($0) }) {
            switch name {
            case "--events": events = value
            case "--writers": writers = value
            case "--batch": batch = value
            case "--bytes": bytes = value
            case "--wakes": wakes = value
            default: print("unknown option \(name)")
            }
        }
    }
}

/// An event as a model's stream brings them.
private func delta(_ seq: Int, of runID: String, bytes: Int) -> StreamEvent {
    let piece = ItemDelta(itemID: "item-1", deltaContent: String(repeating: "x", count: bytes))
    return StreamEvent(
        eventID: "evt_01JD\(runID)\(seq)", runID: runID, seq: seq, timestamp: 1_700_000_000_000 + Int64(seq),
        traceContext: trace, payload: .itemDelta(piece))
}

/// The same rows written by one prepared statement in one transaction: what the disk and SQLite give at best.
struct BareInserts {
    let directory: URL

    func eventsPerSecond(_ options: Options) throws -> Double {
        let queue = try DatabaseQueue(path: directory.appendingPathComponent("bare.sqlite").path)
        try queue.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                    CREATE TABLE events (run INTEGER NOT NULL, seq INTEGER NOT NULL, attempt INTEGER NOT NULL,
                        event BLOB NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID;
                    """)
        }
        let event = try EventJSON.encode(delta(1, of: "run-1", bytes: options.bytes))
        let start = ContinuousClock.now
        try queue.write { database in
            let statement = try database.makeStatement(sql: "INSERT INTO events VALUES (?, ?, ?, ?)")
            for index in 0..<options.events {
                try statement.execute(arguments: [index % options.writers, index, 1, event])
            }
        }
        return Double(options.events) / (ContinuousClock.now - start).inSeconds
    }
}

/// Writers and readers of the log.
struct Workload {
    let log: SQLiteEventLog
    let options: Options

    /// Events per second over all writers, each append durable before the next of its writer.
    func appendWithAllWriters() async throws -> Double {
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<options.writers {
                group.addTask { try await write("run-\(writer)", events: options.events / options.writers) }
            }
            try await group.waitForAll()
        }
        return Double(options.events) / (ContinuousClock.now - start).inSeconds
    }

    /// The time from the return of an append to the reader that has its event.
    func wakeUps(_ runID: String = "waking") async throws -> Distribution {
        try await log.claim(runID, attempt: 1)
        let arrivals = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var tail = log.tail(runID).makeAsyncIterator()
                for _ in 0..<options.wakes where try await tail.next() != nil {
                    arrivals.continuation.yield(.now)
                }
                arrivals.continuation.finish()
            }
            var arrived = arrivals.stream.makeAsyncIterator()
            var times: [Duration] = []
            for seq in 1...options.wakes {
                try await Task.sleep(for: .milliseconds(2))
                try await log.append([delta(seq, of: runID, bytes: options.bytes)], to: runID, attempt: 1)
                let appended = ContinuousClock.now
                guard let arrival = await arrived.next() else { break }
                times.append(max(.zero, arrival - appended))
            }
            try await group.waitForAll()
            return Distribution(times)
        }
    }

    /// As `wakeUps`, while all writers write.
    func wakeUpsUnderLoad() async throws -> Distribution {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<options.writers {
                group.addTask {
                    do {
                        try await write("busy-\(writer)", events: .max)
                    } catch is CancellationError {}
                }
            }
            let times = try await wakeUps("waking-busy")
            group.cancelAll()
            return times
        }
    }

    private func write(_ runID: String, events: Int) async throws {
        try await log.claim(runID, attempt: 1)
        var seq = 0
        while seq < events {
            try Task.checkCancellation()
            let size = min(options.batch, events - seq)
            let batch = (1...size).map { delta(seq + $0, of: runID, bytes: options.bytes) }
            try await log.append(batch, to: runID, attempt: 1)
            seq += size
        }
    }
}

/// Percentiles of durations.
struct Distribution: CustomStringConvertible {
    private let sorted: [Duration]

    init(_ times: [Duration]) {
        sorted = times.sorted()
    }

    var description: String {
        [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1)].map { name, share in
            let index = min(sorted.count - 1, Int(Double(sorted.count) * share))
            return "\(name) \(String(format: "%.2f", sorted[index].inSeconds * 1000)) ms"
        }.joined(separator: ", ")
    }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
