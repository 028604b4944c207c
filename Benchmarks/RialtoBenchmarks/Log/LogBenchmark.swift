import Foundation
import PlatformSDK
import SQLiteStore

/// The event log in SQLite: durable appends a second, and how soon a reader that follows a run has what was appended.
struct LogBenchmark {
    private static let events = 120_000
    private static let wanted = 20_000.0
    private static let wakes = 1_000
    private static let latest = Duration.milliseconds(5)
    /// Between two events of the run that is followed.
    private static let pause = Duration.milliseconds(2)

    /// Where the databases are made.
    let directory: URL

    /// Adds the figures.
    func measure(into report: inout Report) async throws {
        let directory = directory
        let (bare, commits) = try await onThread("bare") {
            let bare = try BareDatabase(in: directory)
            return (
                try bare.eventsPerSecond(Self.events, batch: LogWorkload.batch * LogWorkload.writers),
                try bare.commits(200, from: 1)
            )
        }
        let database = try await LogDatabase.open(in: directory)
        let log = SQLiteEventLog(database: database)
        let rate = try await appends(to: log)
        report.add(
            "durable appends, \(LogWorkload.writers) writers, batches of \(LogWorkload.batch)", "\(rate.rate) events/s",
            floor: "bare rows in batches of \(LogWorkload.batch * LogWorkload.writers): \(bare.rate)/s; "
                + "ratio \((rate / bare).ratio)",
            target: ("≥ \(Self.wanted.rate)/s", rate >= Self.wanted))

        let alone = try await wakings("alone", of: log)
        report.add(
            "a following reader is woken after an append has returned", "\(alone.wakings)", target: target(alone))
        report.add(
            "the same from the call of the append", "\(alone.whole)",
            floor: "a bare row: " + alone.whole.text(against: commits))
        let paced = try await beside(pace: Self.wanted, of: log)
        report.add(
            "woken, beside \(LogWorkload.writers) writers of \(paced.rate.rate) events/s in all",
            "\(paced.wakings.wakings)",
            target: target(paced.wakings))
        report.add("the same from the call of the append", "\(paced.wakings.whole)")
        let busy = try await beside(pace: nil, of: log)
        report.add(
            "woken, beside \(LogWorkload.writers) writers that never pause, of \(busy.rate.rate) events/s",
            "\(busy.wakings.wakings)", target: target(busy.wakings))
        report.add("the same from the call of the append", "\(busy.wakings.whole)")
        try await database.close()
    }

    private func target(_ wakings: Wakings) -> (String, Bool) {
        ("p95 ≤ 5 ms", wakings.wakings.p95 <= Self.latest)
    }

    /// Events a second over all writers, each append durable before the next of its writer.
    private func appends(to log: SQLiteEventLog) async throws -> Double {
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<LogWorkload.writers {
                group.addTask {
                    try await LogWorkload.write("run-\(writer)", to: log, events: Self.events / LogWorkload.writers)
                }
            }
            try await group.waitForAll()
        }
        return Double(Self.events) / (ContinuousClock.now - start).seconds
    }

    // MARK: Readers

    /// When a reader had an event.
    private struct Wakings {
        /// From the return of the append.
        let wakings: Distribution
        /// From its call.
        let whole: Distribution
    }

    /// Appends one event at a time to a run that is followed.
    private func wakings(_ runID: String, of log: SQLiteEventLog) async throws -> Wakings {
        try await log.claim(runID, attempt: 1)
        let arrivals = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var tail = log.tail(runID).makeAsyncIterator()
                for _ in 0..<Self.wakes where try await tail.next() != nil { arrivals.continuation.yield(.now) }
                arrivals.continuation.finish()
            }
            var arrived = arrivals.stream.makeAsyncIterator()
            var times: [(waking: Duration, whole: Duration)] = []
            for seq in 1...Self.wakes {
                try await Task.sleep(for: Self.pause)
                let events = LogWorkload.events(1, of: runID, from: seq)
                let called = ContinuousClock.now
                try await log.append(events, to: runID, attempt: 1)
                let returned = ContinuousClock.now
                guard let arrival = await arrived.next() else { throw BenchmarkError("a reader has ended early") }
                times.append((max(.zero, arrival - returned), arrival - called))
            }
            try await group.waitForAll()
            return Wakings(wakings: Distribution(times.map(\.waking)), whole: Distribution(times.map(\.whole)))
        }
    }

    /// As `wakings`, while all writers write: so many events a second in all, or as many as they can; and how many it were.
    private func beside(pace: Double?, of log: SQLiteEventLog) async throws -> (wakings: Wakings, rate: Double) {
        let name = pace == nil ? "busy" : "paced"
        let interval = pace.map { Duration.seconds(Double(LogWorkload.batch * LogWorkload.writers) / $0) }
        let start = ContinuousClock.now
        let seen = try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<LogWorkload.writers {
                group.addTask {
                    do {
                        try await LogWorkload.write(
                            "\(name)-\(writer)", to: log, pace: interval,
                            offset: (interval ?? .zero) * writer / LogWorkload.writers)
                    } catch is CancellationError {}
                }
            }
            let seen = try await wakings("beside-\(name)", of: log)
            group.cancelAll()
            return seen
        }
        let elapsed = ContinuousClock.now - start
        var written = 0
        for writer in 0..<LogWorkload.writers { written += try await log.state(of: "\(name)-\(writer)").lastSeq }
        return (seen, Double(written) / elapsed.seconds)
    }
}
