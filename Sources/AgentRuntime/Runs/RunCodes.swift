import PlatformSDK

/// The codes of the errors that the runtime itself ends a run with; those of a model are in `ModelError.Code`.
package enum RunCode {
    /// The process died while a call of a tool may have had an effect, or too often; the text so far is kept.
    package static let interrupted = "INTERRUPTED"
    /// The model declined without a word.
    package static let refused = "MODEL_REFUSED"
    /// The model used up its limit of tokens without a word.
    package static let lengthExhausted = "MODEL_LENGTH_EXHAUSTED"
    /// The run took longer than it may.
    package static let timedOut = "RUN_TIMED_OUT"
    /// The model called tools in more rounds than it may.
    package static let tooManyRounds = "TOOL_ROUNDS_EXHAUSTED"
    /// The model said more than a run may hold.
    package static let answerTooLong = "ANSWER_TOO_LONG"
    /// The user has spent the day's tokens.
    package static let budgetExhausted = PlatformError.budgetExhausted
    /// All users together have spent the day's tokens.
    package static let dayBudgetExhausted = PlatformError.dayBudgetExhausted
}
