import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct InMemoryLogTests {
    @Test(arguments: EventLogConformance.cases)
    func `the in-memory event log`(_ behaviour: EventLogConformance.Case) async throws {
        let archive = InMemoryRunArchive()
        try await behaviour.check(EventLogSubject(log: InMemoryEventLog(archive: archive), archive: archive))
    }

    @Test(arguments: RunArchiveConformance.cases)
    func `the in-memory run archive`(_ behaviour: RunArchiveConformance.Case) async throws {
        try await behaviour.check(InMemoryRunArchive())
    }

    @Test(arguments: WorkQueueConformance.cases)
    func `the in-memory work queue`(_ behaviour: WorkQueueConformance.Case) async throws {
        let time = WorkQueueSubject.Time()
        let queue = InMemoryWorkQueue(WorkQueueSubject.configuration) { time.now }
        try await behaviour.check(WorkQueueSubject(queue: queue, time: time))
    }
}
