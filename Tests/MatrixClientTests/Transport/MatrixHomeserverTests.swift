import Bridge
import HTTP
import MatrixAPI
import MatrixClient
import TestSupport
import Testing

@Suite("Homeserver requests", .timeLimit(.minutes(1)))
struct MatrixHomeserverTests {
    private static let room: RoomID = "!r/o?o#m:example.org"

    /// Runs a closure with the bridge's homeserver; the server answers all but `whoami` with one response.
    private func withBridgeHomeserver(
        answering answer: ScriptedResponse,
        patience: Duration = .seconds(30),
        _ body: (MatrixHomeserver, () -> [RecordedRequest]) async throws -> Void
    ) async throws {
        try await withHomeserver(patience: patience) {
            whoami($0) ?? answer
        } _: { transport, server in
            let homeserver = MatrixHomeserver(try await session(on: transport))
            #expect(homeserver.userID == "@bot:example.org")
            #expect(homeserver.deviceID == "DEVICE")
            try await body(homeserver) { Array(server.requests.dropFirst()) }
        }
    }

    @Test("a send is a PUT of the content under its transaction id, and its repetition is the same to the byte")
    func send() async throws {
        let content: JSONValue = [
            "msgtype": "m.text", "body": "Grüße \u{1F680} \"quoted\"\n", "m.mentions": [:], "n": 12,
        ]
        try await withBridgeHomeserver(answering: .json(#"{"event_id":"$e"}"#)) { homeserver, requests in
            for _ in 0..<2 {
                let id = try await homeserver.send(
                    content, type: "m.room.message", transactionID: "t+1/2", to: Self.room)
                #expect(id == "$e")
            }
            let request = try #require(requests().first)
            let path = "/_matrix/client/v3/rooms/%21r%2Fo%3Fo%23m%3Aexample.org/send/m.room.message/t%2B1%2F2"
            #expect(request.method == "PUT")
            #expect(request.target == path)
            #expect(request.headers.first(name: "Authorization") == "Bearer \(token.secret)")
            #expect(request.headers.first(name: "Content-Type") == "application/json")
            #expect(try JSONValue(parsing: request.body) == content)
            #expect(requests().count == 2)
            #expect(requests().last?.target == request.target)
            #expect(requests().last?.body == request.body)
        }
    }

    @Test("typing, receipts, joins and leaves are what the specification asks for")
    func others() async throws {
        try await withBridgeHomeserver(answering: .json(#"{"room_id":"!r"}"#)) { homeserver, requests in
            try await homeserver.setTyping(in: "!r", for: .milliseconds(2500))
            try await homeserver.setTyping(in: "!r", for: nil)
            try await homeserver.markRead("$e", in: "!r", thread: nil)
            try await homeserver.markRead("$e", in: "!r", thread: "$root")
            try await homeserver.join("!r", via: [])
            try await homeserver.leave("!r", reason: "not for me")
            try await homeserver.leave("!r", reason: nil)
            let rooms = "/_matrix/client/v3/rooms/%21r"
            #expect(
                requests().map { "\($0.method) \($0.target) \($0.text)" } == [
                    #"PUT \#(rooms)/typing/%40bot%3Aexample.org {"timeout":2500,"typing":true}"#,
                    #"PUT \#(rooms)/typing/%40bot%3Aexample.org {"typing":false}"#,
                    #"POST \#(rooms)/receipt/m.read/%24e {"thread_id":"main"}"#,
                    #"POST \#(rooms)/receipt/m.read/%24e {"thread_id":"$root"}"#,
                    "POST /_matrix/client/v3/join/%21r {}",
                    #"POST \#(rooms)/leave {"reason":"not for me"}"#,
                    "POST \(rooms)/leave {}",
                ])
        }
    }

    @Test(
        "a profile may have a display name or none",
        arguments: [
            (#"{"displayname":"Ann","avatar_url":7}"#, "Ann"), (#"{"displayname":null}"#, nil), ("{}", nil),
        ] as [(String, String?)]
    )
    func profile(_ body: String, _ name: String?) async throws {
        try await withBridgeHomeserver(answering: .json(body)) { homeserver, requests in
            let found = try await homeserver.displayName(of: "@ann:example.org")
            #expect(found == name)
            #expect(requests().map(\.target) == ["/_matrix/client/v3/profile/%40ann%3Aexample.org"])
        }
    }

    @Test("history is one page backwards between two tokens, and keeps what it cannot read apart")
    func history() async throws {
        let page = """
            {"start":"p1","end":"p2","chunk":[{"type":1},{"event_id":"$1","type":"m.room.message",
            "sender":"@ann:example.org","origin_server_ts":1,"content":{}}]}
            """
        try await withBridgeHomeserver(answering: .json(page)) { homeserver, requests in
            let page = try await homeserver.history(of: "!r", before: "p1", until: "s1")
            #expect(page.events.elements.map(\.eventID) == ["$1"])
            #expect(page.events.failures.count == 1)
            #expect(page.next == "p2")
            let request = try #require(requests().first)
            #expect(request.path == "/_matrix/client/v3/rooms/%21r/messages")
            #expect(request.query("dir") == "b")
            #expect(request.query("from") == "p1")
            #expect(request.query("to") == "s1")
        }
    }

    struct Failure: Sendable {
        let answer: ScriptedResponse
        let kind: HomeserverError.Kind

        init(_ answer: ScriptedResponse, _ kind: HomeserverError.Kind) {
            self.answer = answer
            self.kind = kind
        }

        static func limited(_ header: String?, _ more: String = "") -> ScriptedResponse {
            matrixError(429, "M_LIMIT_EXCEEDED", more, headers: header.map { ["Retry-After": $0] } ?? [:])
        }
    }

    @Test(
        "an answer is classified by its errcode, and where it is not Matrix's by its status",
        arguments: [
            Failure(Failure.limited("7"), .limited(retryAfter: .seconds(7))),
            Failure(Failure.limited("7", #","retry_after_ms":1"#), .limited(retryAfter: .seconds(7))),
            Failure(Failure.limited("7", #","retry_after_ms":6250"#), .limited(retryAfter: .milliseconds(6250))),
            Failure(Failure.limited(nil, #","retry_after_ms":1500"#), .limited(retryAfter: .milliseconds(1500))),
            Failure(Failure.limited(nil, #","retry_after_ms":1500.2"#), .limited(retryAfter: .milliseconds(1501))),
            Failure(Failure.limited("nonsense", #","retry_after_ms":1500"#), .limited(retryAfter: .milliseconds(1500))),
            Failure(Failure.limited("Thu, 01 Jan 1970 00:00:00 GMT"), .limited(retryAfter: .zero)),
            Failure(Failure.limited("Fri, 31 Dec 9999 23:59:59 GMT"), .limited(retryAfter: .seconds(600))),
            Failure(Failure.limited("1e400"), .limited(retryAfter: nil)),
            Failure(Failure.limited("1e300"), .limited(retryAfter: .seconds(600))),
            Failure(Failure.limited(nil, #","retry_after_ms":1e300"#), .limited(retryAfter: nil)),
            Failure(Failure.limited(nil, #","retry_after_ms":-9223372036854775808"#), .limited(retryAfter: .zero)),
            Failure(Failure.limited(nil), .limited(retryAfter: nil)),
            Failure(.html("<html>slow down</html>", status: 429), .limited(retryAfter: nil)),
            Failure(matrixError(400, "M_LIMIT_EXCEEDED"), .limited(retryAfter: nil)),
            Failure(matrixError(401, "M_UNKNOWN_TOKEN"), .unknownToken),
            Failure(matrixError(401, "M_MISSING_TOKEN"), .unknownToken),
            Failure(matrixError(401, "M_USER_LOCKED", #","soft_logout":true"#), .unreachable),
            Failure(matrixError(403, "M_RESOURCE_LIMIT_EXCEEDED"), .unreachable),
            Failure(matrixError(403, "M_FORBIDDEN"), .rejected(.forbidden)),
            Failure(matrixError(403, "M_USER_SUSPENDED"), .rejected(.userSuspended)),
            Failure(matrixError(413, "M_TOO_LARGE"), .rejected(.tooLarge)),
            Failure(matrixError(400, "ORG.EXAMPLE.OWN"), .rejected("ORG.EXAMPLE.OWN")),
            Failure(matrixError(400, "not a code"), .rejected(.unknown)),
            Failure(matrixError(500, "M_UNKNOWN"), .unreachable),
            Failure(matrixError(502, "M_BAD_JSON"), .unreachable),
            Failure(.html("<html>too large</html>", status: 413), .rejected(.tooLarge)),
            Failure(.html("<html>bad gateway</html>", status: 502), .unreachable),
            Failure(.html("<html>log in to the wifi</html>", status: 200), .unintelligible),
            Failure(.html("<html>not here</html>", status: 404), .unintelligible),
            Failure(.respond(408), .unreachable),
            Failure(.respond(302, headers: ["Location": "https://example.org/"]), .unintelligible),
            Failure(.json("{}"), .unintelligible),
            Failure(ScriptedResponse(steps: [.close]), .unreachable),
            Failure(ScriptedResponse(steps: [.reset]), .unreachable),
            Failure(
                ScriptedResponse(steps: [.write(ScriptedResponse.head(200, ["Content-Length": "9"])), .reset]),
                .unreachable),
            Failure(ScriptedResponse(steps: [.write(Array("SSH-2.0-OpenSSH\r\n".utf8)), .close]), .unintelligible),
        ]
    )
    func failures(_ failure: Failure) async throws {
        try await withBridgeHomeserver(answering: failure.answer) { homeserver, requests in
            let error = await #expect(throws: HomeserverError.self) {
                try await homeserver.send(["body": "x"], type: "m.room.message", transactionID: "t", to: "!r")
            }
            #expect(error?.kind == failure.kind)
            #expect(error?.message.contains("PUT http://127.0.0.1") == true)
            #expect(error?.message.contains("<html>") == false)
            // Only a connection that is reused and found dead is tried once more by the client itself.
            #expect((1...2).contains(requests().count))
        }
    }

    @Test("a server error keeps the pause that comes with it")
    func unavailable() async throws {
        try await withHomeserver { _ in
            .respond(503, headers: ["Retry-After": "20"])
        } _: { transport, _ in
            let error = try await failure { try await transport.execute(Versions()) }
            #expect(error.code == .unreachable)
            #expect(error.retryAfter == .seconds(20))
            #expect(error.status == 503)
        }
    }

    @Test("a server that stays silent, or never comes to an end, is unreachable after the patience for it")
    func timeouts() async throws {
        let drip = ScriptedResponse(
            steps: [
                .write(ScriptedResponse.head(200, ["Content-Length": "10000"])),
                .drip(Array(repeating: UInt8(ascii: " "), count: 10_000), every: .milliseconds(20)),
            ]
        )
        for answer in [ScriptedResponse(steps: [.waitForDisconnect]), drip] {
            try await withHomeserver(patience: .milliseconds(150)) { _ in
                answer
            } _: { transport, server in
                let error = try await failure { try await transport.execute(Versions()) }
                #expect(error.code == .unreachable)
                #expect(error.isRetryable)
                try await server.waitForDisconnects(1)
            }
        }
    }

    @Test("a cancelled task aborts its request")
    func cancellation() async throws {
        try await withHomeserver { _ in
            ScriptedResponse(steps: [.waitForDisconnect])
        } _: { transport, server in
            let request = Task { try await transport.execute(Versions()) }
            try await server.waitForRequests(1)
            request.cancel()
            let error = try await failure { try await request.value }
            #expect(error.code == .cancelled)
            #expect(error.homeserverError.kind == .cancelled)
            try await server.waitForDisconnects(1)
        }
    }
}
