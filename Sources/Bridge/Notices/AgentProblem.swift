package import PlatformSDK

/// Why an agent has not answered, told by the error codes that this program's own agent gives.
///
/// Another agent that gives the same codes gets the same sentences.
package enum AgentProblem: String, CaseIterable, Sendable {
    /// The model's provider does not take the key.
    case authentication = "MODEL_AUTHENTICATION"
    /// The provider has no such model, or there is none at the address.
    case notFound = "MODEL_NOT_FOUND"
    /// The provider wants fewer requests for a while.
    case rateLimited = "MODEL_RATE_LIMITED"
    /// The account at the provider is empty.
    case quotaExceeded = "MODEL_QUOTA_EXCEEDED"
    /// The provider did not accept the request.
    case invalidRequest = "MODEL_INVALID_REQUEST"
    /// The model does not take the files that came with the message.
    case attachmentRefused = "MODEL_ATTACHMENT_REFUSED"
    /// The conversation is longer than the model can read.
    case contextLengthExceeded = "MODEL_CONTEXT_LENGTH_EXCEEDED"
    /// The provider has too much to do.
    case overloaded = "MODEL_OVERLOADED"
    /// The provider cannot be reached, or fails.
    case unavailable = "MODEL_UNAVAILABLE"
    /// The answer stopped without its end.
    case truncated = "MODEL_STREAM_TRUNCATED"
    /// The provider was silent for too long.
    case stalled = "MODEL_STREAM_STALLED"
    /// The provider sent what nobody can read.
    case malformed = "MODEL_MALFORMED_RESPONSE"
    /// The model declined without a word.
    case refused = "MODEL_REFUSED"
    /// The model used up its limit without a word.
    case lengthExhausted = "MODEL_LENGTH_EXHAUSTED"
    /// The answer grew without end.
    case answerTooLong = "ANSWER_TOO_LONG"
    /// The agent died after it had begun something that may have had an effect.
    case interrupted = "INTERRUPTED"
    /// The run took longer than it may.
    case timedOut = "RUN_TIMED_OUT"
    /// The model called tools in more rounds than it may.
    case tooManyRounds = "TOOL_ROUNDS_EXHAUSTED"

    /// The problem that an error of an agent tells of; nil for any other code.
    package init?(_ error: PlatformError) {
        guard error.code == .agentFailed, let code = error.agentCode else { return nil }
        self.init(rawValue: code)
    }
}
