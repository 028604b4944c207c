import HTTP
import MatrixAPI
import MatrixClient
import TestSupport
import Testing

@Suite("Session", .timeLimit(.minutes(1)))
struct MatrixSessionTests {
    private static let password = "correct horse battery"

    private func logIn(_ transport: MatrixTransport, device: DeviceID? = nil) async throws -> MatrixSession {
        try await MatrixSession(
            transport,
            user: "@bot:example.org",
            password: Self.password,
            deviceID: device,
            deviceName: "rialto"
        )
    }

    private static func flows(_ types: String...) -> ScriptedResponse {
        .json("{\"flows\":[\(types.map { "{\"type\":\"\($0)\"}" }.joined(separator: ","))]}")
    }

    private static func server(_ login: ScriptedResponse) -> ScriptedHTTPServer.Handler {
        { $0.method == "GET" ? flows("m.login.sso", "m.login.password") : login }
    }

    private static let success = ScriptedResponse.json(
        #"{"user_id":"@bot:example.org","access_token":"syt_secretToken_4711","device_id":"KEPT","home_server":"x"}"#
    )

    @Test("a login asks for its flows first, and keeps the device")
    func keepsDevice() async throws {
        try await withHomeserver(Self.server(Self.success)) { transport, server in
            let session = try await logIn(transport, device: "KEPT")
            #expect(session.deviceID == "KEPT")
            #expect(session.userID == "@bot:example.org")
            #expect(session.tokens.accessToken.secret == "syt_secretToken_4711")
            #expect(
                server.requests.map { "\($0.method) \($0.target)" } == [
                    "GET /_matrix/client/v3/login", "POST /_matrix/client/v3/login",
                ])
            let body = try JSONValue(parsing: try #require(server.requests.last).body)
            #expect(
                body == [
                    "type": "m.login.password",
                    "identifier": ["type": "m.id.user", "user": "@bot:example.org"],
                    "password": .string(Self.password),
                    "device_id": "KEPT",
                    "initial_device_display_name": "rialto",
                ])
            #expect(server.requests.allSatisfy { $0.headers.first(name: "Authorization") == nil })
        }
    }

    @Test("a first login leaves the device to the homeserver, and its session is authorized")
    func newDevice() async throws {
        try await withHomeserver { request in
            whoami(request) ?? Self.server(Self.success)(request)
        } _: { transport, server in
            let session = try await logIn(transport)
            let body = try JSONValue(parsing: try #require(server.requests.last).body)
            #expect(body["device_id"] == nil)
            _ = try await session.transport.execute(WhoAmI())
            #expect(server.requests.last?.headers.first(name: "Authorization") == "Bearer syt_secretToken_4711")
        }
    }

    @Test("a homeserver without password login is told apart, and no password is sent to it")
    func noPasswordFlow() async throws {
        for (flows, offered) in [
            (Self.flows("m.login.sso\\n", "m.login.token"), "m.login.sso"), (Self.flows(), "nothing"),
        ] {
            try await withHomeserver { _ in
                flows
            } _: { transport, server in
                let error = try await failure { try await logIn(transport) }
                #expect(error.code == .rejected)
                #expect(error.message.contains(offered))
                #expect(error.message.contains("access token"))
                #expect(!error.message.contains("\n"))
                #expect(server.requests.map(\.method) == ["GET"])
            }
        }
    }

    @Test("a wrong password says so and shows no password, even where the homeserver does")
    func wrongPassword() async throws {
        let answer = ScriptedResponse.json(
            #"{"errcode":"M_FORBIDDEN","error":"Invalid password \#(Self.password)"}"#,
            status: 403
        )
        try await withHomeserver(Self.server(answer)) { transport, _ in
            let error = try await failure { try await logIn(transport) }
            #expect(error.code == .rejected)
            #expect(error.errcode == .forbidden)
            #expect(!error.isRetryable)
            #expect(error.message.contains("@bot:example.org") && error.message.contains("matrix.user_id"))
            var dumped = ""
            dump(error, to: &dumped)
            #expect(!dumped.contains(Self.password) && !error.description.contains(Self.password))
        }
    }

    @Test("a login that is limited keeps the server's pause")
    func limitedLogin() async throws {
        try await withHomeserver(Self.server(matrixError(429, "M_LIMIT_EXCEEDED", #","retry_after_ms":2500"#))) {
            transport, _ in
            let error = try await failure { try await logIn(transport) }
            #expect(error.code == .limited)
            #expect(error.retryAfter == .milliseconds(2500))
        }
    }

    @Test("the homeserver says whose a token is")
    func storedToken() async throws {
        try await withHomeserver {
            whoami($0) ?? .respond(404)
        } _: { transport, server in
            let session = try await session(on: transport)
            #expect(session.userID == "@bot:example.org")
            #expect(session.deviceID == "DEVICE")
            #expect(server.requests.first?.headers.first(name: "Authorization") == "Bearer syt_secretToken_4711")
            #expect(server.requests.first?.target == "/_matrix/client/v3/account/whoami")
        }
    }

    @Test("a token without a device is refused, as sends could not be repeated safely")
    func tokenWithoutDevice() async throws {
        try await withHomeserver { _ in
            .json(#"{"user_id":"@bot:example.org"}"#)
        } _: { transport, _ in
            let error = try await failure { try await session(on: transport) }
            #expect(error.code == .rejected)
            #expect(error.message.contains("device"))
        }
    }

    @Test("a token that is not good says what to do")
    func badToken() async throws {
        try await withHomeserver { _ in
            matrixError(401, "M_UNKNOWN_TOKEN", #","soft_logout":true"#)
        } _: { transport, _ in
            let error = try await failure { try await session(on: transport) }
            #expect(error.code == .unknownToken)
            #expect(error.softLogout)
            #expect(error.message.contains("rialto login"))
        }
    }

    @Test("a token that cannot stand in a header is not sent", arguments: ["", "with space", "line\n", "umlaut\u{FC}"])
    func malformedToken(_ text: String) async throws {
        try await withHomeserver {
            whoami($0) ?? .respond(404)
        } _: { transport, server in
            let error = try await failure { try await MatrixSession(transport, token: AccessToken(text)) }
            #expect(error.code == .unknownToken)
            #expect(text.isEmpty || !error.message.contains(text))
            #expect(server.requests.isEmpty)
        }
    }

    @Test("without a token nothing that needs one is sent")
    func noToken() async throws {
        try await withHomeserver {
            whoami($0) ?? .respond(404)
        } _: { transport, server in
            let error = try await failure { try await transport.execute(WhoAmI()) }
            #expect(error.code == .unknownToken)
            #expect(server.requests.isEmpty)
        }
    }

    @Test("a session shows its token nowhere")
    func description() async throws {
        try await withHomeserver {
            whoami($0) ?? .respond(404)
        } _: { transport, _ in
            let session = try await session(on: transport)
            var dumped = ""
            dump(session, to: &dumped)
            #expect(!dumped.contains(token.secret))
            #expect(!"\(session) \(String(reflecting: session))".contains(token.secret))
        }
    }
}
