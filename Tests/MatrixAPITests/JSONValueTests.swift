import Foundation
import MatrixAPI
import Testing

@Suite("JSON values")
struct JSONValueTests {
    // The examples of the appendix "Canonical JSON".
    @Test(
        "Canonical JSON is as the spec shows it",
        arguments: [
            ("{}", "{}"),
            (#"{"one": 1, "two": "Two"}"#, #"{"one":1,"two":"Two"}"#),
            (#"{"b": "2", "a": "1"}"#, #"{"a":"1","b":"2"}"#),
            (
                #"""
                {"auth": {"success": true, "mxid": "@john.doe:example.com", "profile": {"display_name": "John Doe",
                "three_pids": [{"medium": "email", "address": "john.doe@example.org"},
                {"medium": "msisdn", "address": "123456789"}]}}}
                """#,
                #"{"auth":{"mxid":"@john.doe:example.com","profile":{"display_name":"John Doe","three_pids":"#
                    + #"[{"address":"john.doe@example.org","medium":"email"},"#
                    + #"{"address":"123456789","medium":"msisdn"}]},"success":true}}"#
            ),
            (#"{"a": "日本語"}"#, #"{"a":"日本語"}"#),
            (#"{"本": 2, "日": 1}"#, #"{"日":1,"本":2}"#),
            (#"{"a": "\u65E5"}"#, #"{"a":"日"}"#),
            (#"{"a": null}"#, #"{"a":null}"#),
            (#"{"a": -0, "b": 1e10}"#, #"{"a":0,"b":10000000000}"#),
            (#"["\b\f\n\r\t\u0000\u001f\u007f\"\\\/"]"#, "[\"\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}\\\"\\\\/\"]"),
            // By code point, not by UTF-16 unit: U+FFFD goes before U+1F600.
            (#"{"😀": 1, "\ufffd": 2}"#, #"{"\#u{FFFD}":2,"😀":1}"#),
            ("[true, false, 0.5, 9007199254740991]", "[true,false,0.5,9007199254740991]"),
        ])
    func canonical(input: String, expected: String) throws {
        let value = try JSONValue(parsing: input.utf8)
        #expect(String(decoding: value.canonicalJSON(), as: UTF8.self) == expected)
        #expect(value.canonicalByteCount == expected.utf8.count)
    }

    @Test("Numbers that JSON cannot express become null")
    func notFinite() throws {
        let value: JSONValue = [.number(.infinity), .number(.nan)]
        #expect(String(decoding: value.canonicalJSON(), as: UTF8.self) == "[null,null]")
        #expect(value.canonicalByteCount == 11)
        #expect(String(decoding: try JSONEncoder().encode(value), as: UTF8.self) == "[null,null]")
    }

    @Test("Accessors give only what is there")
    func accessors() {
        let value: JSONValue = ["s": "x", "i": 1, "d": 1.5, "w": 2.0, "b": true, "n": nil, "a": [1], "o": ["k": "v"]]
        #expect(value["s"]?.stringValue == "x")
        #expect(value["i"]?.intValue == 1)
        #expect(value["d"]?.intValue == nil)
        #expect(value["w"]?.intValue == 2)
        #expect(value["b"]?.boolValue == true)
        #expect(value["i"]?.boolValue == nil)
        #expect(value["n"]?.isNull == true)
        #expect(value["missing"] == nil)
        #expect(value["a"]?.arrayValue == [1])
        #expect(value["o"]?["k"]?.stringValue == "v")
        #expect(value["s"]?["k"] == nil)
        #expect(value["o"]?.objectValue?.count == 1)
    }

    @Test("Random values survive both ways of writing, and their size is as counted", arguments: 0..<40)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let value = RandomJSON.value(depth: 5, using: &generator)
        let canonical = value.canonicalJSON()
        #expect(value.canonicalByteCount == canonical.count)
        #expect(try JSONValue(parsing: canonical) == value)
        #expect(try JSONValue(parsing: canonical).canonicalJSON() == canonical)
        #expect(try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value)) == value)
    }

    @Test("What is no JSON is an error that shows nothing of it", arguments: ["", "{", "secret", #"{"a":"secret"#])
    func malformed(text: String) {
        let error = #expect(throws: MatrixAPIError.self) { try JSONValue(parsing: text.utf8) }
        #expect(error?.code == .malformedJSON)
        #expect(error?.isRetryable == false)
        #expect("\(error.map(String.init(describing:)) ?? "")".contains("secret") == false)
    }
}

/// Random JSON for tests.
enum RandomJSON {
    private static let strings = [
        "", "m.room.message", "\u{0}", "\"\\\n", "日本語 😀", "e\u{301}", "\u{7f}\u{1f}", "*", "$id", "true", "/",
    ]

    /// A value that nests at most `depth` deep.
    static func value(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &generator))
        case 3: return .number(Double(Int.random(in: -4000...4000, using: &generator)) + 0.25)
        case 4, 5: return .string(strings.randomElement(using: &generator) ?? "")
        case 6:
            return .array(
                (0..<Int.random(in: 0..<4, using: &generator)).map { _ in value(depth: depth - 1, using: &generator) })
        default:
            var members: [String: JSONValue] = [:]
            for index in 0..<Int.random(in: 0..<4, using: &generator) {
                let key = (strings.randomElement(using: &generator) ?? "") + String(index)
                members[key] = value(depth: depth - 1, using: &generator)
            }
            return .object(members)
        }
    }
}
