import AgentRuntime
import Foundation
import HTTP

/// Makes the one `ModelError` of a failed request, in words that never hold the endpoint's key.
struct FailureReport: Sendable {
    /// The most characters of a provider's own words that a message repeats.
    static let maximumWords = 500

    /// The provider's name in messages.
    let provider: String
    /// Where it was asked; its key is kept out of all messages.
    let endpoint: ModelEndpoint
    /// Whether the request has files, which may be what the provider refuses.
    var carriesFiles = false

    /// The error for a failure within a stream.
    func error(_ failure: StreamFailure) -> ModelError {
        switch failure {
        case .reported(let failure): make(failure, "\(provider) failed: \(words(of: failure))", hint: nil)
        case .truncated: ModelError(.truncated, "\(provider) ended the answer too early", isRetryable: true)
        case .unreadable: malformed("an event that is no JSON object", isRetryable: true)
        case .invalidText: malformed("bytes that are no UTF-8", isRetryable: true)
        case .oversized: malformed("an event that is too large", isRetryable: false)
        }
    }

    /// The error for a response with an error status.
    func error(_ failure: ProviderFailure, status: Int, isPage: Bool, hint: RetryHint) -> ModelError {
        var failure = failure
        failure.status = status
        let words =
            isPage
            ? "a web page instead of JSON; check the base URL and what stands between: \(endpoint.baseURL)"
            : words(of: failure)
        return make(failure, "\(provider) answered with status \(status): \(words)", hint: hint)
    }

    /// The error for a transfer that did not bring a complete response.
    func error(_ error: HTTPError, limit: Duration) -> ModelError {
        let message = redact("\(provider): \(error.message)")
        let cause = redact("\(error)") == "\(error)" ? error : nil
        let isRetryable = error.retrySafety != .futile
        return switch error.code {
        case .idleTimeout: stalled(limit)
        case .body: ModelError(.truncated, message, cause: cause, isRetryable: true)
        case .eventTooLarge, .protocolViolation: ModelError(.malformed, message, cause: cause)
        default: ModelError(.unavailable, message, cause: cause, isRetryable: isRetryable)
        }
    }

    /// The error for a silence that lasted longer than the limit.
    func stalled(_ limit: Duration) -> ModelError {
        let message = "\(provider) sent nothing for \(limit), and the request was given up"
        return ModelError(.stalled, message, isRetryable: true)
    }

    /// The error for bytes that the provider's API does not describe.
    func malformed(_ what: String, isRetryable: Bool) -> ModelError {
        ModelError(.malformed, "\(provider) sent \(what)", isRetryable: isRetryable)
    }

    private func make(_ failure: ProviderFailure, _ message: String, hint: RetryHint?) -> ModelError {
        let kind = kind(of: failure)
        // No header makes a wrong key right or an empty account full.
        let hopeless: Set<ModelError.Code> = [.authentication, .quotaExceeded, .attachmentRefused]
        return ModelError(
            kind.code,
            redact(message),
            isRetryable: hopeless.contains(kind.code) ? false : hint?.isAdvised ?? kind.isRetryable,
            retryAfter: hint?.delay ?? failure.delay,
            status: failure.status,
            requestID: failure.requestID.map(redact)
        )
    }

    private func kind(of failure: ProviderFailure) -> (code: ModelError.Code, isRetryable: Bool) {
        let kind = failure.kind
        guard carriesFiles, failure.isAboutFiles else { return kind }
        // A server without a model that sees may answer with 400, 404, 413, 422 or 500.
        let mayMeanFiles: Set<ModelError.Code> = [.invalidRequest, .notFound, .unavailable]
        let isTooLarge = kind.code == .contextLengthExceeded && !failure.isAboutContext
        return mayMeanFiles.contains(kind.code) || isTooLarge ? (.attachmentRefused, false) : kind
    }

    private func words(of failure: ProviderFailure) -> String {
        // What a provider says about a wrong key may quote the key in part.
        if failure.kind.code == .authentication { return "the key is missing, wrong, or may not do this; check it" }
        guard let message = failure.message, !message.isEmpty else {
            return failure.names.isEmpty ? "no details" : failure.names.sorted().joined(separator: ", ")
        }
        return redact(message).split(whereSeparator: \.isNewline).joined(separator: " ").prefix(Self.maximumWords)
            .description
    }

    /// The text without the key, in whatever case it is echoed.
    func redact(_ text: String) -> String {
        guard !endpoint.key.isEmpty else { return text }
        return text.replacingOccurrences(of: endpoint.key, with: "[key]", options: .caseInsensitive)
    }
}
