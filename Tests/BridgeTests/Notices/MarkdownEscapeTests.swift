import Bridge
import Testing

struct MarkdownEscapeTests {
    @Test(
        "a code span holds any text",
        arguments: [
            ("browser", "`browser`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("a``", "``` a`` ```"), ("", "` `"),
            ("  ", "` `"), (" a ", "`  a  `"), ("a\nb\r\nc", "`a b  c`"), ("a\u{0}\u{1B}b\u{202E}c", "`abc`"),
            ("**a** <b> @room", "`**a** <b> @room`"), ("👩‍💻", "`👩‍💻`"), ("a\\", "`a\\`"),
        ]
    )
    func code(text: String, expected: String) {
        #expect(MarkdownEscape.code(text) == expected)
    }

    @Test(
        "running text keeps its letters and loses its markup",
        arguments: [
            ("Anna O'Neil, Jr.", "Anna O'Neil, Jr."), ("*a*", "\\*a\\*"), ("_a_", "\\_a\\_"), ("<b>", "\\<b\\>"),
            ("[a](b)", "\\[a\\](b)"), ("# a", "\\# a"), ("a # b", "a # b"), ("- a", "\\- a"), ("a-b", "a-b"),
            ("1. a", "1\\. a"), ("12) a", "12\\) a"), ("v1.2", "v1.2"), ("a\n# b", "a # b"), ("&amp;", "\\&amp;"),
            ("https://x.org", "https:\u{2060}//x.org"), ("www.x.org", "www.\u{2060}x.org"), ("a: b", "a: b"),
            ("@bob:x.org", "@\u{2060}bob:x.org"), ("\\", "\\\\"), ("~~a~~", "\\~\\~a\\~\\~"), ("", ""),
        ]
    )
    func text(text: String, expected: String) {
        #expect(MarkdownEscape.text(text) == expected)
    }

    @Test("a text is cut at its limit, counted in scalars")
    func limit() {
        #expect(MarkdownEscape.code("abcdef", limit: 6) == "`abcdef`")
        #expect(MarkdownEscape.code("abcdef", limit: 5) == "`abcde…`")
        #expect(MarkdownEscape.text("abcdef", limit: 0) == "…")
        let stacked = "a" + String(repeating: "\u{301}", count: 60_000)
        #expect(MarkdownEscape.text(stacked).unicodeScalars.count == MarkdownEscape.defaultLimit + 1)
    }
}
