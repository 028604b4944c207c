import MatrixAPI
import Testing

@Suite("Responses")
struct ResponseTests {
    @Test("Discovery, versions and login flows")
    func discovery() throws {
        let wellKnown = try Golden.response(WellKnownClient(), "well-known")
        #expect(wellKnown.baseURL == "https://matrix.example.org/")
        let versions = try Golden.response(Versions(), "versions")
        #expect(versions.versions.contains("v1.15"))
        #expect(versions.unstableFeatures["org.matrix.simplified_msc3575"] == true)
        #expect(versions.unstableFeatures["org.matrix.msc4140"] == false)
        let flows = try Golden.response(LoginFlows(), "login-flows")
        #expect(flows.types == ["m.login.password", "m.login.sso", "m.login.token"])
    }

    @Test("Sessions")
    func session() throws {
        let login = try Golden.response(LoginPassword(user: "", password: ""), "login-response")
        #expect(login.userID == "@rialto:example.org")
        #expect(login.deviceID == "QWERTYUIOP")
        #expect(login.refreshToken == nil && login.expiresInMS == nil)
        let refreshable = try Golden.response(LoginPassword(user: "", password: ""), "login-response-refreshable")
        #expect(refreshable.refreshToken == "syr_aBcDeFgHiJkLmNoPqRsT_0aBcDe" && refreshable.expiresInMS == 300_000)
        let renewed = try Golden.response(RefreshAccessToken(refreshToken: ""), "refresh-response")
        #expect(renewed.accessToken == "syt_cmlhbHRv_UvWxYzAbCdEfGhIjKlMn_1fGhIj")
        #expect(renewed.refreshToken == "syr_UvWxYzAbCdEfGhIjKlMn_1fGhIj" && renewed.expiresInMS == 299_999)
        #expect(
            try Golden.response(WhoAmI(), "whoami")
                == WhoAmI.Response(
                    userID: "@rialto:example.org", deviceID: "QWERTYUIOP"))
    }

    @Test("Members and pages of messages")
    func rooms() throws {
        let members = try Golden.response(JoinedMembers(roomID: "!r"), "joined-members").joined
        #expect(members["@alice:example.org"] == Profile(displayname: "Alice", avatarURL: "mxc://example.org/abc"))
        #expect(members["@rialto:example.org"] == Profile())
        let page = try Golden.response(Messages(roomID: "!r"), "messages")
        #expect(page.chunk.elements.map(\.eventID) == ["$newer", "$older"])
        #expect(page.start == "t47-1_0_0_0_0_0_0_0_0_0")
        #expect(page.end == "t12-1_0_0_0_0_0_0_0_0_0")
        #expect(page.state.elements.first?.membership?.displayname == "Alice")
    }

    @Test(
        "Small answers",
        arguments: [
            #"{"room_id":"!x","event_id":"$e","filter_id":"7","joined_rooms":["!x"],"displayname":"A"}"#
        ])
    func small(text: String) throws {
        #expect(try MatrixJSON.decode(RoomIDResponse.self, from: text.utf8).roomID == "!x")
        #expect(try MatrixJSON.decode(EventIDResponse.self, from: text.utf8).eventID == "$e")
        #expect(try MatrixJSON.decode(CreateFilter.Response.self, from: text.utf8).filterID == "7")
        #expect(try MatrixJSON.decode(JoinedRooms.Response.self, from: text.utf8).joinedRooms == ["!x"])
        #expect(try MatrixJSON.decode(Profile.self, from: text.utf8).displayname == "A")
        #expect(try MatrixJSON.decode(EmptyResponse.self, from: "{}".utf8) == EmptyResponse())
    }

    @Test("Errors")
    func errors() throws {
        let limited = try MatrixJSON.decode(MatrixErrorBody.self, from: Golden.bytes("error-limit-exceeded"))
        #expect(
            limited
                == MatrixErrorBody(
                    errcode: .limitExceeded, error: "Too Many Requests", retryAfterMS: 4873))
        let token = try MatrixJSON.decode(MatrixErrorBody.self, from: Golden.bytes("error-unknown-token"))
        #expect(token.errcode == .unknownToken)
        #expect(token.softLogout == true)
        let odd = #"{"errcode":"M_X","error":5,"retry_after_ms":12.5,"soft_logout":"yes"}"#
        #expect(
            try MatrixJSON.decode(MatrixErrorBody.self, from: odd.utf8)
                == MatrixErrorBody(
                    errcode: "M_X", retryAfterMS: 13))
        #expect(throws: MatrixAPIError.self) {
            try MatrixJSON.decode(MatrixErrorBody.self, from: "<html>502</html>".utf8)
        }
        #expect(throws: MatrixAPIError.self) { try MatrixJSON.decode(MatrixErrorBody.self, from: "{}".utf8) }
    }

    @Test("Direct rooms are read leniently")
    func directRooms() {
        let rooms = DirectRooms(content: ["@a:b": ["!x", 5, "!y"], "@c:d": "!z", "@e:f": ["!x"]])
        #expect(rooms.rooms == ["@a:b": ["!x", "!y"], "@e:f": ["!x"]])
        #expect(rooms.allRoomIDs == ["!x", "!y"])
        #expect(DirectRooms(content: "x").rooms.isEmpty)
        #expect(DirectRooms(content: rooms.json) == rooms)
    }
}
