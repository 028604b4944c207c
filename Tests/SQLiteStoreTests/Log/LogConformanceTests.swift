import PlatformSDK
import SQLiteStore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct LogConformanceTests {
    @Test(arguments: EventLogConformance.cases)
    func `the SQLite event log`(_ behaviour: EventLogConformance.Case) async throws {
        try await withLogDatabase { database in
            try await behaviour.check(
                EventLogSubject(log: SQLiteEventLog(database: database), archive: SQLiteRunArchive(database: database)))
        }
    }

    @Test(arguments: RunArchiveConformance.cases)
    func `the SQLite run archive`(_ behaviour: RunArchiveConformance.Case) async throws {
        try await withLogDatabase { try await behaviour.check(SQLiteRunArchive(database: $0)) }
    }

    @Test(arguments: WorkQueueConformance.cases)
    func `the SQLite work queue`(_ behaviour: WorkQueueConformance.Case) async throws {
        try await withLogDatabase { database in
            let time = WorkQueueSubject.Time()
            let queue = try await SQLiteWorkQueue.open(WorkQueueSubject.configuration, in: database) { time.now }
            try await behaviour.check(WorkQueueSubject(queue: queue, time: time))
        }
    }

    @Test(arguments: UsageMeterConformance.cases)
    func `the SQLite usage meter`(_ behaviour: UsageMeterConformance.Case) async throws {
        try await withLogDatabase { try await behaviour.check(SQLiteUsageMeter(database: $0)) }
    }
}
