import AgentRuntime

/// What a provider says went wrong, in whichever of the usual shapes it says it.
struct ProviderFailure: Hashable, Sendable {
    /// The provider's names for the failure: type, code, and a code within the details; in lower case.
    var names: Set<String> = []
    /// The provider's words.
    var message: String?
    /// The HTTP status, or the number that stands in for it within a stream.
    var status: Int?
    /// How long to wait, where the failure itself says so.
    var delay: Duration?
    /// The provider's name for the request.
    var requestID: String?

    /// Reads the body of an error response or the data of an error event.
    ///
    /// Known shapes: `{"error":{…}}`, `{"error":"words"}`, the members of the error itself, and `{"detail":…}`.
    init(_ json: JSON) {
        let error = json["error"]?.present ?? json
        names = Set(
            [error["type"], error["code"], error["details"]?["error_code"], error["error_code"]]
                .compactMap { $0?.string?.lowercased() }
        )
        // The type of the event that carries the error says nothing about the error.
        names.remove("error")
        message =
            error.string ?? error["message"]?.string ?? error["error"]?.string ?? json["message"]?.string
            ?? json["detail"]?.string
        status = error["code"]?.int ?? error["error_code"]?.int ?? error["status"]?.int ?? json["status"]?.int
        requestID = json["request_id"]?.string
        let milliseconds = error["headers"]?["retry-after-ms"]?.string.flatMap { Int64($0) }
        delay = milliseconds.map { .milliseconds(max(0, $0)) }
    }

    /// A failure of which only the status is known.
    init(status: Int) {
        self.status = status
    }

    /// What kind of failure it is, and whether the same request may succeed later.
    var kind: (code: ModelError.Code, isRetryable: Bool) {
        let words = message?.lowercased() ?? ""
        if isNamed("insufficient_quota", "credit_balance_exhausted", "billing_error", "billing_not_active")
            || isNamed("billing_hard_limit_reached", "enforced_spend_limit_reached") || status == 402
            || words.contains("credit balance is too low")
        {
            return (.quotaExceeded, false)
        }
        if isNamed("authentication_error", "permission_error", "invalid_api_key", "permission_denied")
            || status == 401 || status == 403
        {
            return (.authentication, false)
        }
        if isNamed("request_too_large") || status == 413 || isAboutContext {
            return (.contextLengthExceeded, false)
        }
        if isNamed("model_not_found", "not_found_error") || status == 404 || saysNoSuchModel {
            return (.notFound, false)
        }
        if isNamed("overloaded_error", "server_is_overloaded", "slow_down", "engine_overloaded")
            || isNamed("insufficient_system_resource") || status == 503 || status == 529
        {
            return (.overloaded, true)
        }
        if isNamed("rate_limit_error", "rate_limit_exceeded", "too_many_requests", "requests", "tokens")
            || status == 429
        {
            return (.rateLimited, true)
        }
        // In a stream the status may be missing: then the names alone decide, and an unknown one may pass.
        switch status {
        case let status? where status == 408 || status == 409 || status >= 500: return (.unavailable, true)
        case nil where !isNamed("invalid_request_error", "invalid_prompt", "content_policy_violation"):
            return (.unavailable, true)
        default: return (.invalidRequest, false)
        }
    }

    /// Whether a bad request is one for a model that is not there, as proxies without a code for it say.
    private var saysNoSuchModel: Bool {
        guard status == 400 || status == 422, let words = message?.lowercased(), words.contains("model") else {
            return false
        }
        return ["invalid model", "model not found", "model not exist", "is not a valid model", "unknown model"]
            .contains { words.contains($0) } || (words.contains("the model") && words.contains("does not exist"))
    }

    /// Whether the provider says that the conversation is too long.
    var isAboutContext: Bool {
        let words = message?.lowercased() ?? ""
        return isNamed("context_length_exceeded", "exceed_context_size_error")
            || Self.contextPhrases.contains { words.contains($0) }
    }

    /// Whether the files of a request are what the provider did not take.
    var isAboutFiles: Bool {
        if status == 413 || isNamed("request_too_large") { return true }
        let words = (names + [message?.lowercased() ?? ""]).joined(separator: " ")
        return Self.fileWords.contains { words.contains($0) }
    }

    private func isNamed(_ candidates: String...) -> Bool {
        candidates.contains(where: names.contains)
    }

    /// What providers say of files that they, or their model, do not take; there is no code that they agree on.
    private static let fileWords = [
        "image", "vision", "multimodal", "multi-modal", "mmproj", "media_type", "media type", "document", "pdf",
        "input_file", "file_data", "content must be a string",
    ]

    /// How providers without a name for it say that the conversation is too long.
    private static let contextPhrases = [
        "prompt is too long", "maximum context length", "available context size", "context window",
    ]
}
