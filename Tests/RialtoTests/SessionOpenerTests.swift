import Foundation
import HTTP
import Logging
import MatrixAPI
import MatrixClient
import SQLiteStore
import Synchronization
import TestSupport
import Testing

@testable import rialto

@Suite("Session: opened, renewed and kept", .timeLimit(.minutes(1)))
struct SessionOpenerTests {
    private static let user: UserID = "@bot:example.org"

    /// A homeserver whose tokens end, with one account; it says nothing that a test has not made it say.
    private final class Homeserver: Sendable {
        struct State {
            var access = "syt_1"
            var refresh = "syr_1"
            var isSoft = true
            var takesRefreshTokens = true
            var isLocked = false
            var number = 1
            var logins: [JSONValue] = []
            var refreshes: [String] = []
        }

        let state = Mutex(State())

        func answer(_ request: RecordedRequest) -> ScriptedResponse {
            state.withLock { state in
                switch request.path {
                case "/_matrix/client/versions": return .json(#"{"versions":["v1.11"]}"#)
                case "/_matrix/client/v3/login" where request.method == "GET":
                    return .json(#"{"flows":[{"type":"m.login.password"}]}"#)
                case "/_matrix/client/v3/login":
                    let body = (try? JSONValue(parsing: request.body)) ?? [:]
                    state.logins.append(body)
                    guard body["password"] == "correct horse" else {
                        return .json(#"{"errcode":"M_FORBIDDEN","error":"no"}"#, status: 403)
                    }
                    return .json(
                        Self.tokens(of: &state).replacing(
                            "{", with: #"{"user_id":"@bot:example.org","device_id":"DEVICE","#, maxReplacements: 1))
                case "/_matrix/client/v3/refresh":
                    let token = (try? JSONValue(parsing: request.body))?["refresh_token"]?.stringValue ?? ""
                    state.refreshes.append(token)
                    guard !state.isLocked else {
                        return .json(#"{"errcode":"M_USER_LOCKED","soft_logout":true}"#, status: 401)
                    }
                    guard state.takesRefreshTokens, token == state.refresh else {
                        return .json(#"{"errcode":"M_UNKNOWN_TOKEN","error":"\#(token)?"}"#, status: 401)
                    }
                    return .json(Self.tokens(of: &state))
                default:
                    guard request.headers.first(name: "Authorization") == "Bearer \(state.access)" else {
                        return .json(
                            #"{"errcode":"M_UNKNOWN_TOKEN","error":"expired","soft_logout":\#(state.isSoft)}"#,
                            status: 401)
                    }
                    return .json(#"{"user_id":"@bot:example.org","device_id":"DEVICE"}"#)
                }
            }
        }

        private static func tokens(of state: inout State) -> String {
            state.number += 1
            (state.access, state.refresh) = ("syt_\(state.number)", "syr_\(state.number)")
            return #"{"access_token":"\#(state.access)","refresh_token":"\#(state.refresh)","expires_in_ms":300000}"#
        }
    }

    private struct Scene {
        let opener: SessionOpener
        let homeserver: Homeserver
        let sessions: SessionStore
        let address: String

        func stored() async throws -> StoredSession? {
            try await sessions.session(homeserver: address, userID: user)
        }

        /// Stores the session that the homeserver has begun with.
        func store(refreshToken: String? = "syr_1") async throws {
            try await sessions.saveSession(
                StoredSession(
                    homeserver: address, userID: user, deviceID: "DEVICE", accessToken: "syt_1",
                    refreshToken: refreshToken))
        }

        func end(isSoft: Bool = true, takesRefreshTokens: Bool = true) {
            homeserver.state.withLock { state in
                state.access = "ended"
                state.isSoft = isSoft
                state.takesRefreshTokens = takesRefreshTokens
            }
        }
    }

    private func withScene(password: String? = "correct horse", _ body: (Scene) async throws -> Void) async throws {
        let homeserver = Homeserver()
        try await withTestDirectory { directory in
            try await ScriptedHTTPServer.withServer({ homeserver.answer($0) }) { server in
                let configuration = try ConfigurationLoader(environment: [:], systemFile: "").load(
                    source: """
                        [matrix]
                        homeserver = "\(server.baseURL)"
                        user_id = "@bot:example.org"
                        \(password == nil ? "" : "password_file = \"password\"")
                        """,
                    name: "c.toml", directory: directory)
                if let password {
                    try password.write(toFile: directory + "/password", atomically: true, encoding: .utf8)
                }
                let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
                let options = CurlHTTPClient.Configuration(proxy: .none)
                try await CurlHTTPClient.withClient(configuration: options, logger: quiet) { http in
                    let database = try await BridgeDatabase.open(
                        in: URL(fileURLWithPath: directory, isDirectory: true))
                    let sessions = SessionStore(database: database)
                    let scene = Scene(
                        opener: SessionOpener(
                            configuration: configuration, http: http, sessions: sessions, logger: quiet),
                        homeserver: homeserver, sessions: sessions, address: server.baseURL)
                    try await body(scene)
                    try await database.close()
                }
            }
        }
    }

    @Test("a first login asks for a session that can be renewed, and keeps what that needs")
    func firstLogin() async throws {
        try await withScene { scene in
            let session = try await scene.opener.open()
            #expect(session.deviceID == "DEVICE")
            let login = try #require(scene.homeserver.state.withLock(\.logins).first)
            #expect(login["refresh_token"] == true && login["device_id"] == nil)
            let stored = try #require(try await scene.stored())
            #expect(stored.accessToken == "syt_2" && stored.refreshToken == "syr_2")
            #expect(stored.expiresAt != nil)
            scene.end()
            _ = try await session.transport.execute(WhoAmI())
            #expect(scene.homeserver.state.withLock(\.refreshes) == ["syr_2"])
        }
    }

    @Test("tokens that have ended are refreshed, and the new pair is stored", arguments: [true, false])
    func refreshed(hasPassword: Bool) async throws {
        try await withScene(password: hasPassword ? "correct horse" : nil) { scene in
            try await scene.store()
            scene.end()
            let session = try await scene.opener.open()
            #expect(scene.homeserver.state.withLock(\.logins) == [])
            let stored = try #require(try await scene.stored())
            #expect(stored.accessToken == "syt_2" && stored.refreshToken == "syr_2" && stored.deviceID == "DEVICE")
            // And again, in the middle of the work, by many requests at once.
            scene.end()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = try await session.transport.execute(WhoAmI()) } }
                try await group.waitForAll()
            }
            #expect(scene.homeserver.state.withLock(\.refreshes) == ["syr_1", "syr_2"])
            #expect(try await scene.stored()?.accessToken == "syt_3")
        }
    }

    /// As after a crash between the homeserver's answer and the store, at a homeserver that ends the old one at once.
    @Test("a refresh token that is refused leads to a login on the same device", arguments: [true, false])
    func refusedRefreshToken(isSoft: Bool) async throws {
        try await withScene { scene in
            try await scene.store()
            scene.end(isSoft: isSoft, takesRefreshTokens: false)
            _ = try await scene.opener.open()
            let logins = scene.homeserver.state.withLock(\.logins)
            #expect(logins.map { $0["device_id"] } == ["DEVICE"])
            #expect(scene.homeserver.state.withLock(\.refreshes) == ["syr_1"])
            #expect(try await scene.stored()?.refreshToken == "syr_2")
        }
    }

    @Test("a session of before refresh tokens logs in again on its device", arguments: [true, false])
    func noRefreshToken(isSoft: Bool) async throws {
        try await withScene { scene in
            try await scene.store(refreshToken: nil)
            scene.end(isSoft: isSoft)
            _ = try await scene.opener.open()
            #expect(scene.homeserver.state.withLock(\.logins).map { $0["device_id"] } == ["DEVICE"])
        }
    }

    @Test("without a password the end of the session is one sentence that says what to configure")
    func noPassword() async throws {
        try await withScene(password: nil) { scene in
            try await scene.store()
            scene.end(takesRefreshTokens: false)
            let error = await #expect(throws: MatrixClientError.self) { _ = try await scene.opener.open() }
            #expect(error?.code == .loggedOut)
            #expect(error?.isRetryable == false)
            let message = error?.message ?? ""
            #expect(message.contains("matrix.password_file") && message.contains("rialto login"))
            #expect(!message.contains("\n") && !message.contains("syr_1") && !message.contains("syt_1"))
        }
    }

    @Test("a wrong password ends it too, and shows itself nowhere")
    func wrongPassword() async throws {
        try await withScene(password: "wrong horse") { scene in
            try await scene.store()
            scene.end(takesRefreshTokens: false)
            let error = await #expect(throws: MatrixClientError.self) { _ = try await scene.opener.open() }
            #expect(error?.code == .loggedOut)
            #expect(error?.message.contains("matrix.password_file") == true)
            #expect(error?.message.contains("wrong horse") == false)
        }
    }

    @Test("a locked account is waited for: nobody logs in, and the session stays")
    func locked() async throws {
        try await withScene { scene in
            try await scene.store()
            scene.end()
            scene.homeserver.state.withLock { $0.isLocked = true }
            let error = await #expect(throws: MatrixClientError.self) { _ = try await scene.opener.open() }
            #expect(error?.isRetryable == true)
            #expect(scene.homeserver.state.withLock(\.logins) == [])
            scene.homeserver.state.withLock { $0.isLocked = false }
            _ = try await scene.opener.open()
            #expect(try await scene.stored()?.accessToken == "syt_2")
        }
    }

    @Test("tokens that another process has stored are taken before any others are asked for")
    func storedByOthers() async throws {
        try await withScene { scene in
            try await scene.store()
            let session = try await scene.opener.open()
            _ = try await scene.opener.login(password: Secret("correct horse"))
            _ = try await session.transport.execute(WhoAmI())
            #expect(scene.homeserver.state.withLock(\.refreshes) == [])
            #expect(scene.homeserver.state.withLock(\.logins).count == 1)
        }
    }

    @Test("a check refreshes what has ended, but does not log in")
    func check() async throws {
        try await withScene { scene in
            try await scene.store()
            scene.end()
            let stored = try #require(try await scene.stored())
            let homeserver = try await scene.opener.open().transport
            scene.end(takesRefreshTokens: false)
            let error = await #expect(throws: MatrixClientError.self) {
                _ = try await scene.opener.session(try #require(try await scene.stored()), on: homeserver)
            }
            #expect(error?.code == .unknownToken)
            #expect(scene.homeserver.state.withLock(\.logins) == [])
            #expect(stored.refreshToken == "syr_1")
        }
    }
}
