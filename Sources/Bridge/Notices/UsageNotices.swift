package import PlatformSDK

/// What a person reads about tokens, costs and budgets.
package protocol UsageNotices: Sendable {
    /// What the person has spent.
    func tokenUsage(_ report: UsageReport) -> String
    /// Said where the agent does not tell.
    var tokenUsageUnknown: String { get }
    /// Said in place of an answer once a budget is spent; without numbers where nobody has told them.
    func budgetSpent(_ budget: SpentBudget, _ numbers: UsageReport.Budget?) -> String
}

/// A day's budget of which nothing is left.
package enum SpentBudget: Hashable, Sendable {
    /// That of the person who asks.
    case ofPerson
    /// That of all together.
    case ofEveryone

    /// The budget for whose sake the agent has refused a message; nil where it has another reason.
    package init?(_ error: any Error) {
        guard let error = error as? PlatformError, error.code == .agentFailed else { return nil }
        switch error.agentCode {
        case PlatformError.budgetExhausted: self = .ofPerson
        case PlatformError.dayBudgetExhausted: self = .ofEveryone
        default: return nil
        }
    }

    /// What a report says of this budget.
    package func numbers(in report: UsageReport) -> UsageReport.Budget? {
        switch self {
        case .ofPerson: report.dailyLimit.map { UsageReport.Budget(spent: report.today.tokens, limit: $0) }
        case .ofEveryone: report.everyone
        }
    }
}

/// An amount of US dollars, rounded to what is worth showing: cents, or hundredths of a cent below ten of them.
package struct ShownDollars: Hashable, Sendable {
    /// The whole dollars.
    package let whole: Int
    /// The digits behind the point.
    package let fraction: String
    /// Whether it is something, but less than the smallest amount that is shown, which the digits are then.
    package let isTiny: Bool

    /// Rounds an amount in millionths of a dollar.
    package init(microdollars: Int64) {
        let amount = max(0, microdollars)
        isTiny = (1..<100).contains(amount)
        let digits = (1..<100_000).contains(amount) ? 4 : 2
        let unit: Int64 = digits == 4 ? 100 : 10_000
        let units = isTiny ? 1 : (amount / unit) + (amount % unit >= unit / 2 ? 1 : 0)
        let perDollar = 1_000_000 / unit
        whole = Int(units / perDollar)
        fraction = String(String(perDollar + units % perDollar).dropFirst())
    }
}
