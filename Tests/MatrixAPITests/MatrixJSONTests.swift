import MatrixAPI
import Testing

@Suite("Reading JSON that is not quite JSON")
struct MatrixJSONTests {
    @Test(
        "Surrogates without their other half become U+FFFD, and pairs stay",
        arguments: [
            (#""a\ud800b""#, "a\u{FFFD}b"),
            (#""\uDFFF""#, "\u{FFFD}"),
            (#""\ud83d\ude00""#, "😀"),
            (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
            (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
            (#""\ud83dx""#, "\u{FFFD}x"),
            (#""\ud83d\n""#, "\u{FFFD}\n"),
            (#""\\ud800""#, #"\ud800"#),
            (#""\\\ud800""#, "\\\u{FFFD}"),
            (#""\u0000""#, "\u{0}"),
            (#""\ud800\u0041""#, "\u{FFFD}A"),
        ])
    func surrogates(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: text.utf8) == .string(expected))
        // The same inside an object whose key is hit too.
        let object = "{" + text + ":[" + text + "]}"
        #expect(try JSONValue(parsing: object.utf8) == .object([expected: [.string(expected)]]))
    }

    @Test(
        "Bytes that are not UTF-8 become U+FFFD",
        arguments: [
            ([0x61, 0xFF, 0x62], "a\u{FFFD}b"),
            ([0x80], "\u{FFFD}"),
            ([0xC3], "\u{FFFD}"),
            ([0xC0, 0xAF], "\u{FFFD}\u{FFFD}"),
            ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0xF4, 0x90, 0x80, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0xE2, 0x82], "\u{FFFD}\u{FFFD}"),
            ([0xC3, 0xBC], "ü"),
            ([0xE2, 0x82, 0xAC], "€"),
            ([0xF0, 0x9F, 0x98, 0x80], "😀"),
        ] as [([UInt8], String)])
    func invalidUTF8(bytes: [UInt8], expected: String) throws {
        let quote = UInt8(ascii: "\"")
        #expect(try JSONValue(parsing: [quote] + bytes + [quote]) == .string(expected))
    }

    @Test(
        "Nesting is bounded: what lies deeper is null, its neighbours stay", arguments: [99, 100, 101, 5000, 200_000])
    func depth(levels: Int) throws {
        let deep =
            String(repeating: "[", count: levels - 1) + #"{"a]}":"\"]"}"# + String(repeating: "]", count: levels - 1)
        let value = try JSONValue(parsing: "[1,\(deep),2]".utf8)
        #expect(value.arrayValue?.count == 3)
        #expect(value.arrayValue?.first == 1)
        #expect(value.arrayValue?.last == 2)
        var depth = 0
        var inner: JSONValue? = value.arrayValue?[1]
        while let next = inner?.arrayValue?.first {
            depth += 1
            inner = next
        }
        if levels < MatrixJSON.maximumDepth {
            #expect(depth == levels - 1)
            #expect(inner == ["a]}": "\"]"])
        } else {
            #expect(depth == MatrixJSON.maximumDepth - 1)
            #expect(inner == .null)
        }
    }

    @Test("Objects nested too deep become null too")
    func deepObjects() throws {
        let deep = String(repeating: #"{"a":"#, count: 3000) + "1" + String(repeating: "}", count: 3000)
        #expect(try JSONValue(parsing: #"{"x":\#(deep),"y":"z"}"#.utf8)["y"] == "z")
    }

    @Test("Unclosed nesting is an error, not a crash", arguments: ["[", "{\"a\":", "[\"", "[\"\\"])
    func unclosed(piece: String) {
        let text = String(repeating: piece, count: 4000)
        #expect(throws: MatrixAPIError.self) { try JSONValue(parsing: text.utf8) }
    }

    @Test("One event with broken text does not hide the others")
    func sync() throws {
        let broken =
            #"{"event_id":"$b","type":"m.room.message","sender":"@a:b","origin_server_ts":1,"#
            + #""content":{"msgtype":"m.text","body":"\ud800 \u0000"}}"#
        let sound = broken.replacing("$b", with: "$c").replacing(#"\ud800 \u0000"#, with: "fine")
        let text = #"{"next_batch":"n","rooms":{"join":{"!r":{"timeline":{"events":[\#(broken),\#(sound)]}}}}}"#
        var bytes = Array(text.utf8)
        let place = try #require(bytes.firstIndex(of: UInt8(ascii: "\\")))
        bytes.insert(0xFE, at: place)
        let events = try #require(
            try MatrixJSON.decode(SyncResponse.self, from: bytes).rooms.join["!r"]?.timeline.events)
        #expect(events.failures.isEmpty)
        #expect(events.elements.map(\.message?.body) == ["\u{FFFD}\u{FFFD} \u{0}", "fine"])
    }

    @Test("Random damage to a sync ends in a value or in an error of this module", arguments: 0..<300)
    func damage(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var bytes = try Golden.bytes("sync")
        for _ in 0..<Int.random(in: 1...20, using: &generator) {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[place] = UInt8.random(in: 0...255, using: &generator)
        }
        bytes.removeLast(Int.random(in: 0...2, using: &generator) == 0 ? bytes.count / 3 : 0)
        do {
            _ = try MatrixJSON.decode(SyncResponse.self, from: bytes)
        } catch let error as MatrixAPIError {
            #expect([.malformedJSON, .unexpectedShape].contains(error.code))
        }
    }
}
