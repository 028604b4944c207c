import Foundation
import PlatformSDK
import Testing

@Suite struct LogCursorTests {
    @Test func `is written as attempt and number, and read back`() throws {
        let cursor = LogCursor(attempt: 2, seq: 17)
        #expect(cursor.description == "2-17")
        #expect(LogCursor("2-17") == cursor)
        let json = try JSONEncoder().encode([cursor])
        #expect(String(decoding: json, as: UTF8.self) == #"["2-17"]"#)
        #expect(try JSONDecoder().decode([LogCursor].self, from: json) == [cursor])
    }

    @Test(arguments: [
        "", "-", "1", "1-", "-1", "1-2-3", "1--2", "+1-2", "1-2 ", "a-b", "1-99999999999999999999", "١-2",
    ])
    func `refuses what is no cursor`(_ text: String) {
        #expect(LogCursor(text) == nil)
    }

    @Test func `is ordered by attempt first, and by number rather than by text`() {
        let ordered = ["0-0", "1-2", "1-10", "2-1", "10-0"].compactMap(LogCursor.init)
        #expect(ordered.shuffled().sorted() == ordered)
        #expect(ordered.count == 5)
    }
}
