import GRDB
import PlatformSDK
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStore

@Suite(.timeLimit(.minutes(1))) struct LogQueryPlanTests {
    @Test(arguments: EventLogConformance.cases)
    func `no statement of the log walks through a table`(_ behaviour: EventLogConformance.Case) async throws {
        try await explain { database in
            try await behaviour.check(
                EventLogSubject(log: SQLiteEventLog(database: database), archive: SQLiteRunArchive(database: database)))
        }
    }

    @Test(arguments: RunArchiveConformance.cases)
    func `no statement of the archive walks through a table`(_ behaviour: RunArchiveConformance.Case) async throws {
        try await explain { try await behaviour.check(SQLiteRunArchive(database: $0)) }
    }

    @Test(arguments: WorkQueueConformance.cases)
    func `no statement of the queue walks through a table`(_ behaviour: WorkQueueConformance.Case) async throws {
        try await explain { database in
            let time = WorkQueueSubject.Time()
            let queue = try await SQLiteWorkQueue.open(WorkQueueSubject.configuration, in: database) { time.now }
            try await behaviour.check(WorkQueueSubject(queue: queue, time: time))
        }
    }

    @Test(arguments: UsageMeterConformance.cases)
    func `no statement of the meter walks through a table`(_ behaviour: UsageMeterConformance.Case) async throws {
        try await explain { try await behaviour.check(SQLiteUsageMeter(database: $0)) }
    }

    private func explain(_ use: (LogDatabase) async throws -> Void) async throws {
        try await withLogDatabase { database in
            let statements = Mutex<Set<String>>([])
            try await database.write("trace") { database in
                database.trace { event in
                    guard case .statement(let statement) = event else { return }
                    statements.withLock { _ = $0.insert(statement.sql) }
                }
            }
            try await database.read("trace") { database in
                database.trace { event in
                    guard case .statement(let statement) = event else { return }
                    statements.withLock { _ = $0.insert(statement.sql) }
                }
            }
            try await use(database)
            try await database.write("stop tracing") { $0.trace() }
            let queries = statements.withLock { $0 }.filter { sql in
                ["SELECT", "INSERT", "UPDATE", "DELETE"].contains { sql.hasPrefix($0) }
            }
            #expect(!queries.isEmpty)
            for sql in queries {
                let plan = try await database.write("explain") { database in
                    let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
                    // The plan does not depend on the values.
                    statement.setUncheckedArguments([])
                    return try Row.fetchAll(statement).map { $0["detail"] as String }
                }
                for step in plan where step.hasPrefix("SCAN") && !Self.isSmall(step) {
                    Issue.record("\(step) in: \(sql)")
                }
            }
        }
    }

    /// A result of the same statement, or an index of what is still open.
    private static func isSmall(_ step: String) -> Bool {
        ["SCAN turns", "SCAN CONSTANT ROW", "SCAN (subquery"].contains { step.hasPrefix($0) }
            || step.contains("INDEX runs_unfinished")
    }
}
