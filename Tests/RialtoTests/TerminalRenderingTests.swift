import MatrixAPI
import Testing

@testable import rialto

@Suite("Replies on a terminal")
struct TerminalRenderingTests {
    private func plain(_ markdown: String, width: Int = 40) -> [String] {
        MarkdownLines.render(markdown, width: width).map(\.plain)
    }

    @Test(
        "marks become styles and do not show",
        arguments: [
            (
                "**bold** and *italic* and `code`",
                [
                    StyledSpan("bold", .bold), StyledSpan(" and "), StyledSpan("italic", .italic), StyledSpan(" and "),
                    StyledSpan("code", .code),
                ]
            ),
            ("__b__ _i_", [StyledSpan("b", .bold), StyledSpan(" "), StyledSpan("i", .italic)]),
            (
                "**a *b* c**",
                [
                    StyledSpan("a ", .bold), StyledSpan("b", [.bold, .italic]), StyledSpan(" c", .bold),
                ]
            ),
            ("`**not bold**`", [StyledSpan("**not bold**", .code)]),
            ("snake_case_name", [StyledSpan("snake_case_name")]),
            ("2 * 3 * 4", [StyledSpan("2 * 3 * 4")]),
            ("open **bold", [StyledSpan("open **bold")]),
            ("open `code", [StyledSpan("open `code")]),
            ("\\*stars\\*", [StyledSpan("*stars*")]),
            ("[Rialto](https://r.it)", [StyledSpan("Rialto"), StyledSpan(" (https://r.it)", .dim)]),
            ("[x] done", [StyledSpan("[x] done")]),
        ])
    func inline(markdown: String, expected: [StyledSpan]) {
        #expect(MarkdownLines.inline(markdown) == expected)
    }

    @Test("blocks keep their form")
    func blocks() {
        let markdown = """
            # Title
            Text.

            - one
              - two
            1. first
            > quoted
            ```swift
            let  x = "**raw**"
            ```
            ---
            end
            """
        #expect(
            plain(markdown) == [
                "Title", "Text.", "", "• one", "  • two", "1. first", "│ quoted", "    let  x = \"**raw**\"",
                String(repeating: "─", count: 40), "end",
            ]
        )
    }

    @Test("a fence that is still open shows its code")
    func openFence() {
        #expect(plain("```\na\n  b") == ["    a", "      b"])
        #expect(plain("```\n") == [])
    }

    @Test("long lines break at spaces, and items keep their margin")
    func wraps() {
        #expect(plain("the quick brown fox jumps", width: 10) == ["the quick", "brown fox", "jumps"])
        #expect(plain("- the quick brown fox", width: 12) == ["• the quick", "  brown fox"])
        #expect(plain("abcdefghijklmnop", width: 8) == ["abcdefgh", "ijklmnop"])
        #expect(plain("**bold words** that wrap", width: 10) == ["bold words", "that wrap"])
    }

    @Test("no line is wider than the terminal", arguments: [8, 20, 40, 79])
    func neverTooWide(width: Int) {
        let markdown = """
            # 日本語の見出しはとても長いです and more words
            漢字仮名交じり文 🌉🌉🌉 naïve 👩‍👩‍👧 words `code that is long` **bold text that is long too**
            - \(String(repeating: "x", count: 200))
            ```
            \(String(repeating: "漢", count: 100))
            ```
            > \(String(repeating: "word ", count: 50))
            """
        for line in MarkdownLines.render(markdown, width: width) {
            #expect(DisplayWidth.of(line.plain) <= width)
        }
    }

    @Test(
        "the width of characters",
        arguments: [
            ("abc", 3), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("🌉", 2), ("👩‍👩‍👧", 2), ("❤️", 2), ("…•│─", 4), ("", 0),
        ])
    func widths(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test("people's text cannot drive the terminal")
    func controlCharacters() {
        let lines = MarkdownLines.render("a\u{1B}[2Jb\u{7}\n\u{9B}31mc\r\n```\n\u{1B}]0;x\u{7}", width: 40)
        for line in lines { #expect(!line.plain.unicodeScalars.contains(where: ControlCharacters.isUnsafe)) }
    }

    @Test("a growing block is drawn over itself, from the first line that differs")
    func drawsInPlace() {
        var display = InPlaceDisplay()
        func lines(_ texts: String...) -> [StyledLine] { texts.map { StyledLine([StyledSpan($0)]) } }
        #expect(display.frame(lines("a"), height: 24) == "a\r\n")
        #expect(display.frame(lines("a"), height: 24) == "")
        #expect(display.frame(lines("a", "b"), height: 24) == "b\r\n")
        #expect(display.frame(lines("a", "c", "d"), height: 24) == "\u{1B}[1A\r\u{1B}[Jc\r\nd\r\n")
        #expect(display.frame(lines("a"), height: 24) == "\u{1B}[2A\r\u{1B}[J")
    }

    @Test("what has scrolled away is not drawn again")
    func scrolledAway() {
        var display = InPlaceDisplay()
        func lines(_ texts: [String]) -> [StyledLine] { texts.map { StyledLine([StyledSpan($0)]) } }
        _ = display.frame(lines(["1", "2", "3", "4", "5"]), height: 4)
        // Three lines are in reach: 3, 4 and 5.
        #expect(display.frame(lines(["x", "2", "3", "4", "y"]), height: 4) == "\u{1B}[3A\r\u{1B}[J3\r\n4\r\ny\r\n")
    }

    @Test("a reply shows its name, an ellipsis while it grows, and its tokens dimmed at the end")
    func frame() throws {
        var view = ConversationView()
        let live = OutgoingMessage(msgtype: .notice, body: "Hel", isLive: true)
        let final = OutgoingMessage(
            body: "Hello\n\n12 tokens", extra: ["io.rialto.reply": ["tokens_used": 12]]
        )
        func event(_ id: EventID, _ content: JSONValue) -> RoomEvent {
            RoomEvent(eventID: id, type: "m.room.message", sender: "@r:l", originServerTS: 1, content: content)
        }
        _ = view.apply(event("$a", live.json))
        #expect(
            ReplyFrame.lines(view.messages, name: "rialto", isTyping: true, width: 40).map(\.plain)
                == ["rialto", "  Hel", "  …"]
        )
        _ = view.apply(event("$e", final.edit(of: "$a").json))
        let lines = ReplyFrame.lines(view.messages, name: "rialto", isTyping: false, width: 40)
        #expect(lines.map(\.plain) == ["rialto", "  Hello", "", "  12 tokens"])
        #expect(try #require(lines.last).spans.last?.style == .dim)
        #expect(ReplyFrame.lines([], name: "rialto", isTyping: true, width: 40).map(\.plain) == ["rialto is typing …"])
    }
}
