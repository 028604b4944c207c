import Foundation
import HTTP

/// What the header fields of an error response say about another attempt.
struct RetryHint: Hashable, Sendable {
    /// How long to wait; nil where the provider does not say, or says something unreadable.
    let delay: Duration?
    /// Whether to try again at all, where the provider says so itself (`x-should-retry`).
    let isAdvised: Bool?

    /// Reads `retry-after-ms`, else `retry-after` in seconds or as a date (RFC 9110, section 10.2.3).
    ///
    /// - Parameter now: what a date is compared with where the response carries no `Date` of its own.
    init(_ headers: HTTPHeaders, now: Date) {
        isAdvised =
            switch headers.first(name: "x-should-retry")?.lowercased() {
            case "true": true
            case "false": false
            default: nil
            }
        let milliseconds = headers.first(name: "retry-after-ms").flatMap { Double($0) }.map { $0 / 1000 }
        let value = headers.first(name: "retry-after")
        let seconds = milliseconds ?? value.flatMap { Double($0) }
        if let seconds {
            delay = Self.duration(seconds)
        } else if let date = value.flatMap(Self.date) {
            let reference = headers.first(name: "date").flatMap(Self.date) ?? now
            delay = Self.duration(max(0, date.timeIntervalSince(reference)))
        } else {
            delay = nil
        }
    }

    /// A span in seconds; nil for what is no span, or beyond a year.
    private static func duration(_ seconds: Double) -> Duration? {
        guard seconds.isFinite, (0...31_536_000).contains(seconds) else { return nil }
        return .milliseconds(Int64((seconds * 1000).rounded(.up)))
    }

    /// An HTTP date in the one form that may be sent (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func date(_ text: String) -> Date? {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == ":" || $0 == "," })
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 8, parts[7] == "GMT", let month = months.firstIndex(of: String(parts[2])) else {
            return nil
        }
        let numbers = [parts[1], parts[3], parts[4], parts[5], parts[6]].compactMap { Int($0) }
        guard numbers.count == 5 else { return nil }
        var components = DateComponents()
        (components.day, components.year, components.hour) = (numbers[0], numbers[1], numbers[2])
        (components.minute, components.second, components.month) = (numbers[3], numbers[4], month + 1)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(from: components)
    }
}
