import Foundation
import MatrixAPI
import Testing

@Suite("Events")
struct EventTests {
    private func message(_ content: JSONValue, stateKey: String? = nil) -> RoomEvent {
        RoomEvent(
            eventID: "$e", type: EventType.roomMessage, sender: "@a:b", originServerTS: 1, stateKey: stateKey,
            content: content)
    }

    @Test("A message without msgtype is none, without body it is empty")
    func lenientMessage() {
        #expect(message([:]).message == nil)
        #expect(message(["msgtype": 5, "body": "x"]).message == nil)
        #expect(message(["msgtype": "m.text"]).message?.body == "")
        #expect(message(["msgtype": "m.text", "body": ["x"]]).message?.body == "")
        #expect(message(["msgtype": "m.text", "body": "x"], stateKey: "").message == nil)
    }

    @Test(
        "Fields of the wrong type count as missing",
        arguments: [.null, true, 1, 1.5, "x", ["x"], ["x": 1]] as [JSONValue])
    func wrongTypes(rubbish: JSONValue) throws {
        let content = try #require(
            message([
                "msgtype": "m.text", "body": "b", "m.relates_to": rubbish, "m.mentions": rubbish,
                "m.new_content": rubbish, "org.matrix.msc4357.live": rubbish,
            ]).message)
        #expect(content.relation == nil)
        #expect(content.mentions == (rubbish.objectValue == nil ? nil : Mentions()))
        #expect(content.newContent == nil)
        #expect(content.isLive == (rubbish.objectValue != nil))
        let mentions = Mentions(json: ["user_ids": [rubbish, "@a:b"], "room": rubbish])
        #expect(mentions?.userIDs.contains("@a:b") == true)
        #expect(mentions?.room == (rubbish == true))
    }

    @Test(
        "Relations are read as they are meant",
        arguments: [
            (
                [
                    "rel_type": "m.thread", "event_id": "$r", "is_falling_back": true,
                    "m.in_reply_to": ["event_id": "$l"],
                ], .thread(root: "$r", inReplyTo: "$l", isFallingBack: true)
            ),
            (["rel_type": "m.thread", "event_id": "$r"], .thread(root: "$r", inReplyTo: nil, isFallingBack: false)),
            (["rel_type": "m.replace", "event_id": "$r"], .replace("$r")),
            (["rel_type": "m.replace"], nil),
            (["rel_type": "m.replace", "event_id": 3], nil),
            (["m.in_reply_to": ["event_id": "$r"]], .reply("$r")),
            (["m.in_reply_to": "$r"], nil),
            (["rel_type": "m.annotation", "event_id": "$r", "key": "👍"], .annotation("$r", key: "👍")),
            (["rel_type": "m.annotation", "event_id": "$r"], nil),
            (["rel_type": "m.reference", "event_id": "$r"], .reference("$r")),
            (["rel_type": "org.example", "event_id": "$r"], .other(type: "org.example", "$r")),
            (
                ["rel_type": "org.example", "event_id": "$r", "m.in_reply_to": ["event_id": "$l"]], .reply("$l")
            ),
            ([:], nil),
        ] as [(JSONValue, EventRelation?)])
    func relations(json: JSONValue, expected: EventRelation?) {
        #expect(EventRelation(content: ["m.relates_to": json]) == expected)
        if let expected {
            #expect(EventRelation(content: ["m.relates_to": expected.json]) == expected)
        }
    }

    @Test("Membership is read from member events only")
    func membership() {
        var event = RoomEvent(
            eventID: "$e", type: EventType.roomMember, sender: "@a:b", originServerTS: 1, stateKey: "@c:d",
            content: ["membership": "invite", "is_direct": true, "displayname": 4, "reason": "hi"])
        #expect(event.membership == MemberContent(membership: .invite, isDirect: true, reason: "hi"))
        event.content = ["membership": nil]
        #expect(event.membership == nil)
        event.content = ["membership": "join"]
        event.stateKey = nil
        #expect(event.membership == nil)
    }

    @Test("An event survives being stored")
    func roundTrip() throws {
        let sync = try Golden.response(Sync(), "sync")
        let events = try #require(sync.rooms.join["!OGEhHVWSdvArJzumhm:example.org"]).timeline.events.elements
        #expect(events.count == 7)
        for event in events {
            let data = try JSONEncoder().encode(event)
            #expect(try MatrixJSON.decode(RoomEvent.self, from: data) == event)
        }
    }

    @Test(
        "An event that lacks what it needs is malformed",
        arguments: ["event_id", "type", "sender", "origin_server_ts", "content"])
    func indispensable(field: String) throws {
        let event: [String: JSONValue] = [
            "event_id": "$e", "type": "t", "sender": "@a:b", "origin_server_ts": 1, "content": [:],
        ]
        #expect(throws: Never.self) {
            try MatrixJSON.decode(RoomEvent.self, from: JSONValue.object(event).canonicalJSON())
        }
        for bad: JSONValue? in [nil, .null, ["x"]] {
            var event = event
            event[field] = bad
            let error = #expect(throws: MatrixAPIError.self) {
                try MatrixJSON.decode(RoomEvent.self, from: JSONValue.object(event).canonicalJSON())
            }
            #expect(error?.message.contains(field) == true)
        }
    }

    @Test("A state key of the wrong type makes an event malformed, not a message")
    func stateKeyOfWrongType() {
        let json = #"{"event_id":"$e","type":"m.room.message","sender":"@a:b","origin_server_ts":1,"content":{},"#
        #expect(throws: MatrixAPIError.self) {
            try MatrixJSON.decode(RoomEvent.self, from: (json + #""state_key":5}"#).utf8)
        }
    }

    @Test("A body of 60 KB comes through whole")
    func largeBody() throws {
        let body = String(repeating: "ä\"\\\n😀", count: 6000)
        let event = message(["msgtype": "m.text", "body": .string(body)])
        let data = try JSONEncoder().encode(event)
        #expect(try MatrixJSON.decode(RoomEvent.self, from: data).message?.body == body)
        #expect(event.content.canonicalByteCount == event.content.canonicalJSON().count)
        #expect(event.content.canonicalByteCount > 60_000)
    }
}
