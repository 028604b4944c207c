import Foundation
package import HTTP
package import MatrixAPI

/// Executes Matrix endpoints against one homeserver; one call is one attempt.
package struct MatrixTransport: Sendable {
    /// The largest response that is read, in bytes.
    package static let maximumResponseBytes = 64 * 1024 * 1024

    /// The client-server API's base URL, without a slash at its end.
    package let baseURL: String

    private let http: any HTTPClient
    private let token: AccessToken?

    /// Creates a transport; without a token it can only execute endpoints that need none.
    package init(http: any HTTPClient, baseURL: String, token: AccessToken? = nil) {
        self.http = http
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.token = token
    }

    /// The same homeserver, as an account.
    package func authorized(_ token: AccessToken) -> MatrixTransport {
        MatrixTransport(http: http, baseURL: baseURL, token: token)
    }

    /// Sends a request and returns the decoded answer.
    ///
    /// - Parameter maximumRedirects: How many redirects are followed; only well-known discovery asks for any.
    package func execute<Endpoint: MatrixEndpoint>(
        _ endpoint: Endpoint,
        maximumRedirects: Int = 0
    ) async throws(MatrixClientError) -> Endpoint.Response {
        let request = try request(for: endpoint, maximumRedirects: maximumRedirects)
        let subject = "\(endpoint.method.rawValue) \(baseURL)\(endpoint.path)"
        let response: HTTPResponse
        do {
            response = try await http.collect(request, maximumBytes: Self.maximumResponseBytes)
        } catch {
            throw Self.failure(error, subject: subject)
        }
        guard (200..<300).contains(response.status) else { throw Self.failure(response, subject: subject) }
        do {
            return try MatrixJSON.decode(Endpoint.Response.self, from: response.body)
        } catch {
            throw MatrixClientError(
                .notAHomeserver,
                "\(subject) was answered with something that is not Matrix; check the homeserver's address: \(error)",
                cause: error
            )
        }
    }

    private func request<Endpoint: MatrixEndpoint>(
        for endpoint: Endpoint,
        maximumRedirects: Int
    ) throws(MatrixClientError) -> HTTPRequest {
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if endpoint.requiresAccessToken {
            guard let token else {
                throw MatrixClientError(.unknownToken, "there is no access token; run \"rialto login\"")
            }
            headers.set(name: "Authorization", value: "Bearer \(token.secret)")
        }
        let body = endpoint.body?.canonicalJSON()
        if body != nil { headers.set(name: "Content-Type", value: "application/json") }
        let longPoll = Duration.milliseconds(endpoint.longPollMilliseconds)
        let timeouts = HTTPTimeouts(
            connect: .seconds(10), idle: longPoll + .seconds(30), total: longPoll + .seconds(120))
        return HTTPRequest(
            method: HTTPRequest.Method(rawValue: endpoint.method.rawValue),
            url: baseURL + endpoint.pathAndQuery,
            headers: headers,
            body: body,
            timeouts: timeouts,
            maximumRedirects: maximumRedirects
        )
    }

    private static func failure(_ error: any Error, subject: String) -> MatrixClientError {
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
        return MatrixClientError(code, "\(error)", cause: error)
    }

    private static func failure(_ response: HTTPResponse, subject: String) -> MatrixClientError {
        let body = try? MatrixJSON.decode(MatrixErrorBody.self, from: response.body)
        let words = body.map { "\($0.errcode)" + ($0.error.map { ": \($0.prefix(300))" } ?? "") }
        let message = "\(subject) was answered with \(response.status)" + (words.map { " \($0)" } ?? "")
        if response.status == 429 || body?.errcode == .limitExceeded {
            let header = response.headers.first(name: "Retry-After").flatMap { RetryAfter.pause($0, now: Date()) }
            let pause = header ?? body?.retryAfterMS.map { min(RetryAfter.maximum, .milliseconds(max(0, $0))) }
            return MatrixClientError(.limited, message, errcode: .limitExceeded, retryAfter: pause)
        }
        guard let body else {
            // What is not Matrix's own error comes from something in between, which may get better.
            return response.status >= 500
                ? MatrixClientError(.unreachable, message)
                : MatrixClientError(
                    .notAHomeserver, "\(message), which is not a homeserver's answer; check its address")
        }
        let code: MatrixClientError.Code =
            switch body.errcode {
            case .unknownToken, .missingToken: .unknownToken
            case .userLocked, .resourceLimitExceeded: .unreachable
            default: response.status >= 500 ? .unreachable : .rejected
            }
        return MatrixClientError(code, message, errcode: body.errcode, softLogout: body.softLogout ?? false)
    }
}
