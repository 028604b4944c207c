import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct DirectRoomTests {
    private static let bot: UserID = "@rialto:example.org"

    @Test func directRoomsAreNotedUnderTheirInviterAndNothingElseIsTouched() async throws {
        let homeserver = FakeHomeserver()
        homeserver.presetAccountData("m.direct", ["@old:example.org": ["!old", 7], "odd": "kept"])
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            let invites = (1...5).map { number in
                ("!d\(number)", SyncFactory.invite(to: Self.bot, from: "@alice:example.org"))
            }
            // All at once: none of the changes may be lost to another one.
            try await room.sync(invite: Dictionary(uniqueKeysWithValues: invites))
            try await eventually("all are noted") {
                homeserver.storedAccountData("m.direct")?["@alice:example.org"]?.arrayValue?.count == 5
            }
            let content = try #require(homeserver.storedAccountData("m.direct"))
            #expect(content["@old:example.org"] == ["!old", 7])
            #expect(content["odd"] == "kept")
        }
    }

    @Test func aDeclinedInviteIsNotNoted() async throws {
        let homeserver = FakeHomeserver()
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.sync(invite: ["!d": SyncFactory.invite(to: Self.bot, from: "@mallory:evil.example")])
            try await eventually("it is declined") { homeserver.leftRooms == ["!d"] }
            try await eventually("it is settled") { try await room.store.nextOpenItem(in: "!d") == nil }
            #expect(homeserver.storedAccountData("m.direct") == nil)
        }
    }
}
