import Bridge
import HTTP
import MatrixAPI
import MatrixClient
import Synchronization
import TestSupport
import Testing

@Suite("Credential", .timeLimit(.minutes(1)))
struct CredentialTests {
    /// Answers to the token `new` alone.
    private static let strict: ScriptedHTTPServer.Handler = { request in
        if request.headers.first(name: "Authorization") == "Bearer new" {
            return .json(#"{"event_id":"$sent","user_id":"@bot:example.org","device_id":"DEVICE"}"#)
        }
        return matrixError(401, "M_UNKNOWN_TOKEN", #","soft_logout":true"#)
    }

    @Test("a token that is refused is replaced once for all requests that are under way")
    func singleFlight() async throws {
        try await withHomeserver(Self.strict) { transport, _ in
            let renewals = Mutex(0)
            let credential = Credential(SessionTokens(AccessToken("old"))) { _, _ in
                renewals.withLock { $0 += 1 }
                return .loggedIn(SessionTokens(AccessToken("new")))
            }
            let account = transport.authorized(credential)
            try await withThrowingTaskGroup(of: UserID.self) { group in
                for _ in 0..<8 { group.addTask { try await account.execute(WhoAmI()).userID } }
                for try await userID in group { #expect(userID == "@bot:example.org") }
            }
            #expect(renewals.withLock { $0 } == 1)
            #expect(credential.token.secret == "new")
        }
    }

    @Test("a renewal that fails is the failure of the request, and the next request tries it again")
    func failedRenewal() async throws {
        try await withHomeserver(Self.strict) { transport, _ in
            let renewals = Mutex(0)
            let account = transport.authorized(
                Credential(SessionTokens(AccessToken("old"))) { _, _ throws(MatrixClientError) in
                    let isFirst = renewals.withLock { count in
                        count += 1
                        return count == 1
                    }
                    if isFirst { throw MatrixClientError(.unreachable, "the server is away") }
                    return .loggedIn(SessionTokens(AccessToken("new")))
                })
            let error = try await failure { _ = try await account.execute(WhoAmI()) }
            #expect(error.code == .unreachable)
            #expect(try await account.execute(WhoAmI()).userID == "@bot:example.org")
        }
    }

    @Test("a homeserver that refuses each new token is not asked for ever")
    func refusedForEver() async throws {
        try await withHomeserver({ _ in matrixError(401, "M_UNKNOWN_TOKEN") }) { transport, server in
            let number = Mutex(0)
            let account = transport.authorized(
                Credential(SessionTokens(AccessToken("old"))) { _, _ in
                    let token = number.withLock { count in
                        count += 1
                        return "new\(count)"
                    }
                    return .refreshed(SessionTokens(AccessToken(token), refreshToken: "r"))
                })
            let error = try await failure { _ = try await account.execute(WhoAmI()) }
            #expect(error.code == .unknownToken)
            #expect(server.requests.count == 4)
        }
    }

    @Test(
        "a send is repeated after a refresh, but after a login the outbox is told of it first",
        arguments: [true, false])
    func sends(isRefreshed: Bool) async throws {
        let handler: ScriptedHTTPServer.Handler = { request in
            request.headers.first(name: "Authorization") == "Bearer \(token.secret)" && whoami(request) != nil
                ? whoami(request) ?? .respond(500) : Self.strict(request)
        }
        try await withHomeserver(handler) { transport, server in
            let new = SessionTokens(AccessToken("new"))
            let session = try await session(on: transport).renewed { _, _ in
                isRefreshed ? .refreshed(new) : .loggedIn(new)
            }
            let homeserver = MatrixHomeserver(session)
            let send = { () async throws -> EventID in
                try await homeserver.send([:], type: "m.room.message", transactionID: "t1", to: "!a:example.org")
            }
            if !isRefreshed {
                let error = await #expect(throws: HomeserverError.self) { _ = try await send() }
                #expect(error?.kind == .unknownToken)
                #expect(server.requests.count == 2)
            }
            #expect(try await send() == "$sent")
            #expect(server.requests.count == 3)
            #expect(Set(server.requests.dropFirst().map(\.target)).count == 1)
        }
    }

    @Test("only M_UNKNOWN_TOKEN renews a token, whatever words come with another code")
    func otherErrors() async throws {
        let answers = [
            matrixError(401, "M_MISSING_TOKEN"), matrixError(401, "M_USER_LOCKED", #","soft_logout":true"#),
            matrixError(403, "M_FORBIDDEN"), .html("M_UNKNOWN_TOKEN", status: 401), .respond(401),
            .json(#"{"errcode":"M_FORBIDDEN","error":"M_UNKNOWN_TOKEN: token expired"}"#, status: 401),
        ]
        for answer in answers {
            try await withHomeserver({ _ in answer }) { transport, server in
                let credential = Credential(SessionTokens(AccessToken("old"))) { _, _ in
                    Issue.record("the token was renewed")
                    return .loggedIn(SessionTokens(AccessToken("new")))
                }
                _ = try await failure { _ = try await transport.authorized(credential).execute(WhoAmI()) }
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test("a token that is about to end is renewed before the request, which a failure of that does not hold up")
    func early() async throws {
        try await withHomeserver({ request in
            .json(#"{"user_id":"@bot:example.org","device_id":"DEVICE"}"#)
        }) { transport, server in
            let clock = ManualClock()
            let bridgeClock = BridgeClock(clock, milliseconds: { Int64(clock.now.offset / .milliseconds(1)) })
            let fails = Mutex(true)
            let renewals = Mutex<[String]>([])
            let old = SessionTokens(AccessToken("old"), refreshToken: "r1", expiresAt: 300_000)
            let credential = Credential(old, clock: bridgeClock) { way, tokens throws(MatrixClientError) in
                renewals.withLock { $0.append("\(way) \(tokens.refreshToken ?? "")") }
                if fails.withLock({ $0 }) { throw MatrixClientError(.unreachable, "away") }
                return .refreshed(SessionTokens(AccessToken("new"), refreshToken: "r2", expiresAt: 600_000))
            }
            let account = transport.authorized(credential)
            _ = try await account.execute(WhoAmI())
            clock.advance(by: .seconds(280))
            _ = try await account.execute(WhoAmI())
            fails.withLock { $0 = false }
            clock.advance(by: .seconds(6))
            _ = try await account.execute(WhoAmI())
            _ = try await account.execute(WhoAmI())
            #expect(renewals.withLock { $0 } == ["refresh r1", "refresh r1"])
            let tokens = server.requests.map { $0.headers.first(name: "Authorization") ?? "" }
            #expect(tokens == ["Bearer old", "Bearer old", "Bearer new", "Bearer new"])
        }
    }

    @Test("a refresh token that is refused makes way for a login; a locked account, or one in a hurry, does not")
    func refusedRefresh() async throws {
        let cases: [(ScriptedResponse, MatrixClientError.Code?)] = [
            (matrixError(401, "M_UNKNOWN_TOKEN", #","soft_logout":true"#), nil), (matrixError(403, "M_FORBIDDEN"), nil),
            (matrixError(404, "M_UNRECOGNIZED"), nil), (matrixError(401, "M_USER_LOCKED"), .unreachable),
            (matrixError(429, "M_LIMIT_EXCEEDED"), .unreachable), (.respond(502), .unreachable),
            (.html("<html>", status: 403), .notAHomeserver),
        ]
        for (answer, code) in cases {
            try await withHomeserver({ $0.path.hasSuffix("/v3/refresh") ? answer : Self.strict($0) }) { transport, _ in
                let ways = Mutex<[Credential.Way]>([])
                let tokens = SessionTokens(AccessToken("old"), refreshToken: "syr_secret")
                let credential = Credential(tokens) { way, tokens throws(MatrixClientError) in
                    ways.withLock { $0.append(way) }
                    guard way == .refresh else { return .loggedIn(SessionTokens(AccessToken("new"))) }
                    return .refreshed(try await transport.refresh(tokens))
                }
                let account = transport.authorized(credential)
                if let code {
                    let error = try await failure { _ = try await account.execute(WhoAmI()) }
                    #expect(error.code == code)
                    #expect(ways.withLock { $0 } == [.refresh])
                } else {
                    #expect(try await account.execute(WhoAmI()).userID == "@bot:example.org")
                    #expect(ways.withLock { $0 } == [.refresh, .login])
                }
            }
        }
    }

    @Test("a limit of renewals is none of the events that wait for one, though it says how long they wait")
    func limitedRenewal() async throws {
        try await withHomeserver(Self.strict) { transport, _ in
            let account = transport.authorized(
                Credential(SessionTokens(AccessToken("old"))) { _, _ throws(MatrixClientError) in
                    throw MatrixClientError(.limited, "too many logins", retryAfter: .seconds(300))
                })
            let error = try await failure { _ = try await account.execute(WhoAmI()) }
            #expect(error.homeserverError.kind == .unreachable)
            #expect(error.retryAfter == .seconds(300))
        }
    }

    @Test("logins are counted, and refreshes are not")
    func counted() async throws {
        for (isRefreshed, expected) in [(true, 0), (false, 1)] {
            try await withHomeserver(Self.strict) { transport, _ in
                let new = SessionTokens(AccessToken("new"))
                let account = transport.authorized(
                    Credential(SessionTokens(AccessToken("old"))) { _, _ in
                        isRefreshed ? .refreshed(new) : .loggedIn(new)
                    })
                _ = try await account.execute(WhoAmI())
                #expect(account.logins == expected)
            }
        }
    }

    @Test("a refresh sends the refresh token alone, and keeps it where there is no other; no error shows it")
    func refreshing() async throws {
        let answers = Mutex<[ScriptedResponse]>([
            .json(#"{"access_token":"syt_2","refresh_token":"syr_2","expires_in_ms":300000}"#),
            .json(#"{"access_token":"syt_3","expires_in_ms":"soon"}"#),
            .json(#"{"errcode":"M_UNKNOWN_TOKEN","error":"refresh token syr_2 does not exist"}"#, status: 401),
        ])
        try await withHomeserver({ _ in answers.withLock { $0.removeFirst() } }) { transport, server in
            let clock = BridgeClock(ManualClock(), milliseconds: { 1_000 })
            let first = try await transport.refresh(
                SessionTokens(AccessToken("syt_1"), refreshToken: "syr_1"), clock: clock)
            #expect(first == SessionTokens(AccessToken("syt_2"), refreshToken: "syr_2", expiresAt: 301_000))
            let second = try await transport.refresh(first, clock: clock)
            #expect(second == SessionTokens(AccessToken("syt_3"), refreshToken: "syr_2"))
            let error = try await failure { _ = try await transport.refresh(second) }
            #expect(error.code == .unknownToken && !error.message.contains("syr_2"))
            #expect(server.requests.map(\.target) == Array(repeating: "/_matrix/client/v3/refresh", count: 3))
            #expect(server.requests.map(\.text).first == #"{"refresh_token":"syr_1"}"#)
            #expect(server.requests.allSatisfy { $0.headers.first(name: "Authorization") == nil })
        }
    }
}
