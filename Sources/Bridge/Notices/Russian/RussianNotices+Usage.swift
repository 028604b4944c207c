package import PlatformSDK

extension RussianNotices {
    package func tokenUsage(_ report: UsageReport) -> String {
        var entries = [
            "**Сегодня:** \(Self.spent(report.today, of: report.dailyLimit))",
            "**В этом месяце:** \(Self.spent(report.month))",
            "**В этом разговоре:** \(Self.spent(report.thread))",
        ]
        if let everyone = report.everyone {
            entries.append("**Все вместе сегодня:** \(Self.tokens(everyone.spent, of: everyone.limit))")
        }
        return "**Ваши токены**\n\n\(Self.list(entries))\n\nДень заканчивается в полночь по UTC."
    }

    package var tokenUsageUnknown: String { "Мой агент не сообщает, сколько потрачено." }

    package func budgetSpent(_ budget: SpentBudget, _ numbers: UsageReport.Budget?) -> String {
        let counts = numbers.map { " (\(Self.tokens($0.spent, of: $0.limit)))" } ?? ""
        return switch budget {
        case .ofPerson: "Ваши токены на сегодня закончились\(counts). Я снова отвечу вам после полуночи по UTC."
        case .ofEveryone: "Общие токены на сегодня закончились\(counts). Я снова буду отвечать после полуночи по UTC."
        }
    }

    private static func spent(_ sum: UsageSum, of limit: Int? = nil) -> String {
        guard let microdollars = sum.microdollars else { return tokens(sum.tokens, of: limit) }
        let dollars = ShownDollars(microdollars: microdollars)
        let amount = "\(grouped(dollars.whole)),\(dollars.fraction) $"
        let bound = dollars.isTiny ? "меньше" : sum.unpricedTokens > 0 ? "не меньше" : "около"
        return "\(tokens(sum.tokens, of: limit)), \(bound) \(amount)"
    }

    private static func tokens(_ spent: Int, of limit: Int?) -> String {
        limit.map { "\(grouped(spent)) из \(grouped($0))" } ?? count(spent, RussianNoun("токен", "токена", "токенов"))
    }
}
