import Foundation

/// How English writes counts, lists, times and names.
extension EnglishNotices {
    /// The most entries of a list that are shown.
    private static let maximumListEntries = 40

    /// A command as it is typed, as code.
    static func typed(_ prefix: String, _ command: String) -> String {
        MarkdownEscape.code(prefix + command)
    }

    /// A count with its noun: `1 turn`, `2 turns`, `12,000 turns`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// A number with a comma before each three digits, from 10,000 on.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        guard digits.count > 4 else { return String(number) }
        var result = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
            result.append(digit)
        }
        return result
    }

    /// A Markdown list, cut where it has too many entries.
    static func list(_ entries: [String]) -> String {
        var lines = entries.prefix(maximumListEntries).map { "- \($0)" }
        if entries.count > maximumListEntries {
            lines.append("- … and \(grouped(entries.count - maximumListEntries)) more")
        }
        return lines.joined(separator: "\n")
    }

    /// Names as code, one after another, cut where there are too many.
    static func names(_ names: [String]) -> String {
        let shown = names.prefix(maximumListEntries).map { MarkdownEscape.code($0, limit: 64) }.joined(separator: ", ")
        let hidden = names.count - maximumListEntries
        return hidden > 0 ? "\(shown) and \(grouped(hidden)) more" : shown
    }

    /// A time span by its two largest units: `2 days 3 hours`.
    static func span(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        let units: [(name: String, amount: Int64)] = [
            ("day", seconds / 86_400), ("hour", seconds / 3_600 % 24), ("minute", seconds / 60 % 60),
        ]
        guard let first = units.firstIndex(where: { $0.amount > 0 }) else { return "less than a minute" }
        return units[first...].prefix(2)
            .filter { $0.amount > 0 }
            .map { count(Int($0.amount), $0.name) }
            .joined(separator: " ")
    }

    /// A point in time, to the minute: `2026-01-31 12:05 UTC`.
    static func time(_ date: Date) -> String {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
        let time = date.formatted(style.time(includingFractionalSeconds: false)).prefix(5)
        return "\(date.formatted(style.year().month().day())) \(time) UTC"
    }
}
