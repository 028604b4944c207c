import MatrixAPI
import Testing

@Suite("Endpoints")
struct EndpointTests {
    /// What one request must look like.
    struct Expectation: CustomTestStringConvertible, Sendable {
        var endpoint: any MatrixEndpoint
        var line: String
        var body: JSONValue?
        var needsToken = true
        var isIdempotent: Bool

        var testDescription: String { line }
    }

    private static let room: RoomID = "!a/b+c:example.org"
    private static let roomPath = "/_matrix/client/v3/rooms/%21a%2Fb%2Bc%3Aexample.org"
    private static let alice: UserID = "@alice:example.org"
    private static let alicePath = "%40alice%3Aexample.org"

    static let session: [Expectation] = [
        Expectation(
            endpoint: WellKnownClient(), line: "GET /.well-known/matrix/client", needsToken: false, isIdempotent: true),
        Expectation(
            endpoint: Versions(), line: "GET /_matrix/client/versions", needsToken: false, isIdempotent: true),
        Expectation(
            endpoint: LoginFlows(), line: "GET /_matrix/client/v3/login", needsToken: false, isIdempotent: true),
        Expectation(endpoint: Logout(), line: "POST /_matrix/client/v3/logout", body: [:], isIdempotent: false),
        Expectation(endpoint: WhoAmI(), line: "GET /_matrix/client/v3/account/whoami", isIdempotent: true),
        Expectation(
            endpoint: Sync(), line: "GET /_matrix/client/v3/sync?timeout=30000&set_presence=offline",
            isIdempotent: true),
        Expectation(
            endpoint: Sync(since: "s1_2&x", filter: "{}", timeout: 0, fullState: true),
            line: "GET /_matrix/client/v3/sync?since=s1_2%26x&filter=%7B%7D&timeout=0&set_presence=offline"
                + "&full_state=true",
            isIdempotent: true),
        Expectation(
            endpoint: GetProfile(userID: alice), line: "GET /_matrix/client/v3/profile/\(alicePath)",
            isIdempotent: true),
        Expectation(
            endpoint: SetDisplayName(userID: alice, displayname: "A"),
            line: "PUT /_matrix/client/v3/profile/\(alicePath)/displayname", body: ["displayname": "A"],
            isIdempotent: true),
        Expectation(
            endpoint: GetAccountData(userID: alice, type: EventType.direct),
            line: "GET /_matrix/client/v3/user/\(alicePath)/account_data/m.direct", isIdempotent: true),
        Expectation(
            endpoint: SetAccountData(
                userID: alice, type: EventType.direct, content: DirectRooms(rooms: [alice: ["!x"]]).json),
            line: "PUT /_matrix/client/v3/user/\(alicePath)/account_data/m.direct",
            body: ["@alice:example.org": ["!x"]], isIdempotent: true),
    ]

    static let rooms: [Expectation] = [
        Expectation(
            endpoint: JoinRoom(roomID: "!NoDomain", via: ["a.example"]),
            line: "POST /_matrix/client/v3/join/%21NoDomain?via=a.example&server_name=a.example", body: [:],
            isIdempotent: true),
        Expectation(
            endpoint: JoinRoom(roomID: room), line: "POST /_matrix/client/v3/join/%21a%2Fb%2Bc%3Aexample.org",
            body: [:], isIdempotent: true),
        Expectation(
            endpoint: LeaveRoom(roomID: room, reason: "bye"), line: "POST \(roomPath)/leave",
            body: ["reason": "bye"], isIdempotent: true),
        Expectation(
            endpoint: InviteUser(roomID: room, userID: alice), line: "POST \(roomPath)/invite",
            body: ["user_id": "@alice:example.org"], isIdempotent: false),
        Expectation(
            endpoint: JoinedRooms(), line: "GET /_matrix/client/v3/joined_rooms", isIdempotent: true),
        Expectation(
            endpoint: JoinedMembers(roomID: room), line: "GET \(roomPath)/joined_members", isIdempotent: true),
        Expectation(endpoint: RoomState(roomID: room), line: "GET \(roomPath)/state", isIdempotent: true),
        Expectation(
            endpoint: GetStateEvent(roomID: room, type: "m.room.name"), line: "GET \(roomPath)/state/m.room.name/",
            isIdempotent: true),
        Expectation(
            endpoint: GetStateEvent(roomID: room, type: "t", stateKey: ".."), line: "GET \(roomPath)/state/t/%2E%2E",
            isIdempotent: true),
        Expectation(
            endpoint: SetStateEvent(roomID: room, type: "m.x", stateKey: "k %?#é", content: ["a": 1]),
            line: "PUT \(roomPath)/state/m.x/k%20%25%3F%23%C3%A9", body: ["a": 1], isIdempotent: true),
        Expectation(
            endpoint: GetEvent(roomID: room, eventID: "$a/b+c=="), line: "GET \(roomPath)/event/%24a%2Fb%2Bc%3D%3D",
            isIdempotent: true),
        Expectation(
            endpoint: Messages(roomID: room, from: "t1", limit: 10, filter: ["types": ["m.room.message"]]),
            line: "GET \(roomPath)/messages?dir=b&from=t1&limit=10"
                + "&filter=%7B%22types%22%3A%5B%22m.room.message%22%5D%7D",
            isIdempotent: true),
        Expectation(
            endpoint: SendEvent(roomID: room, transactionID: "m/1", content: ["body": "x"]),
            line: "PUT \(roomPath)/send/m.room.message/m%2F1", body: ["body": "x"], isIdempotent: true),
        Expectation(
            endpoint: RedactEvent(roomID: room, eventID: "$e", transactionID: "t", reason: "r"),
            line: "PUT \(roomPath)/redact/%24e/t", body: ["reason": "r"], isIdempotent: true),
        Expectation(
            endpoint: Typing(roomID: room, userID: alice, isTyping: true, timeout: 5000),
            line: "PUT \(roomPath)/typing/\(alicePath)", body: ["typing": true, "timeout": 5000], isIdempotent: true),
        Expectation(
            endpoint: Typing(roomID: room, userID: alice, isTyping: false),
            line: "PUT \(roomPath)/typing/\(alicePath)", body: ["typing": false], isIdempotent: true),
        Expectation(
            endpoint: ReadReceipt(roomID: room, eventID: "$e"), line: "POST \(roomPath)/receipt/m.read/%24e",
            body: [:], isIdempotent: true),
        Expectation(
            endpoint: ReadReceipt(roomID: room, eventID: "$e", scope: .main),
            line: "POST \(roomPath)/receipt/m.read/%24e", body: ["thread_id": "main"], isIdempotent: true),
        Expectation(
            endpoint: ReadReceipt(roomID: room, eventID: "$e", scope: .thread("$root")),
            line: "POST \(roomPath)/receipt/m.read/%24e", body: ["thread_id": "$root"], isIdempotent: true),
    ]

    @Test("Requests are as the spec has them", arguments: session + rooms)
    func requests(expected: Expectation) {
        let endpoint = expected.endpoint
        #expect("\(endpoint.method.rawValue) \(endpoint.pathAndQuery)" == expected.line)
        #expect(endpoint.body == expected.body)
        #expect(endpoint.requiresAccessToken == expected.needsToken)
        #expect(endpoint.isIdempotent == expected.isIdempotent)
    }

    @Test("Only a sync that may wait is a long poll")
    func longPoll() {
        #expect(Sync(timeout: 5000).longPollMilliseconds == 5000)
        #expect(Sync(timeout: 5000, fullState: true).longPollMilliseconds == 0)
        #expect(WhoAmI().longPollMilliseconds == 0)
    }

    @Test("Bodies are as Synapse expects them")
    func bodies() throws {
        let login = LoginPassword(
            user: "rialto", password: "correct horse", deviceID: "QWERTYUIOP", initialDeviceDisplayName: "rialto")
        #expect(login.body == (try Golden.json("login-request")))
        #expect(!login.requiresAccessToken && !login.isIdempotent)
        let refreshable = LoginPassword(user: "rialto", password: "correct horse", asksForRefreshToken: true)
        #expect(refreshable.body?["refresh_token"] == true)
        let refresh = RefreshAccessToken(refreshToken: "syr_1")
        #expect(refresh.path == "/_matrix/client/v3/refresh" && refresh.body == ["refresh_token": "syr_1"])
        #expect(!refresh.requiresAccessToken && !refresh.isIdempotent)
        let filter = CreateFilter(userID: Self.alice, filter: SyncFilter())
        #expect(filter.path == "/_matrix/client/v3/user/\(Self.alicePath)/filter")
        #expect(filter.body == (try Golden.json("filter")))
        let encryption = CreateRoom.InitialStateEvent(
            type: EventType.roomEncryption, content: ["algorithm": "m.megolm.v1.aes-sha2"])
        let create = CreateRoom(
            isDirect: true, invite: [Self.alice], preset: .trustedPrivateChat, name: "A talk",
            initialState: [encryption])
        #expect(create.body == (try Golden.json("create-room-request")))
        #expect(CreateRoom().body == ["is_direct": false])
    }

    @Test("Neither password nor token shows in a description or a dump")
    func secrets() throws {
        let login = LoginPassword(user: "rialto", password: "correct horse")
        let session = try Golden.response(login, "login-response")
        #expect(session.accessToken.hasPrefix("syt_"))
        for text in ["\(login)", String(reflecting: login), "\(session)", String(reflecting: session)] {
            #expect(!text.contains("correct horse") && !text.contains("syt_"))
        }
        var dumped = ""
        dump(login, to: &dumped)
        dump(session, to: &dumped)
        let refresh = RefreshAccessToken(refreshToken: "syr_1")
        let renewed = RefreshAccessToken.Response(accessToken: "syt_2", refreshToken: "syr_2")
        dump(refresh, to: &dumped)
        dump(renewed, to: &dumped)
        dumped += "\(refresh) \(String(reflecting: refresh)) \(renewed) \(String(reflecting: renewed))"
        #expect(!dumped.contains("correct horse") && !dumped.contains("syt_") && !dumped.contains("syr_"))
    }
}
