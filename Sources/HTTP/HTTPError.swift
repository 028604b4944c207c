/// Why a request brought no complete response: the phase that failed, and whether to try again.
///
/// Messages name the method and the URL without its query; they never hold header values or credentials.
package struct HTTPError: Error {
    /// The phase or limit that ended the request.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable name of the code, for logs and metrics.
        package let description: String

        private init(_ name: String) {
            description = name
        }

        /// The URL is malformed, or neither `http` nor `https`.
        package static let invalidURL = Code("invalid_url")
        /// The method or a header field cannot be sent.
        package static let invalidRequest = Code("invalid_request")
        /// The host's name has no address.
        package static let resolve = Code("resolve")
        /// No connection came about.
        package static let connect = Code("connect")
        /// The TLS handshake failed or the server's certificate is not trusted.
        package static let tls = Code("tls")
        /// The connection broke while the request was sent.
        package static let send = Code("send")
        /// The connection ended after the request and before a response.
        package static let firstByte = Code("first_byte")
        /// The connection ended within the response's body.
        package static let body = Code("body")
        /// Name resolution, TCP and TLS took longer than `HTTPTimeouts.connect`.
        package static let connectTimeout = Code("connect_timeout")
        /// Nothing was sent or received for `HTTPTimeouts.idle`.
        package static let idleTimeout = Code("idle_timeout")
        /// The whole request took longer than `HTTPTimeouts.total`.
        package static let totalTimeout = Code("total_timeout")
        /// The task was cancelled, or the response's scope was left before the body's end.
        package static let cancelled = Code("cancelled")
        /// More redirects than `HTTPRequest.maximumRedirects`.
        package static let tooManyRedirects = Code("too_many_redirects")
        /// A redirect led from `https` to `http` or to no valid URL.
        package static let redirectRefused = Code("redirect_refused")
        /// The body exceeds the limit of the call.
        package static let bodyTooLarge = Code("body_too_large")
        /// A line or event of an event stream exceeds the parser's limit.
        package static let eventTooLarge = Code("event_too_large")
        /// The response violates HTTP, or its content coding is damaged.
        package static let protocolViolation = Code("protocol_violation")
        /// A body was read by a second consumer; it can be read once.
        package static let bodyAlreadyConsumed = Code("body_already_consumed")
        /// The client was shut down.
        package static let clientClosed = Code("client_closed")
        /// The client could not be set up, as with an unreadable CA file.
        package static let configuration = Code("configuration")
        /// The transport failed for a reason outside the request, such as lack of memory.
        package static let transport = Code("transport")
    }

    /// What may happen when the request is sent again.
    package enum RetrySafety: Sendable {
        /// The failure may pass, and the server acts at most once: nothing was sent, or the method is idempotent.
        case safe
        /// The failure may pass, but the server may have acted on the request already.
        case unknown
        /// The same request would fail in the same way, or nobody wants its answer any more.
        case futile
    }

    /// The phase or limit.
    package let code: Code
    /// What failed, where, and what to do about it.
    package let message: String
    /// The transport library's own words, or nil.
    package let cause: String?
    /// What a retry would mean.
    package let retrySafety: RetrySafety
    /// The source file that made the error.
    package let fileID: String
    /// The line in `fileID`.
    package let line: Int

    /// Whether the request may be sent again without further thought.
    package var isRetryable: Bool { retrySafety == .safe }

    /// Makes an error. Fakes use it as well to play failures.
    package init(
        _ code: Code,
        _ message: String,
        cause: String? = nil,
        retrySafety: RetrySafety = .futile,
        fileID: String = #fileID,
        line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.retrySafety = retrySafety
        self.fileID = fileID
        self.line = line
    }

    /// The request as messages name it: the method and the URL without query, fragment and credentials.
    static func subject(of request: HTTPRequest) -> String {
        let label = (try? HTTPURL(request.url))?.label ?? "(invalid URL)"
        return "\(request.method.rawValue) \(label)"
    }
}

extension HTTPError: CustomStringConvertible {
    /// The message, with the transport library's words in brackets.
    package var description: String {
        cause.map { "\(message) (\($0))" } ?? message
    }
}
