import Foundation
import MatrixAPI
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    @Test(
        "A valid user id is told from others",
        arguments: [
            ("@alice:example.org", true),
            ("@a.b_c=d-e/f+g:example.org:8448", true),
            ("@Historical User!:example.org", true),
            ("@ünï:example.org", true),
            ("@alice:[2001:db8::1]:8448", true),
            ("@alice:127.0.0.1", true),
            ("@" + String(repeating: "a", count: 250) + ":b.c", true),
            ("@" + String(repeating: "a", count: 251) + ":b.c", false),
            ("", false),
            ("alice", false),
            ("alice:example.org", false),
            ("@alice", false),
            ("@alice:", false),
            ("@:example.org", false),
            ("@alice:evil.example:example.org", false),
            ("@alice:example.org:", false),
            ("@alice:example.org:123456", false),
            ("@alice:exa mple.org", false),
            ("@alice:[xyz]", false),
            ("@alice:[::1", false),
            ("@al\u{0}ice:example.org", false),
        ])
    func validity(text: String, isValid: Bool) {
        #expect(UserID(text).isValid == isValid)
    }

    @Test("A user id divides at its first colon")
    func parts() {
        let user: UserID = "@alice:example.org:8448"
        #expect(user.localpart == "alice")
        #expect(user.serverName == "example.org:8448")
        #expect(UserID("alice").localpart == nil)
        #expect(UserID("@alice").serverName == nil)
    }

    @Test("Identifiers are coded as plain strings, also as keys")
    func coding() throws {
        let rooms: [RoomID: [EventID]] = ["!NoDomain": ["$a", "$b"]]
        let data = try JSONEncoder().encode(rooms)
        #expect(String(decoding: data, as: UTF8.self) == #"{"!NoDomain":["$a","$b"]}"#)
        #expect(try JSONDecoder().decode([RoomID: [EventID]].self, from: data) == rooms)
        #expect("\(DeviceID("ABC")) \(TransactionID("t1"))" == "ABC t1")
        #expect([EventID("$b"), "$a"].sorted() == ["$a", "$b"])
    }

    @Test(
        "Globs match whole user ids",
        arguments: [
            ("@*:example.org", "@alice:example.org", true),
            ("@*:example.org", "@alice:example.org.evil.example", false),
            ("@*:example.org", "@alice:notexample.org", false),
            ("@*:example.org", "@alice:evil.example:example.org", false),
            ("@*:example.org", "@alice:EXAMPLE.org", false),
            ("@*:*.example.org", "@alice:a.b.example.org", true),
            ("@alice:example.org", "@alice:example.org", true),
            ("@alice:example.org", "@alice:exampleXorg", false),
            ("@al?ce:example.org", "@alice:example.org", true),
            ("@al?ce:example.org", "@alce:example.org", false),
            ("@al?ce:example.org", "@alüce:example.org", true),
            ("*", "@alice:example.org", true),
            ("*", "alice", false),
            ("**", "@alice:example.org", true),
            ("@a*c*e:example.org", "@abcbcde:example.org", true),
            ("@a*c*e:example.org", "@abcbcd:example.org", false),
            ("", "@alice:example.org", false),
            ("[a-z@]*", "@alice:example.org", false),
        ])
    func globs(pattern: String, user: String, matches: Bool) {
        #expect(UserIDGlob(pattern).matches(UserID(user)) == matches)
    }

    @Test("A hostile glob takes no time to speak of")
    func hostileGlob() {
        let pattern = "@" + String(repeating: "*a", count: 2000) + "b:x"
        let user = UserID("@" + String(repeating: "a", count: 240) + ":x")
        let elapsed = ContinuousClock().measure { #expect(!UserIDGlob(pattern).matches(user)) }
        #expect(elapsed < .seconds(5))
    }

    @Test("A glob is coded as its pattern")
    func globCoding() throws {
        let globs: [UserIDGlob] = ["@*:example.org", "@a**:b.c"]
        let data = try JSONEncoder().encode(globs)
        #expect(String(decoding: data, as: UTF8.self) == #"["@*:example.org","@a**:b.c"]"#)
        #expect(try JSONDecoder().decode([UserIDGlob].self, from: data) == globs)
    }
}
