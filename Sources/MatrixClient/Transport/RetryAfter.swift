import Foundation

/// Reads how long a server wants to be left alone (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// The longest pause that is believed; past it a server's clock or proxy is wrong.
    static let maximum: Duration = .seconds(600)

    /// The forms of a date that a recipient has to know (RFC 9110, section 5.6.7), the current one first.
    private static let dateFormats = [
        "EEE, dd MMM yyyy HH:mm:ss zzz", "EEEE, dd-MMM-yy HH:mm:ss zzz", "EEE MMM d HH:mm:ss yyyy",
    ]

    /// The pause that a header's value asks for: seconds, or a date that is compared with `now`; nil for anything else.
    static func pause(_ value: String, now: Date) -> Duration? {
        let value = value.trimmingCharacters(in: .whitespaces)
        if let seconds = Double(value) {
            return seconds >= 0 ? pause(seconds: seconds) : nil
        }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        for format in dateFormats {
            formatter.dateFormat = format
            guard let date = formatter.date(from: value) else { continue }
            return pause(seconds: date.timeIntervalSince(now))
        }
        return nil
    }

    /// The pause that the deprecated `retry_after_ms` of an error's body asks for.
    static func pause(milliseconds: Int64) -> Duration {
        .milliseconds(min(max(0, milliseconds), 600_000))
    }

    /// Bounded before it becomes a `Duration`, which has no room for every number that a server can write.
    private static func pause(seconds: Double) -> Duration? {
        guard seconds.isFinite else { return nil }
        return .seconds(min(max(0, seconds), maximum / .seconds(1)))
    }
}
