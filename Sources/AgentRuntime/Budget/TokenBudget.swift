/// How many tokens may be spent on one day.
package struct TokenBudget: Hashable, Sendable {
    /// The tokens of one user on a day; nil for any number.
    package var perUser: Int?
    /// The tokens of all users together on a day; nil for any number.
    package var perDay: Int?

    /// Creates a budget; by default nothing is limited.
    package init(perUser: Int? = nil, perDay: Int? = nil) {
        self.perUser = perUser
        self.perDay = perDay
    }

    /// Which budget is spent.
    package enum Refusal: Hashable, Sendable {
        /// That of the user.
        case user(spent: Int, limit: Int)
        /// That of all users together.
        case day(spent: Int, limit: Int)

        /// The code that the run ends with.
        package var code: String {
            switch self {
            case .user: RunCode.budgetExhausted
            case .day: RunCode.dayBudgetExhausted
            }
        }

        /// What happened and when it is over, for operators.
        package var message: String {
            switch self {
            case .user(let spent, let limit):
                "the user has spent \(spent) of \(limit) tokens today; the day ends at midnight UTC"
            case .day(let spent, let limit):
                "all users together have spent \(spent) of \(limit) tokens today; the day ends at midnight UTC"
            }
        }
    }

    /// Why a run may not begin; nil where it may.
    ///
    /// What a run will take is not known, and runs that are open have been counted only up to the model's last whole
    /// answer: the last ones of a day may go past the limit, each by what it takes itself.
    package func refusal(spentByUser: Int, spentByAll: Int) -> Refusal? {
        if let perUser, spentByUser >= perUser { return .user(spent: spentByUser, limit: perUser) }
        if let perDay, spentByAll >= perDay { return .day(spent: spentByAll, limit: perDay) }
        return nil
    }
}
