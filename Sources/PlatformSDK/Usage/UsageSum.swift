/// Tokens that were spent, and what they cost as far as that is known.
public struct UsageSum: Hashable, Sendable {
    /// The tokens.
    public var tokens: Int
    /// The cost of those whose price is known, in millionths of a US dollar; nil where that is none of them.
    public var microdollars: Int64?
    /// The tokens whose price is not known.
    public var unpricedTokens: Int

    /// Creates a sum, by default of nothing.
    public init(tokens: Int = 0, microdollars: Int64? = nil, unpricedTokens: Int = 0) {
        self.tokens = tokens
        self.microdollars = microdollars
        self.unpricedTokens = unpricedTokens
    }

    /// Adds what an attempt has taken.
    public mutating func add(_ record: UsageRecord) {
        tokens += record.usage.totalTokens
        if let cost = record.microdollars {
            microdollars = (microdollars ?? 0) + cost
        } else {
            unpricedTokens += record.usage.totalTokens
        }
    }
}
