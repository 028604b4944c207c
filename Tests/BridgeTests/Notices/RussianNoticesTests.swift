import Foundation
import PlatformSDK
import Testing

@testable import Bridge

struct RussianNoticesTests {
    private let notices = RussianNotices()

    @Test(
        "the noun behind a number has the right form",
        arguments: [
            (0, "0 токенов"), (1, "1 токен"), (2, "2 токена"), (4, "4 токена"), (5, "5 токенов"), (11, "11 токенов"),
            (12, "12 токенов"), (14, "14 токенов"), (20, "20 токенов"), (21, "21 токен"), (22, "22 токена"),
            (25, "25 токенов"), (101, "101 токен"), (111, "111 токенов"), (112, "112 токенов"), (122, "122 токена"),
            (9_999, "9999 токенов"), (1_234_561, "1\u{A0}234\u{A0}561 токен"),
        ]
    )
    func tokens(count: Int, expected: String) {
        #expect(notices.tokens(count) == expected)
    }

    @Test(
        "a time span is told by its two largest units",
        arguments: [
            (-5, "меньше минуты"), (59, "меньше минуты"), (60, "1 минуту"), (300, "5 минут"), (3_600, "1 час"),
            (7_380, "2 часа 3 минуты"), (86_400, "1 день"), (90_060, "1 день 1 час"), (432_000, "5 дней"),
        ]
    )
    func span(seconds: Int, expected: String) {
        #expect(RussianNotices.span(.seconds(seconds)) == expected)
    }

    @Test("times are written in the Russian order")
    func time() {
        #expect(RussianNotices.time(Date(timeIntervalSince1970: 1_769_861_100)) == "31.01.2026 12:05 UTC")
    }

    @Test("what is said when the conversation is forgotten")
    func reset() {
        #expect(notices.wasReset == "Контекст сброшен. Начнём с чистого листа.")
    }

    @Test("how many answers are stopped", arguments: [(1, "Останавливаю."), (3, "Останавливаю 3 ответа.")])
    func stopping(turns: Int, expected: String) {
        #expect(notices.stopping(turns: turns) == expected)
    }
}
