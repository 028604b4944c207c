import Bridge
import MatrixAPI
import TestSupport
import Testing

@Suite struct SpeechCheckTests {
    private static let bot: UserID = "@rialto:example.org"

    private static func lack(_ levels: JSONValue, created: JSONValue? = nil) throws -> SpeechCheck.Lack? {
        var events = [SyncFactory.state("m.room.power_levels", from: "@alice:example.org", content: levels)]
        if let created { events.insert(created, at: 0) }
        let decoded = try events.map { try MatrixJSON.decode(RoomEvent.self, from: $0.canonicalJSON()) }
        return SpeechCheck(userID: bot).lack(in: decoded)
    }

    @Test(
        arguments: [
            [:], ["events_default": 0], ["events_default": 50, "users": ["@rialto:example.org": 50]],
            ["events_default": 50, "users_default": 50], ["events_default": 50, "events": ["m.room.message": 0]],
            ["events_default": "odd"], ["events_default": [50]],
        ] as [JSONValue])
    func itMaySpeak(_ levels: JSONValue) throws {
        #expect(try Self.lack(levels) == nil)
    }

    @Test(
        arguments: [
            (["events_default": 50], 0, 50),
            (["events_default": "50"], 0, 50),
            (["events": ["m.room.message": 100], "users_default": 10], 10, 100),
            (["events_default": 50, "users": ["@rialto:example.org": 49], "users_default": 100], 49, 50),
        ] as [(JSONValue, Int64, Int64)])
    func itLacksALevel(_ levels: JSONValue, level: Int64, needed: Int64) throws {
        #expect(try Self.lack(levels) == SpeechCheck.Lack(level: level, needed: needed))
    }

    @Test func theLastLevelsCountAndCreatorsNeedNone() throws {
        let strict: JSONValue = ["events_default": 50]
        let created = SyncFactory.state("m.room.create", from: Self.bot, content: ["room_version": "12"])
        #expect(try Self.lack(strict, created: created) == nil)
        let helped = SyncFactory.state(
            "m.room.create",
            from: "@alice:example.org",
            content: ["additional_creators": ["@rialto:example.org"]]
        )
        #expect(try Self.lack(strict, created: helped) == nil)
        #expect(SpeechCheck(userID: Self.bot).lack(in: []) == nil)
    }
}
