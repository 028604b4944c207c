/// What can go wrong between the runtime and a model; its message never holds a key.
package struct ModelError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; opaque, so that kinds can be added without breaking a `switch` elsewhere.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        package let description: String

        /// A code that the provider itself gave.
        package static func provider(_ code: String) -> Self { Self(description: code) }
        /// The key is missing, wrong, or not allowed to do this.
        package static let authentication = Self(description: "MODEL_AUTHENTICATION")
        /// The provider wants fewer requests, or the account has run out.
        package static let rateLimited = Self(description: "MODEL_RATE_LIMITED")
        /// The provider did not accept the request.
        package static let invalidRequest = Self(description: "MODEL_INVALID_REQUEST")
        /// The provider cannot be reached, or fails.
        package static let unavailable = Self(description: "MODEL_UNAVAILABLE")
        /// The answer stopped without its end.
        package static let truncated = Self(description: "MODEL_STREAM_TRUNCATED")
    }

    /// The kind of failure.
    package let code: Code
    /// What happened, where, and what to do about it.
    package let message: String
    /// What caused it.
    package let cause: (any Error)?
    /// Whether the same request may succeed later.
    package let isRetryable: Bool

    /// Creates an error.
    package init(_ code: Code, _ message: String, cause: (any Error)? = nil, isRetryable: Bool = false) {
        self.code = code
        self.message = message
        self.cause = cause
        self.isRetryable = isRetryable
    }

    package var description: String {
        "\(code): \(message)" + (cause.map { ": \($0)" } ?? "")
    }
}
