import Foundation
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

    @Test func monthsAreThoseOfTheCalendar() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        // 1960 to 2110: leap years, and 2100, which is none.
        for day in -3_653...51_134 {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            #expect(UsageRecord.firstDayOfMonth(day) == day - calendar.component(.day, from: date) + 1)
        }
    }
}
