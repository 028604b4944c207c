import MatrixAPI
import Testing

@testable import rialto

@Suite("The conversation as a reader sees it")
struct ConversationViewTests {
    private static let bot: UserID = "@rialto:localhost"
    private static let alice: UserID = "@alice:localhost"

    private func message(
        _ id: EventID,
        from sender: UserID = bot,
        _ text: String,
        live: Bool = false,
        tokens: Int64? = nil,
        properties: Bool = true
    ) -> RoomEvent {
        var extra: [String: JSONValue] = [:]
        if properties, sender == Self.bot {
            extra["io.rialto.reply"] = tokens.map { ["tokens_used": .integer($0)] } ?? ["part": 0]
        }
        let outgoing = OutgoingMessage(msgtype: live ? .notice : .text, body: text, isLive: live, extra: extra)
        return RoomEvent(
            eventID: id, type: "m.room.message", sender: sender, originServerTS: 1, content: outgoing.json)
    }

    private func edit(
        _ id: EventID,
        of original: EventID,
        from sender: UserID = bot,
        at time: Int64 = 2,
        _ text: String,
        live: Bool = false,
        tokens: Int64? = nil
    ) -> RoomEvent {
        let extra: [String: JSONValue] = [
            "io.rialto.reply": tokens.map { ["tokens_used": .integer($0)] } ?? ["part": 0]
        ]
        let outgoing = OutgoingMessage(msgtype: live ? .notice : .text, body: text, isLive: live, extra: extra)
        return RoomEvent(
            eventID: id, type: "m.room.message", sender: sender, originServerTS: time,
            content: outgoing.edit(of: original).json)
    }

    private func redaction(of target: EventID) -> RoomEvent {
        RoomEvent(
            eventID: "$redaction", type: "m.room.redaction", sender: Self.bot, originServerTS: 9, content: [:],
            redacts: target)
    }

    @Test("a message grows by its edits until it is complete")
    func grows() {
        var view = ConversationView()
        #expect(view.apply(message("$q", from: Self.alice, "Hi?")) == "$q")
        #expect(!view.isAnswered("$q", by: Self.bot))
        #expect(view.apply(message("$a", "Hel", live: true)) == "$a")
        #expect(!view.isAnswered("$q", by: Self.bot))
        #expect(view.apply(edit("$e1", of: "$a", at: 2, "Hello", live: true)) == "$a")
        #expect(view["$a"]?.text == "Hello")
        #expect(view["$a"]?.isComplete == false)
        #expect(view.apply(edit("$e2", of: "$a", at: 3, "Hello, Alice", tokens: 7)) == "$a")
        #expect(view["$a"]?.text == "Hello, Alice")
        #expect(view["$a"]?.tokensUsed == 7)
        #expect(view["$a"]?.edits == 2)
        #expect(view.isAnswered("$q", by: Self.bot))
    }

    @Test("the latest edit counts, whatever the order of arrival, and each event once")
    func order() {
        let events = [
            message("$a", "0", live: true), edit("$1", of: "$a", at: 5, "one"), edit("$2", of: "$a", at: 7, "two"),
            edit("$3", of: "$a", at: 7, "three"), edit("$4", of: "$a", at: 6, "four"),
        ]
        for rotation in events.indices {
            var view = ConversationView()
            for event in events[rotation...] + events[..<rotation] + events { _ = view.apply(event) }
            #expect(view["$a"]?.text == "three")
            #expect(view.messages.count == 1)
        }
    }

    @Test("an edit by somebody else changes nothing")
    func foreignEdit() {
        var view = ConversationView()
        _ = view.apply(message("$a", "mine"))
        #expect(view.apply(edit("$e", of: "$a", from: Self.alice, "yours")) == nil)
        #expect(view["$a"]?.text == "mine")
    }

    @Test("a redaction removes a message, or takes an edit back")
    func redactions() {
        var view = ConversationView()
        _ = view.apply(message("$a", "first"))
        _ = view.apply(edit("$e", of: "$a", "second"))
        #expect(view.apply(redaction(of: "$e")) == "$a")
        #expect(view["$a"]?.text == "first")
        #expect(view.apply(redaction(of: "$a")) == "$a")
        #expect(view["$a"]?.isRedacted == true)
        #expect(view["$a"]?.text == "")
        #expect(view.apply(redaction(of: "$a")) == nil)
    }

    @Test("a reply in several messages is complete with the one that ends it")
    func severalMessages() {
        var view = ConversationView()
        _ = view.apply(message("$q", from: Self.alice, "Tell me all"))
        _ = view.apply(message("$a", "part one"))
        #expect(!view.isAnswered("$q", by: Self.bot))
        _ = view.apply(message("$b", "part two", live: true))
        #expect(!view.isAnswered("$q", by: Self.bot))
        _ = view.apply(edit("$e", of: "$b", "part two, the end", tokens: 0))
        #expect(view.isAnswered("$q", by: Self.bot))
    }

    @Test("a command's reply, without properties, is complete at once")
    func commandReply() {
        var view = ConversationView()
        _ = view.apply(message("$old", "earlier"))
        _ = view.apply(message("$q", from: Self.alice, "!help"))
        #expect(!view.isAnswered("$q", by: Self.bot))
        _ = view.apply(message("$a", "Commands: …", properties: false))
        #expect(view.isAnswered("$q", by: Self.bot))
        #expect(view.replies(to: "$q", from: Self.bot).map(\.eventID) == ["$a"])
    }

    @Test("the oldest messages are forgotten")
    func capacity() {
        var view = ConversationView(capacity: 3)
        for index in 0..<10 { _ = view.apply(message(EventID("$\(index)"), "\(index)")) }
        #expect(view.messages.map(\.text) == ["7", "8", "9"])
    }

    @Test("other events change nothing")
    func otherEvents() {
        var view = ConversationView()
        let member = RoomEvent(
            eventID: "$m", type: "m.room.member", sender: Self.alice, originServerTS: 1, stateKey: "@alice:localhost",
            content: ["membership": "join"])
        #expect(view.apply(member) == nil)
        #expect(view.messages.isEmpty)
    }
}
