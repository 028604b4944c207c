import CCurl

/// How far a transfer had come when it ended.
struct TransferProgress {
    /// The connection stood and the first byte of the request was about to leave.
    var requestStarted = false
    /// The response's head was complete.
    var headReceived = false
}

extension HTTPError {
    /// The error for a transfer that libcurl has ended.
    ///
    /// - Parameters:
    ///   - result: libcurl's code, not `CURLE_OK`.
    ///   - text: libcurl's own words.
    ///   - progress: how far the transfer had come.
    ///   - totalTimeElapsed: whether the limit for the whole request had passed.
    init(
        transfer request: PreparedRequest,
        result: CURLcode,
        text: String?,
        progress: TransferProgress,
        totalTimeElapsed: Bool
    ) {
        let code = Code(result, progress: progress, totalTimeElapsed: totalTimeElapsed)
        // This text would quote the proxy's URL, which can hold a password.
        let mayQuoteProxy = result == CURLE_COULDNT_RESOLVE_PROXY
        self.init(
            transfer: request,
            code: code,
            progress: progress,
            cause: (mayQuoteProxy ? nil : text) ?? String(cString: curl_easy_strerror(result)),
            isPermanent: Self.permanent.contains(result.rawValue)
        )
    }

    /// The error for a transfer that failed with a known code.
    init(
        transfer request: PreparedRequest,
        code: Code,
        progress: TransferProgress,
        cause: String? = nil,
        isPermanent: Bool = false
    ) {
        let safety: RetrySafety =
            if isPermanent || !Self.passing.contains(code) {
                .futile
            } else {
                !progress.requestStarted || request.method.isIdempotent ? .safe : .unknown
            }
        self.init(
            code,
            "\(request.subject): \(code.explanation(timeouts: request.timeouts))",
            cause: cause,
            retrySafety: safety
        )
    }

    /// The codes of failures that may be over at the next attempt.
    private static let passing: Set<Code> = [
        .resolve, .connect, .tls, .send, .firstByte, .body, .connectTimeout, .idleTimeout, .totalTimeout, .transport,
    ]

    /// The results that only a change of certificates or settings can cure.
    private static let permanent = Set(
        [
            CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
        ].map(\.rawValue)
    )
}

extension HTTPError.Code {
    fileprivate init(_ result: CURLcode, progress: TransferProgress, totalTimeElapsed: Bool) {
        switch result {
        case CURLE_URL_MALFORMAT: self = .invalidURL
        // The URL was checked before, so that this is an answer that is not HTTP.
        case CURLE_UNSUPPORTED_PROTOCOL: self = progress.requestStarted ? .protocolViolation : .invalidURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .resolve
        case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED: self = .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_INITFAILED,
            CURLE_USE_SSL_FAILED:
            self = .tls
        case CURLE_SEND_ERROR: self = .send
        case CURLE_OPERATION_TIMEDOUT:
            self = progress.requestStarted || totalTimeElapsed ? .totalTimeout : .connectTimeout
        case CURLE_PARTIAL_FILE: self = .body
        // A rewind fails when a reused connection died after the body of a request that must not be repeated.
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
            self = progress.headReceived ? .body : progress.requestStarted ? .firstByte : .connect
        case CURLE_BAD_CONTENT_ENCODING, CURLE_WEIRD_SERVER_REPLY, CURLE_WRITE_ERROR,
            CURLE_HTTP_RETURNED_ERROR:
            self = .protocolViolation
        default: self = .transport
        }
    }

    fileprivate func explanation(timeouts: HTTPTimeouts) -> String {
        switch self {
        case .invalidURL: "the URL cannot be used"
        case .resolve: "the host's name could not be resolved; check the name and the DNS settings"
        case .connect: "no connection to the server; check that it runs and can be reached"
        case .tls: "the TLS handshake failed; check the server's certificate, or give its CA file"
        case .send: "the connection broke while the request was sent"
        case .firstByte: "the connection ended before the server answered"
        case .body: "the connection ended within the response"
        case .connectTimeout: "no connection within \(timeouts.connect)"
        case .idleTimeout: "nothing was sent or received for \(timeouts.idle)"
        case .totalTimeout: "not finished within \(timeouts.total ?? .zero)"
        case .protocolViolation: "the response violates HTTP"
        case .clientClosed: "the HTTP client was shut down"
        case .cancelled: "cancelled"
        default: "the transfer failed"
        }
    }
}
