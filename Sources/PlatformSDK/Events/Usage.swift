/// The tokens that a response has taken so far; a newer count replaces an older one, it is never added.
public struct Usage: Hashable, Sendable, Codable {
    /// The tokens of what the model read.
    public var promptTokens: Int
    /// The tokens of what the model wrote.
    public var completionTokens: Int
    /// Both together, as the provider counts them.
    public var totalTokens: Int
    /// The tokens of the prompt that came from the provider's cache.
    public var cachedTokens: Int?
    /// The tokens of the completion that the model spent on reasoning.
    public var reasoningTokens: Int?

    /// Creates a count; without a total it is the sum.
    public init(
        promptTokens: Int,
        completionTokens: Int,
        totalTokens: Int? = nil,
        cachedTokens: Int? = nil,
        reasoningTokens: Int? = nil
    ) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.totalTokens = totalTokens ?? promptTokens + completionTokens
        self.cachedTokens = cachedTokens
        self.reasoningTokens = reasoningTokens
    }

    private enum CodingKeys: String, CodingKey {
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
        case totalTokens = "total_tokens"
        case cachedTokens = "cached_tokens"
        case reasoningTokens = "reasoning_tokens"
    }
}
