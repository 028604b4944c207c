import Bridge
import MatrixAPI
import TestSupport
import Testing

@Suite struct AnswerPolicyTests {
    private static let bot: UserID = "@rialto:example.org"
    private static let alice: UserID = "@alice:example.org"
    private static let direct = BridgeRoom(roomID: "!d", membership: .joined, joinedMembers: 2)
    private static let group = BridgeRoom(roomID: "!g", membership: .joined, joinedMembers: 5)

    private static func decision(
        _ json: JSONValue,
        in room: BridgeRoom = direct,
        repliesToBot: Bool = false,
        isInOwnThread: Bool = false
    ) throws -> AnswerPolicy.Decision {
        let policy = AnswerPolicy(
            userID: bot,
            displayName: "Rialto",
            allowed: [UserIDGlob("@*:example.org")],
            prefix: "!"
        )
        let event = try MatrixJSON.decode(RoomEvent.self, from: json.canonicalJSON())
        return policy.decision(
            on: event,
            AnswerPolicy.Circumstances(room: room, repliesToBot: repliesToBot, isInOwnThread: isInOwnThread)
        )
    }

    private static func isIgnored(_ decision: AnswerPolicy.Decision) -> Bool {
        if case .ignore = decision { return true }
        return false
    }

    @Test func aDirectRoomIsAlwaysAnswered() throws {
        #expect(try Self.decision(SyncFactory.message("$1", from: Self.alice, " hello \n")) == .question("hello"))
    }

    @Test func aGroupIsAnsweredWhenTheBotIsAddressed() throws {
        let plain = SyncFactory.message("$1", from: Self.alice, "hello")
        let mention = SyncFactory.message(
            "$2",
            from: Self.alice,
            "hello",
            content: ["m.mentions": ["user_ids": ["@rialto:example.org"]]]
        )
        #expect(Self.isIgnored(try Self.decision(plain, in: Self.group)))
        #expect(try Self.decision(mention, in: Self.group) == .question("hello"))
        #expect(try Self.decision(plain, in: Self.group, repliesToBot: true) == .question("hello"))
        #expect(try Self.decision(plain, in: Self.group, isInOwnThread: true) == .question("hello"))
    }

    @Test func aCommandIsTakenInAnyRoom() throws {
        let command = SyncFactory.message("$1", from: Self.alice, "!skill on browser")
        guard case .command(let parsed, let isAddressed) = try Self.decision(command, in: Self.group) else {
            Issue.record("not taken as a command")
            return
        }
        #expect(parsed.name == "skill")
        #expect(parsed.arguments == "on browser")
        #expect(!isAddressed)
    }

    @Test(arguments: [
        SyncFactory.message("$1", from: "@rialto:example.org", "mine"),
        SyncFactory.message("$1", from: "@mallory:evil.example", "not allowed"),
        SyncFactory.message("$1", from: "@alice:example.org", "a bot", content: ["msgtype": "m.notice"]),
        SyncFactory.message(
            "$1",
            from: "@alice:example.org",
            "* edited",
            content: ["m.relates_to": ["rel_type": "m.replace", "event_id": "$0"]]
        ),
        SyncFactory.message("$1", from: "@alice:example.org", " \n\u{0}"),
        SyncFactory.event("$1", type: "m.room.message", from: "@alice:example.org", content: ["body": "no msgtype"]),
        SyncFactory.event("$1", type: "m.room.message", from: "@alice:example.org", content: [:]),
        SyncFactory.event("$1", type: "m.sticker", from: "@alice:example.org", content: ["body": "sticker"]),
    ])
    func isIgnoredEvenInADirectRoom(_ json: JSONValue) throws {
        #expect(Self.isIgnored(try Self.decision(json)))
    }

    @Test func plainTextInAnEncryptedRoomIsNotAnswered() throws {
        var room = Self.direct
        room.isEncrypted = true
        #expect(Self.isIgnored(try Self.decision(SyncFactory.message("$1", from: Self.alice, "hello"), in: room)))
    }

    @Test func aFileIsTakenWhereTheBotIsAddressedAndUnreadableWithoutAnAddress() throws {
        let image = SyncFactory.message("$1", from: Self.alice, "cat.png", content: ["msgtype": "m.image"])
        #expect(try Self.decision(image) == .unreadable)
        let cat = SyncFactory.message(
            "$1",
            from: Self.alice,
            "cat.png",
            content: ["msgtype": "m.image", "url": "mxc://x/y"]
        )
        #expect(try Self.decision(cat) == .file(MessageFile(url: "mxc://x/y", filename: "cat.png")))
        #expect(Self.isIgnored(try Self.decision(cat, in: Self.group)))
        #expect(Self.isIgnored(try Self.decision(image, in: Self.group)))
    }

    @Test func theQuoteThatOlderClientsPutBeforeAReplyIsLeftOut() throws {
        let reply = SyncFactory.message(
            "$2",
            from: Self.alice,
            "> <@rialto:example.org> yes\n> indeed\n\nwhy?",
            content: ["m.relates_to": ["m.in_reply_to": ["event_id": "$1"]]]
        )
        #expect(try Self.decision(reply) == .question("why?"))
    }
}
