import Foundation

/// The three forms that a Russian noun takes behind a number.
struct RussianNoun: Sendable {
    /// Behind 1, 21, 101: `1 токен`.
    let one: String
    /// Behind 2 to 4, 22: `2 токена`.
    let few: String
    /// Behind 5 to 20, 25: `5 токенов`.
    let many: String

    /// Names the three forms.
    init(_ one: String, _ few: String, _ many: String) {
        self.one = one
        self.few = few
        self.many = many
    }

    /// The form behind a number (Unicode CLDR, plural rules of `ru`).
    func form(for number: Int) -> String {
        switch (number.magnitude % 10, number.magnitude % 100) {
        case (_, 11...14): many
        case (1, _): one
        case (2...4, _): few
        default: many
        }
    }
}

/// How Russian writes counts, lists, times and names.
extension RussianNotices {
    /// The most entries of a list that are shown.
    private static let maximumListEntries = 40
    /// Keeps the digits of one number on one line.
    private static let noBreakSpace = "\u{00A0}"

    /// A command as it is typed, as code.
    static func typed(_ prefix: String, _ command: String) -> String {
        MarkdownEscape.code(prefix + command)
    }

    /// A count with its noun: `1 ответ`, `2 ответа`, `5 ответов`.
    static func count(_ number: Int, _ noun: RussianNoun) -> String {
        "\(grouped(number)) \(noun.form(for: number))"
    }

    /// A number with a space before each three digits, from 10 000 on.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        guard digits.count > 4 else { return String(number) }
        var result = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { result += noBreakSpace }
            result.append(digit)
        }
        return result
    }

    /// A Markdown list, cut where it has too many entries.
    static func list(_ entries: [String]) -> String {
        var lines = entries.prefix(maximumListEntries).map { "- \($0)" }
        if entries.count > maximumListEntries {
            lines.append("- … и ещё \(grouped(entries.count - maximumListEntries))")
        }
        return lines.joined(separator: "\n")
    }

    /// Names as code, one after another, cut where there are too many.
    static func names(_ names: [String]) -> String {
        let shown = names.prefix(maximumListEntries).map { MarkdownEscape.code($0, limit: 64) }.joined(separator: ", ")
        let hidden = names.count - maximumListEntries
        return hidden > 0 ? "\(shown) и ещё \(grouped(hidden))" : shown
    }

    /// A time span by its two largest units, in the accusative: `2 дня 3 часа`, `1 минуту`.
    static func span(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        let units: [(noun: RussianNoun, amount: Int64)] = [
            (RussianNoun("день", "дня", "дней"), seconds / 86_400),
            (RussianNoun("час", "часа", "часов"), seconds / 3_600 % 24),
            (RussianNoun("минуту", "минуты", "минут"), seconds / 60 % 60),
        ]
        guard let first = units.firstIndex(where: { $0.amount > 0 }) else { return "меньше минуты" }
        return units[first...].prefix(2)
            .filter { $0.amount > 0 }
            .map { count(Int($0.amount), $0.noun) }
            .joined(separator: " ")
    }

    /// A point in time, to the minute: `31.01.2026 12:05 UTC`.
    static func time(_ date: Date) -> String {
        let style = Date.ISO8601FormatStyle(timeZone: .gmt)
        let time = date.formatted(style.time(includingFractionalSeconds: false)).prefix(5)
        let day = date.formatted(style.year().month().day()).split(separator: "-").reversed().joined(separator: ".")
        return "\(day) \(time) UTC"
    }
}
