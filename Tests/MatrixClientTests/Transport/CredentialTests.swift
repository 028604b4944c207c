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
            let credential = Credential(AccessToken("old")) {
                renewals.withLock { $0 += 1 }
                return AccessToken("new")
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
                Credential(AccessToken("old")) { () throws(MatrixClientError) -> AccessToken in
                    let isFirst = renewals.withLock { count in
                        count += 1
                        return count == 1
                    }
                    if isFirst { throw MatrixClientError(.unreachable, "the server is away") }
                    return AccessToken("new")
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
                Credential(AccessToken("old")) {
                    AccessToken(
                        number.withLock { count in
                            count += 1
                            return "new\(count)"
                        })
                })
            let error = try await failure { _ = try await account.execute(WhoAmI()) }
            #expect(error.code == .unknownToken)
            #expect(server.requests.count == 4)
        }
    }

    @Test("a send is not repeated behind the outbox's back: it is told, and its next attempt has the new token")
    func sends() async throws {
        let handler: ScriptedHTTPServer.Handler = { request in
            request.headers.first(name: "Authorization") == "Bearer \(token.secret)" && whoami(request) != nil
                ? whoami(request) ?? .respond(500) : Self.strict(request)
        }
        try await withHomeserver(handler) { transport, server in
            let session = try await session(on: transport).renewed { AccessToken("new") }
            let homeserver = MatrixHomeserver(session)
            let send = { () async throws -> EventID in
                try await homeserver.send([:], type: "m.room.message", transactionID: "t1", to: "!a:example.org")
            }
            let error = await #expect(throws: HomeserverError.self) { _ = try await send() }
            #expect(error?.kind == .unknownToken)
            #expect(server.requests.count == 2)
            #expect(try await send() == "$sent")
        }
    }
}
