package import PlatformSDK

extension EnglishNotices {
    package func tokenUsage(_ report: UsageReport) -> String {
        var entries = [
            "**Today:** \(Self.spent(report.today, of: report.dailyLimit))",
            "**This month:** \(Self.spent(report.month))",
            "**In this conversation:** \(Self.spent(report.thread))",
        ]
        if let everyone = report.everyone {
            entries.append("**Everyone together, today:** \(Self.tokens(everyone.spent, of: everyone.limit))")
        }
        return "**Your tokens**\n\n\(Self.list(entries))\n\nA day ends at midnight UTC."
    }

    package var tokenUsageUnknown: String { "My agent doesn't tell me what was spent." }

    package func budgetSpent(_ budget: SpentBudget, _ numbers: UsageReport.Budget?) -> String {
        let counts = numbers.map { " (\(Self.tokens($0.spent, of: $0.limit)))" } ?? ""
        return switch budget {
        case .ofPerson: "You have used up your tokens for today\(counts). I answer you again after midnight UTC."
        case .ofEveryone:
            "Today's tokens for everyone together are used up\(counts). I answer again after midnight UTC."
        }
    }

    private static func spent(_ sum: UsageSum, of limit: Int? = nil) -> String {
        guard let microdollars = sum.microdollars else { return tokens(sum.tokens, of: limit) }
        let dollars = ShownDollars(microdollars: microdollars)
        let amount = "$\(grouped(dollars.whole)).\(dollars.fraction)"
        let bound = dollars.isTiny ? "less than " : sum.unpricedTokens > 0 ? "at least " : "about "
        return "\(tokens(sum.tokens, of: limit)), \(bound)\(amount)"
    }

    private static func tokens(_ spent: Int, of limit: Int?) -> String {
        limit.map { "\(grouped(spent)) of \(count($0, "token"))" } ?? count(spent, "token")
    }
}
