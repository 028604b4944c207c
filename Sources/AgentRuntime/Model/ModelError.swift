/// What can go wrong between the runtime and a model; nothing of it ever holds a key.
package struct ModelError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; opaque, so that kinds can be added without breaking a `switch` elsewhere.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable name of the code, for events, logs and metrics.
        package let description: String

        /// A code that the provider itself gave, as the echo does.
        package static func provider(_ code: String) -> Self { Self(description: code) }
        /// The key is missing, wrong, or not allowed to do this.
        package static let authentication = Self(description: "MODEL_AUTHENTICATION")
        /// The provider does not know the model, or there is no such API at the base URL.
        package static let notFound = Self(description: "MODEL_NOT_FOUND")
        /// The provider wants fewer requests for a while.
        package static let rateLimited = Self(description: "MODEL_RATE_LIMITED")
        /// The account has no credit left, or has reached its own limit of spending.
        package static let quotaExceeded = Self(description: "MODEL_QUOTA_EXCEEDED")
        /// The provider did not accept the request.
        package static let invalidRequest = Self(description: "MODEL_INVALID_REQUEST")
        /// The model or the provider does not take the files of the request.
        package static let attachmentRefused = Self(description: "MODEL_ATTACHMENT_REFUSED")
        /// The conversation is longer than the model can read.
        package static let contextLengthExceeded = Self(description: "MODEL_CONTEXT_LENGTH_EXCEEDED")
        /// The provider has too much to do for everybody.
        package static let overloaded = Self(description: "MODEL_OVERLOADED")
        /// The provider cannot be reached, or fails.
        package static let unavailable = Self(description: "MODEL_UNAVAILABLE")
        /// The answer stopped without its end.
        package static let truncated = Self(description: "MODEL_STREAM_TRUNCATED")
        /// No byte came for longer than the limit.
        package static let stalled = Self(description: "MODEL_STREAM_STALLED")
        /// The provider sent what its API does not describe, such as a page of HTML.
        package static let malformed = Self(description: "MODEL_MALFORMED_RESPONSE")

        /// Every code that is not a provider's own.
        package static let all: [Self] = [
            authentication, notFound, rateLimited, quotaExceeded, invalidRequest, attachmentRefused,
            contextLengthExceeded, overloaded, unavailable, truncated, stalled, malformed,
        ]
    }

    /// The kind of failure.
    package let code: Code
    /// What happened, where, and what to do about it; for operators, not for the person in the room.
    package let message: String
    /// What caused it.
    package let cause: (any Error)?
    /// Whether the same request may succeed later.
    package let isRetryable: Bool
    /// How long the provider asks to wait before the next attempt; nil where it does not say.
    package let retryAfter: Duration?
    /// The HTTP status, or the one that an error within the stream stands for; nil where there is none.
    package let status: Int?
    /// The provider's own name for the request, to quote to its support.
    package let requestID: String?

    /// Creates an error.
    package init(
        _ code: Code,
        _ message: String,
        cause: (any Error)? = nil,
        isRetryable: Bool = false,
        retryAfter: Duration? = nil,
        status: Int? = nil,
        requestID: String? = nil
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.isRetryable = isRetryable
        self.retryAfter = retryAfter
        self.status = status
        self.requestID = requestID
    }

    package var description: String {
        "\(code): \(message)" + (requestID.map { " [request \($0)]" } ?? "") + (cause.map { ": \($0)" } ?? "")
    }
}
