import PlatformSDK

/// What a user has spent, as it stands on the wire; what an agent does not know it leaves out.
struct WireUsage: Codable {
    fileprivate struct Sum: Codable {
        var tokens: Int?
        var microdollars: Int64?
        var unpricedTokens: Int?

        private enum CodingKeys: String, CodingKey {
            case tokens, microdollars
            case unpricedTokens = "unpriced_tokens"
        }
    }

    private struct Budget: Codable {
        var tokens: Int
        var limit: Int
    }

    private var today: Sum?
    private var dailyLimit: Int?
    private var month: Sum?
    private var thread: Sum?
    private var everyone: Budget?

    private enum CodingKeys: String, CodingKey {
        case today, month, thread, everyone
        case dailyLimit = "daily_limit"
    }

    /// Writes a report.
    init(_ report: UsageReport) {
        today = Sum(report.today)
        dailyLimit = report.dailyLimit
        month = Sum(report.month)
        thread = Sum(report.thread)
        everyone = report.everyone.map { Budget(tokens: $0.spent, limit: $0.limit) }
    }

    /// The report; counts below zero are none.
    var report: UsageReport {
        UsageReport(
            today: UsageSum(today), dailyLimit: dailyLimit, month: UsageSum(month), thread: UsageSum(thread),
            everyone: everyone.map { UsageReport.Budget(spent: max(0, $0.tokens), limit: $0.limit) })
    }
}

extension WireUsage.Sum {
    fileprivate init(_ sum: UsageSum) {
        self.init(tokens: sum.tokens, microdollars: sum.microdollars, unpricedTokens: sum.unpricedTokens)
    }
}

extension UsageSum {
    fileprivate init(_ sum: WireUsage.Sum?) {
        self.init(
            tokens: max(0, sum?.tokens ?? 0), microdollars: sum?.microdollars.map { max(0, $0) },
            unpricedTokens: max(0, sum?.unpricedTokens ?? 0))
    }
}
