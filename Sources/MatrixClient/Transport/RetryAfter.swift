import Foundation

/// Reads how long a server wants to be left alone (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// The longest pause that is believed; past it a server's clock or proxy is wrong.
    static let maximum: Duration = .seconds(600)

    /// The pause that a header's value asks for: seconds, or a date that is compared with `now`; nil for anything else.
    static func pause(_ value: String, now: Date) -> Duration? {
        let value = value.trimmingCharacters(in: .whitespaces)
        if let seconds = Double(value) {
            guard seconds.isFinite, seconds >= 0 else { return nil }
            return min(maximum, .seconds(seconds))
        }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        guard let date = formatter.date(from: value) else { return nil }
        return min(maximum, .seconds(max(0, date.timeIntervalSince(now))))
    }
}
