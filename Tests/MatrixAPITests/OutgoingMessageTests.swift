import MatrixAPI
import Testing

@Suite("Outgoing content")
struct OutgoingMessageTests {
    private let run: [String: JSONValue] = ["org.example.run": ["id": "resp_1"]]

    @Test("The first event of a draft stands in its thread, mentions nobody and is live")
    func draft() throws {
        let message = OutgoingMessage(
            msgtype: .notice, body: "Looking…", formattedBody: "<p>Looking…</p>",
            relation: .thread(root: "$root", inReplyTo: "$question", isFallingBack: true), isLive: true, extra: run)
        #expect(message.json == (try Golden.json("message-thread")))
    }

    @Test("A reply mentions whom it names, in a stable order")
    func reply() throws {
        let message = OutgoingMessage(
            body: "Hello", mentions: Mentions(userIDs: ["@bob:example.org", "@alice:example.org"], room: true),
            relation: .reply("$question"))
        #expect(message.json == (try Golden.json("message-reply")))
    }

    @Test("The edit of a draft stays a silent, live notice without the thread's relation")
    func draftEdit() throws {
        let message = OutgoingMessage(
            msgtype: .notice, body: "Looking… found",
            relation: .thread(root: "$root", inReplyTo: "$question", isFallingBack: true), isLive: true, extra: run)
        #expect(message.edit(of: "$draft").json == (try Golden.json("edit-draft")))
    }

    @Test("The last edit is text outside and inside, notifies the newly mentioned, and is no longer live")
    func finalEdit() throws {
        let message = OutgoingMessage(
            body: "It is *here*.", formattedBody: "It is <em>here</em>.",
            mentions: Mentions(userIDs: ["@alice:example.org", "@bob:example.org"]),
            relation: .reply("$question"), extra: ["org.example.run": ["id": "resp_1", "tokens": 12]])
        let edit = message.edit(of: "$draft", previouslyMentioned: Mentions(userIDs: ["@bob:example.org"]))
        #expect(edit.newlyMentioned == Mentions(userIDs: ["@alice:example.org"]))
        #expect(edit.json == (try Golden.json("edit-final")))
    }

    @Test("What is written can be read")
    func readBack() throws {
        let message = OutgoingMessage(
            msgtype: .notice, body: "b", formattedBody: "<b>b</b>", mentions: Mentions(room: true),
            relation: .thread(root: "$r", inReplyTo: "$l", isFallingBack: false), isLive: true)
        let sent = try #require(MessageContent(content: message.json))
        #expect(sent.relation == .thread(root: "$r", inReplyTo: "$l", isFallingBack: false))
        #expect(sent.mentions == Mentions(room: true))
        #expect(sent.isLive)
        let edit = try #require(MessageContent(content: message.edit(of: "$e").json))
        #expect(edit.relation == .replace("$e"))
        #expect(edit.body == "* b")
        #expect(edit.newContent?.body == "b")
        #expect(edit.newContent?.formattedBody == "<b>b</b>")
        #expect(edit.newContent?.relation == nil)
        #expect(edit.newContent?.content["m.relates_to"] == nil)
        #expect(edit.newContent?.isLive == true)
    }

    @Test("Extra fields never replace those of the message")
    func reservedExtra() {
        let keys = [
            "msgtype", "body", "format", "formatted_body", "m.mentions", "m.relates_to", "m.new_content",
            "org.matrix.msc4357.live",
        ]
        var extra = Dictionary(uniqueKeysWithValues: keys.map { ($0, JSONValue.string("evil")) })
        let plain = OutgoingMessage(body: "b")
        #expect(OutgoingMessage(body: "b", extra: extra).json == plain.json)
        #expect(OutgoingMessage(body: "b", extra: extra).edit(of: "$e").json == plain.edit(of: "$e").json)
        extra["org.example.x"] = 1
        #expect(OutgoingMessage(body: "b", extra: extra).json["org.example.x"] == 1)
    }

    @Test("Mentions subtract user by user, and the room apart")
    func subtracting() {
        let all = Mentions(userIDs: ["@a:b", "@c:d"], room: true)
        #expect(all.subtracting(Mentions(userIDs: ["@a:b"])) == Mentions(userIDs: ["@c:d"], room: true))
        #expect(all.subtracting(all).isEmpty)
        #expect(all.subtracting(all).json == [:])
    }

    @Test("Reaction and redaction")
    func others() throws {
        #expect(ReactionContent(target: "$question", key: "👀").json == (try Golden.json("reaction")))
        #expect(RedactionContent(redacts: "$question", reason: "asked to").json == (try Golden.json("redaction")))
        #expect(RedactionContent(redacts: "$q").json == ["redacts": "$q"])
    }
}
