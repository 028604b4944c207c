import PlatformSDK

/// The tokens of two answers together.
func + (left: Usage?, right: Usage?) -> Usage? {
    guard let left else { return right }
    guard let right else { return left }
    func sum(_ path: KeyPath<Usage, Int?>) -> Int? {
        left[keyPath: path] == nil && right[keyPath: path] == nil
            ? nil : (left[keyPath: path] ?? 0) + (right[keyPath: path] ?? 0)
    }
    return Usage(
        promptTokens: left.promptTokens + right.promptTokens,
        completionTokens: left.completionTokens + right.completionTokens,
        totalTokens: left.totalTokens + right.totalTokens, cachedTokens: sum(\.cachedTokens),
        reasoningTokens: sum(\.reasoningTokens))
}

/// The tokens of the left side that the right one does not have.
func - (left: Usage, right: Usage?) -> Usage {
    guard let right else { return left }
    func rest(_ path: KeyPath<Usage, Int?>) -> Int? {
        left[keyPath: path].map { max(0, $0 - (right[keyPath: path] ?? 0)) }
    }
    return Usage(
        promptTokens: max(0, left.promptTokens - right.promptTokens),
        completionTokens: max(0, left.completionTokens - right.completionTokens),
        totalTokens: max(0, left.totalTokens - right.totalTokens), cachedTokens: rest(\.cachedTokens),
        reasoningTokens: rest(\.reasoningTokens))
}
