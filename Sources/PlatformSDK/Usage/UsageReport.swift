/// What a user is told about tokens: their own, and of everybody's no more than the budget that all share.
public struct UsageReport: Hashable, Sendable {
    /// Tokens and how many of them there may be.
    public struct Budget: Hashable, Sendable {
        /// The tokens that were spent.
        public var spent: Int
        /// The tokens that may be spent.
        public var limit: Int

        /// Creates a budget.
        public init(spent: Int, limit: Int) {
            self.spent = spent
            self.limit = limit
        }
    }

    /// What the user has spent today; a day begins at midnight UTC.
    public var today: UsageSum
    /// The tokens that the user may spend on a day; nil for any number.
    public var dailyLimit: Int?
    /// What the user has spent this month, today included.
    public var month: UsageSum
    /// What the user has spent in the conversation that was asked about, as far as that is still known.
    public var thread: UsageSum
    /// What all users together have spent today; nil where they share no budget.
    public var everyone: Budget?

    /// Creates a report.
    public init(
        today: UsageSum = UsageSum(), dailyLimit: Int? = nil, month: UsageSum = UsageSum(),
        thread: UsageSum = UsageSum(), everyone: Budget? = nil
    ) {
        self.today = today
        self.dailyLimit = dailyLimit
        self.month = month
        self.thread = thread
        self.everyone = everyone
    }
}

extension PlatformError {
    /// What an agent says that counts nothing.
    static var noUsage: PlatformError {
        PlatformError(.unsupported, "this agent does not say what was spent")
    }
}
