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
    private let credential: Credential?
    /// How many new tokens one request may need; a homeserver that refuses each at once takes none.
    private static let maximumRenewals = 3

    /// Creates a transport; without a token it can only execute endpoints that need none.
    package init(
        http: any HTTPClient,
        baseURL: String,
        credential: Credential? = nil,
        patience: Duration = .seconds(30)
    ) {
        self.http = http
        self.baseURL = String(baseURL.reversed().drop { $0 == "/" }.reversed())
        self.credential = credential
        self.patience = patience
    }

    /// How often somebody has logged in anew since the session began.
    package var logins: Int { credential?.logins ?? 0 }

    /// The same homeserver, as an account.
    package func authorized(_ credential: Credential) -> MatrixTransport {
        MatrixTransport(http: http, baseURL: baseURL, credential: credential, patience: patience)
    }

    /// The same homeserver and account, with another patience.
    package func waiting(_ patience: Duration) -> MatrixTransport {
        MatrixTransport(http: http, baseURL: baseURL, credential: credential, patience: patience)
    }

    /// Sends a request and returns the decoded answer.
    ///
    /// Where the token is not good any more, and another one can be had, the request is sent again with that. Only
    /// `M_UNKNOWN_TOKEN` says so; whatever else is wrong is not the token's fault.
    ///
    /// - Parameters:
    ///   - payload: The body, in place of the endpoint's own JSON.
    ///   - maximumRedirects: How many redirects are followed; only well-known discovery asks for any.
    ///   - repeatsAfterLogin: False where the caller has to see that somebody has logged in anew before it repeats the
    ///     request: it gets `unknownToken` then.
    package func execute<Endpoint: MatrixEndpoint>(
        _ endpoint: Endpoint,
        payload: RequestPayload? = nil,
        maximumRedirects: Int = 0,
        repeatsAfterLogin: Bool = true
    ) async throws(MatrixClientError) -> Endpoint.Response {
        guard endpoint.requiresAccessToken, let credential else {
            return try await attempt(endpoint, payload: payload, token: nil, maximumRedirects: maximumRedirects)
        }
        var grant = await credential.grant()
        var renewals = 0
        while true {
            do throws(MatrixClientError) {
                return try await attempt(
                    endpoint, payload: payload, token: grant.token, maximumRedirects: maximumRedirects)
            } catch {
                guard error.isTokenUnknown, renewals < Self.maximumRenewals,
                    let renewed = try await credential.grant(insteadOf: grant),
                    repeatsAfterLogin || renewed.logins == grant.logins
                else { throw error }
                grant = renewed
                renewals += 1
            }
        }
    }

    private func attempt<Endpoint: MatrixEndpoint>(
        _ endpoint: Endpoint,
        payload: RequestPayload?,
        token: AccessToken?,
        maximumRedirects: Int
    ) async throws(MatrixClientError) -> Endpoint.Response {
        let body = endpoint.body
        var request = try request(for: endpoint, body: body, token: token, maximumRedirects: maximumRedirects)
        if let payload {
            request.headers.set(name: "Content-Type", value: payload.mimeType)
            request.body = payload.bytes
        }
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

    /// Sends a request and hands over the body of the answer piece by piece.
    ///
    /// - Parameter receive: Takes the next bytes; false ends the transfer.
    package func download<Endpoint: MatrixEndpoint>(
        _ endpoint: Endpoint,
        _ receive: ([UInt8]) async throws -> Bool
    ) async throws {
        guard endpoint.requiresAccessToken, let credential else {
            return try await download(endpoint, token: nil, receive)
        }
        let grant = await credential.grant()
        do {
            try await download(endpoint, token: grant.token, receive)
        } catch {
            // A refused token is told before the first byte, so that nothing has been handed over yet.
            guard let failure = error as? MatrixClientError, failure.isTokenUnknown,
                let renewed = try await credential.grant(insteadOf: grant)
            else { throw error }
            try await download(endpoint, token: renewed.token, receive)
        }
    }

    private func download<Endpoint: MatrixEndpoint>(
        _ endpoint: Endpoint,
        token: AccessToken?,
        _ receive: ([UInt8]) async throws -> Bool
    ) async throws {
        var request = try request(for: endpoint, body: nil, token: token, maximumRedirects: 0)
        request.headers.set(name: "Accept", value: "*/*")
        let subject = "\(endpoint.method.rawValue) \(baseURL)\(endpoint.path)"
        try await http.withResponse(to: request) { response in
            guard (200..<300).contains(response.status) else {
                var body: [UInt8] = []
                for try await chunk in response.body where body.count < 65_536 { body += chunk }
                let whole = HTTPResponse(
                    status: response.status, headers: response.headers, body: body, url: response.url)
                throw Self.failure(whole, subject: subject, sent: nil, token: token)
            }
            for try await chunk in response.body {
                guard try await receive(chunk) else { return }
            }
        }
    }

    private func request<Endpoint: MatrixEndpoint>(
        for endpoint: Endpoint,
        body: JSONValue?,
        token: AccessToken?,
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
