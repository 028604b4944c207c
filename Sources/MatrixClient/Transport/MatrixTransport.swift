package import HTTP
package import MatrixAPI

/// Executes Matrix endpoints against one homeserver; one call is one attempt.
package struct MatrixTransport: Sendable {
    /// The largest response that is read, in bytes.
    package static let maximumResponseBytes = 64 * 1024 * 1024

    /// The client-server API's base URL, without a slash at its end.
    package let baseURL: String
    /// How long the server may stay silent beyond what the endpoint allows it by intention.
    package let patience: Duration

    private let http: any HTTPClient
    private let token: AccessToken?

    /// Creates a transport; without a token it can only execute endpoints that need none.
    package init(
        http: any HTTPClient,
        baseURL: String,
        token: AccessToken? = nil,
        patience: Duration = .seconds(30)
    ) {
        self.http = http
        self.baseURL = String(baseURL.reversed().drop { $0 == "/" }.reversed())
        self.token = token
        self.patience = patience
    }

    /// The same homeserver, as an account.
    package func authorized(_ token: AccessToken) -> MatrixTransport {
        MatrixTransport(http: http, baseURL: baseURL, token: token, patience: patience)
    }

    /// The same homeserver and account, with another patience.
    package func waiting(_ patience: Duration) -> MatrixTransport {
        MatrixTransport(http: http, baseURL: baseURL, token: token, patience: patience)
    }

    /// Sends a request and returns the decoded answer.
    ///
    /// - Parameter maximumRedirects: How many redirects are followed; only well-known discovery asks for any.
    package func execute<Endpoint: MatrixEndpoint>(
        _ endpoint: Endpoint,
        maximumRedirects: Int = 0
    ) async throws(MatrixClientError) -> Endpoint.Response {
        let body = endpoint.body
        let request = try request(for: endpoint, body: body, maximumRedirects: maximumRedirects)
        let subject = "\(endpoint.method.rawValue) \(baseURL)\(endpoint.path)"
        let response: HTTPResponse
        do {
            response = try await http.collect(request, maximumBytes: Self.maximumResponseBytes)
        } catch {
            throw Self.failure(error, subject: subject)
        }
        guard (200..<300).contains(response.status) else {
            throw Self.failure(response, subject: subject, sent: body, token: token)
        }
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
        body: JSONValue?,
        maximumRedirects: Int
    ) throws(MatrixClientError) -> HTTPRequest {
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if endpoint.requiresAccessToken {
            guard let token else {
                throw MatrixClientError(.unknownToken, "there is no access token; run \"rialto login\"")
            }
            guard !token.secret.isEmpty, token.secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw MatrixClientError(
                    .unknownToken,
                    "the access token is empty, or holds spaces or other characters that no token has; check where it "
                        + "was copied, or run \"rialto login\""
                )
            }
            headers.set(name: "Authorization", value: "Bearer \(token.secret)")
        }
        if body != nil { headers.set(name: "Content-Type", value: "application/json") }
        let longPoll = Duration.milliseconds(endpoint.longPollMilliseconds)
        let timeouts = HTTPTimeouts(
            connect: .seconds(10),
            idle: longPoll + patience,
            total: longPoll + patience * 4
        )
        return HTTPRequest(
            method: HTTPRequest.Method(rawValue: endpoint.method.rawValue),
            url: baseURL + endpoint.pathAndQuery,
            headers: headers,
            body: body?.canonicalJSON(),
            timeouts: timeouts,
            maximumRedirects: maximumRedirects
        )
    }
}
