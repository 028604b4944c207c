import Foundation
import Testing

@testable import MatrixClient

@Suite("Retry-After")
struct RetryAfterTests {
    /// Sunday, 6 November 1994, 08:49:37 GMT.
    private static let now = Date(timeIntervalSince1970: 784_111_777)

    @Test(
        "seconds and all three forms of a date are understood, absurd values bounded, and others ignored",
        arguments: [
            ("0", .zero), ("5", .seconds(5)), (" 5 ", .seconds(5)), ("1.5", .milliseconds(1500)),
            ("600", .seconds(600)), ("601", .seconds(600)), ("1e300", .seconds(600)),
            ("99999999999999999999999999", .seconds(600)), ("-1", nil), ("nan", nil), ("inf", nil), ("", nil),
            ("soon", nil), ("5s", nil),
            ("Sun, 06 Nov 1994 08:50:07 GMT", .seconds(30)), ("Sunday, 06-Nov-94 08:50:07 GMT", .seconds(30)),
            ("Sun Nov  6 08:50:07 1994", .seconds(30)), ("Sun, 06 Nov 1994 08:49:00 GMT", .zero),
            ("Fri, 31 Dec 9999 23:59:59 GMT", .seconds(600)),
        ] as [(String, Duration?)]
    )
    func header(_ value: String, _ pause: Duration?) {
        #expect(RetryAfter.pause(value, now: Self.now) == pause)
    }

    @Test(
        "the deprecated field is bounded",
        arguments: [
            (Int64.min, .zero), (-1, .zero), (0, .zero), (2500, .milliseconds(2500)), (600_001, .seconds(600)),
            (Int64.max, .seconds(600)),
        ] as [(Int64, Duration)]
    )
    func field(_ milliseconds: Int64, _ pause: Duration) {
        #expect(RetryAfter.pause(milliseconds: milliseconds) == pause)
    }
}
