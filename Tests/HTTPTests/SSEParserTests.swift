import HTTP
import Testing

@Suite("Event stream parser")
struct SSEParserTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let stream: String
        let events: [ServerSentEvent]
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "data alone", stream: "data: a\n\n", events: [.init(data: "a")]),
        Case(name: "several data lines", stream: "data: a\ndata: b\ndata:\n\n", events: [.init(data: "a\nb\n")]),
        Case(name: "CRLF", stream: "data: a\r\n\r\ndata: b\r\n\r\n", events: [.init(data: "a"), .init(data: "b")]),
        Case(
            name: "CRLF within an event", stream: "id: 1\r\ndata: a\r\ndata: b\r\n\r\n",
            events: [.init(id: "1", data: "a\nb")]),
        Case(name: "CR", stream: "data: a\r\rdata: b\r\r", events: [.init(data: "a"), .init(data: "b")]),
        Case(
            name: "mixed line ends", stream: "event: x\rdata: a\r\n\ndata: b\n\r",
            events: [
                .init(event: "x", data: "a"), .init(data: "b"),
            ]),
        Case(name: "one leading BOM is dropped", stream: "\u{FEFF}data: a\n\n", events: [.init(data: "a")]),
        Case(
            name: "a second BOM belongs to the name", stream: "\u{FEFF}\u{FEFF}data: a\n\ndata: b\n\n",
            events: [
                .init(data: "b")
            ]),
        Case(name: "comments", stream: ": keep-alive\n\n:\ndata: a\n: b\n\n", events: [.init(data: "a")]),
        Case(
            name: "only one space is dropped", stream: "data:  a\n\ndata:b\n\n",
            events: [
                .init(data: " a"), .init(data: "b"),
            ]),
        Case(name: "a colon in the value", stream: "data: a:b: c\n\n", events: [.init(data: "a:b: c")]),
        Case(
            name: "fields without colon", stream: "data\n\ndata\ndata\n\n",
            events: [.init(data: ""), .init(data: "\n")]),
        Case(name: "an event without data is none", stream: "event: x\n\ndata: a\n\n", events: [.init(data: "a")]),
        Case(
            name: "ids are inherited and reset", stream: "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
            events: [
                .init(id: "1", data: "a"), .init(id: "1", data: "b"), .init(data: "c"),
            ]),
        Case(
            name: "an id with a null byte is ignored", stream: "id: 1\nid: a\0b\ndata: a\n\n",
            events: [
                .init(id: "1", data: "a")
            ]),
        Case(
            name: "retry", stream: "retry: 1500\ndata: a\n\nretry: 1s\ndata: b\n\n",
            events: [
                .init(data: "a", retry: 1500), .init(data: "b"),
            ]),
        Case(name: "unknown fields", stream: "Data: x\nfoo: y\ndata: a\n\n", events: [.init(data: "a")]),
        Case(name: "an unfinished event is dropped", stream: "data: a\n\ndata: b\n", events: [.init(data: "a")]),
        Case(name: "text beyond ASCII", stream: "event: мир\ndata: 🌉\n\n", events: [.init(event: "мир", data: "🌉")]),
    ]

    @Test("reads the stream", arguments: cases)
    func table(_ example: Case) throws {
        var parser = SSEParser()
        #expect(try parser.feed(Array(example.stream.utf8)) == example.events)
    }

    @Test("gives the same events at every cut", arguments: cases)
    func everyCut(_ example: Case) throws {
        let bytes = Array(example.stream.utf8)
        for cut in 0...bytes.count {
            var parser = SSEParser()
            let events = try parser.feed(Array(bytes[..<cut])) + parser.feed(Array(bytes[cut...]))
            #expect(events == example.events, "cut at \(cut)")
        }
        var parser = SSEParser()
        var events: [ServerSentEvent] = []
        for byte in bytes { events += try parser.feed([]) + parser.feed([byte]) }
        #expect(events == example.events, "byte by byte")
    }

    @Test("gives the same events at random cuts of random streams")
    func randomStreams() throws {
        let alphabet = [
            "data", "id", "event", "retry", ":", " ", "\n", "\r", "\r\n", "\n\n", "7", "é", "\u{FEFF}", "\0",
        ]
        for _ in 0..<500 {
            let pieces = (0..<40).map { _ in alphabet[Int.random(in: alphabet.indices)] }
            let bytes = Array(pieces.joined().utf8)
            var whole = SSEParser()
            let expected = try whole.feed(bytes)
            var parser = SSEParser()
            var events: [ServerSentEvent] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...min(7, rest.count))
                events += try parser.feed(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(events == expected, "\(pieces)")
            #expect(parser.lastEventID == whole.lastEventID)
            #expect(parser.reconnectionTime == whole.reconnectionTime)
        }
    }

    @Test("keeps the last id and the reconnection time of blocks without data")
    func state() throws {
        var parser = SSEParser()
        #expect(try parser.feed(Array("id: 7\nretry: 20\n\n".utf8)).isEmpty)
        #expect(parser.lastEventID == "7")
        #expect(parser.reconnectionTime == 20)
    }

    @Test("refuses a line beyond the limit, for good")
    func longLine() throws {
        var parser = SSEParser(limits: .init(lineBytes: 8, eventBytes: 100))
        #expect(try parser.feed(Array("data: ab\n\n".utf8)) == [.init(data: "ab")])
        let error = #expect(throws: HTTPError.self) {
            for byte in "data: abc".utf8 { _ = try parser.feed([byte]) }
        }
        #expect(error?.code == .eventTooLarge)
        #expect(throws: HTTPError.self) { try parser.feed(Array("\n\n".utf8)) }
    }

    @Test("refuses an event beyond the limit")
    func largeEvent() throws {
        var parser = SSEParser(limits: .init(lineBytes: 100, eventBytes: 8))
        #expect(try parser.feed(Array("data: 1234567\n\n".utf8)) == [.init(data: "1234567")])
        let error = #expect(throws: HTTPError.self) {
            try parser.feed(Array("data: 1234\ndata: 5678\n\n".utf8))
        }
        #expect(error?.code == .eventTooLarge)
    }
}
