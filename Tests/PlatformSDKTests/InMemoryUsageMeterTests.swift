import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct InMemoryUsageMeterTests {
    @Test(arguments: UsageMeterConformance.cases)
    func `the in-memory usage meter`(_ behaviour: UsageMeterConformance.Case) async throws {
        try await behaviour.check(InMemoryUsageMeter())
    }

    @Test(
        arguments: [
            (0, 0), (86_399_999, 0), (86_400_000, 1), (-1, -1), (-86_400_000, -1), (-86_400_001, -2),
            (1_700_000_000_000, 19_675),
        ] as [(Int64, Int)])
    func daysBeginAtMidnight(milliseconds: Int64, day: Int) {
        #expect(UsageRecord.day(ofMilliseconds: milliseconds) == day)
    }
}
