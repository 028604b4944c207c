import Foundation
import HTTP
import MatrixAPI

extension MatrixTransport {
    /// The error for a request that brought no complete response.
    static func failure(_ error: any Error, subject: String) -> MatrixClientError {
        guard let error = error as? HTTPError else {
            return error is CancellationError
                ? MatrixClientError(.cancelled, "\(subject) was cancelled")
                : MatrixClientError(.unreachable, "\(subject) failed: \(error)", cause: error)
        }
        let code: MatrixClientError.Code =
            switch error.code {
            case .cancelled: .cancelled
            case .invalidURL, .invalidRequest: .badAddress
            case .tls: .insecure
            case .protocolViolation, .bodyTooLarge, .tooManyRedirects, .redirectRefused: .notAHomeserver
            default: .unreachable
            }
        let advice = code == .insecure ? "; where the homeserver speaks no TLS, its address begins with http://" : ""
        return MatrixClientError(code, "\(error)\(advice)", cause: error)
    }

    /// The error for an answer that reports one.
    ///
    /// - Parameters:
    ///   - subject: The request as messages name it.
    ///   - sent: The body of the request, of which nothing may be repeated.
    ///   - token: The token of the request, likewise.
    static func failure(
        _ response: HTTPResponse,
        subject: String,
        sent: JSONValue?,
        token: AccessToken?
    ) -> MatrixClientError {
        let status = response.status
        let body = try? MatrixJSON.decode(MatrixErrorBody.self, from: response.body)
        let errcode = body.map { ServerWords.errcode($0.errcode) }
        let words = body?.error.flatMap { ServerWords.quote($0, token: token, body: sent) }
        let message =
            "\(subject) was answered with \(status)" + (errcode.map { " \($0)" } ?? "")
            + (words.map { ": \($0)" } ?? "")
        let (code, advice) = errcode.map { Self.verdict($0, status: status) } ?? Self.verdict(status: status)
        let isPassing = code == .limited || code == .unreachable
        return MatrixClientError(
            code,
            message + (advice.map { "; \($0)" } ?? ""),
            status: status,
            errcode: errcode ?? Self.impliedErrcode(status: status),
            retryAfter: isPassing ? Self.pause(response.headers, body) : nil,
            softLogout: body?.softLogout ?? false
        )
    }

    /// What a Matrix error means, by its code and never by its text; with advice where there is some.
    private static func verdict(_ errcode: MatrixErrorCode, status: Int) -> (MatrixClientError.Code, String?) {
        switch errcode {
        case .limitExceeded: (.limited, nil)
        case .unknownToken, .missingToken:
            (.unknownToken, "the access token is not, or no longer, good: run \"rialto login\"")
        case .userLocked, .resourceLimitExceeded: (.unreachable, nil)
        default: (status == 429 ? .limited : status >= 500 ? .unreachable : .rejected, nil)
        }
    }

    /// What an answer means that is not Matrix's own error: it comes from something in between, which may get better.
    private static func verdict(status: Int) -> (MatrixClientError.Code, String?) {
        switch status {
        case 429: (.limited, nil)
        // The same request is as large the next time.
        case 413, 414, 431: (.rejected, "something before the homeserver finds the request too large")
        case 408, 425, 500...: (.unreachable, nil)
        case 300..<400: (.notAHomeserver, "set matrix.homeserver to the address that it redirects to")
        default: (.notAHomeserver, "that is no answer of a homeserver; check matrix.homeserver, and what is before it")
        }
    }

    private static func impliedErrcode(status: Int) -> MatrixErrorCode? {
        switch status {
        case 429: .limitExceeded
        case 413, 414, 431: .tooLarge
        default: nil
        }
    }

    /// The header counts; where the body says the same more exactly than in whole seconds, its word is taken.
    private static func pause(_ headers: HTTPHeaders, _ body: MatrixErrorBody?) -> Duration? {
        let exact = body?.retryAfterMS.map { RetryAfter.pause(milliseconds: $0) }
        guard let rounded = headers.first(name: "Retry-After").flatMap({ RetryAfter.pause($0, now: Date()) }) else {
            return exact
        }
        guard let exact, exact <= rounded, exact > rounded - .seconds(1) else { return rounded }
        return exact
    }
}
