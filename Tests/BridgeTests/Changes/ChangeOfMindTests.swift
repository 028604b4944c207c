import Bridge
import MatrixAPI
import TestSupport
import Testing

/// Which events are changes of mind, and about what.
@Suite struct ChangeOfMindTests {
    private static let alice: UserID = "@alice:example.org"

    private static func read(_ json: JSONValue) throws -> ChangeOfMind? {
        ChangeOfMind(try MatrixJSON.decode(RoomEvent.self, from: json.canonicalJSON()))
    }

    private static func reaction(_ key: JSONValue) -> JSONValue {
        SyncFactory.event(
            "$r", type: "m.reaction", from: alice,
            content: ["m.relates_to": ["rel_type": "m.annotation", "event_id": "$1", "key": key]])
    }

    @Test(arguments: [
        ("\u{1F6D1}", ChangeOfMind.stop("$1")), ("\u{1F6D1}\u{FE0F}", .stop("$1")), ("\u{1F501}", .retry("$1")),
        ("\u{1F501}\u{FE0F}", .retry("$1")), ("\u{1F44D}", nil), ("", nil), ("stop", nil),
        ("\u{1F6D1}\u{1F6D1}", nil),
    ])
    func reactions(key: String, expected: ChangeOfMind?) throws {
        #expect(try Self.read(Self.reaction(.string(key))) == expected)
    }

    @Test func aRedactionNamesItsTargetAtTheTopOrInTheContent() throws {
        var old = try #require(
            SyncFactory.event("$r", type: "m.room.redaction", from: Self.alice, content: [:]).objectValue)
        #expect(try Self.read(.object(old)) == nil)
        old["redacts"] = "$1"
        #expect(try Self.read(.object(old)) == .redaction(of: "$1"))
        let new = SyncFactory.event("$r", type: "m.room.redaction", from: Self.alice, content: ["redacts": "$2"])
        #expect(try Self.read(new) == .redaction(of: "$2"))
    }

    @Test func anEditNeedsItsNewContent() throws {
        let relation: JSONValue = ["rel_type": "m.replace", "event_id": "$1"]
        let bare = SyncFactory.message("$e", from: Self.alice, "* new", content: ["m.relates_to": relation])
        #expect(try Self.read(bare) == nil)
        let whole = SyncFactory.edit("$e", of: "$1", from: Self.alice, "new")
        guard case .edit(of: "$1", let content)? = try Self.read(whole) else {
            Issue.record("not an edit")
            return
        }
        #expect(content.body == "new")
    }

    @Test func oddEventsAreNone() throws {
        #expect(try Self.read(Self.reaction(7)) == nil)
        #expect(try Self.read(SyncFactory.message("$1", from: Self.alice, "hello")) == nil)
        let state = SyncFactory.state("m.room.redaction", from: Self.alice, content: ["redacts": "$1"])
        #expect(try Self.read(state) == nil)
    }
}
