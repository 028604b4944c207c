import MatrixAPI
import SQLiteStore
import TestSupport
import Testing

@Suite struct SessionTests {
    private let session = StoredSession(
        homeserver: "https://example.org", userID: "@bot:example.org", deviceID: "DEVICE", accessToken: "syt_secret",
        refreshToken: "syr_secret", expiresAt: 1_700_000_000_000)

    @Test func `a session is kept for its account until it is replaced or removed`() async throws {
        try await withDatabase { database in
            let store = SessionStore(database: database)
            #expect(try await store.session(homeserver: session.homeserver, userID: session.userID) == nil)
            try await store.saveSession(session)
            #expect(try await store.session(homeserver: session.homeserver, userID: session.userID) == session)
            #expect(try await store.session(homeserver: "https://other", userID: session.userID) == nil)
            #expect(try await store.session(homeserver: session.homeserver, userID: "@other:example.org") == nil)
            var newer = session
            newer.accessToken = "syt_newer"
            newer.deviceID = "OTHER"
            newer.refreshToken = nil
            newer.expiresAt = nil
            try await store.saveSession(newer)
            #expect(try await store.session(homeserver: session.homeserver, userID: session.userID) == newer)
            try await store.removeSession(homeserver: session.homeserver, userID: session.userID)
            #expect(try await store.session(homeserver: session.homeserver, userID: session.userID) == nil)
        }
    }

    @Test func `the token shows in no text about the session`() {
        var dumped = ""
        dump([session], to: &dumped)
        let texts = [
            dumped, "\(session)", String(reflecting: session), String(describing: Optional(session)), "\([session])",
            "\(Mirror(reflecting: session).children.map(\.value))",
        ]
        for text in texts {
            #expect(!text.contains("syt_secret") && !text.contains("syr_secret"), "\(text)")
            #expect(text.contains("@bot:example.org"))
        }
    }
}
