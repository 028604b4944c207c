import Bridge
import Testing

@testable import MatrixMarkdown

@Suite struct CMarkRendererTests {
    private let renderer = CMarkRenderer()

    @Test(
        arguments: [
            ("a **b** *c* ~~d~~ `e`", "a <strong>b</strong> <em>c</em> <del>d</del> <code>e</code>"),
            ("one\n\ntwo", "<p>one</p><p>two</p>"),
            ("**a**\nb", "<strong>a</strong><br>b"),
            ("# T\n\n---", "<h1>T</h1><hr>"),
            ("> q", "<blockquote><p>q</p></blockquote>"),
            ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
            ("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>"),
            ("1. a\n   - b", "<ol><li>a<ul><li>b</li></ul></li></ol>"),
            ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
            ("```swift\nlet a = 1 < 2\n```", "<pre><code class=\"language-swift\">let a = 1 &lt; 2\n</code></pre>"),
            ("```\nunfinished", "<pre><code>unfinished\n</code></pre>"),
            (
                "```py title=\"x y\"\n1\n```",
                "<p>title=&quot;x y&quot;</p><pre><code class=\"language-py\">1\n</code></pre>"
            ),
            (
                "| a | b |\n|:-:|--:|\n| 1 | 2 |",
                "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
            ),
            (
                "> | a |\n> |---|\n> | 1 | lost | too |",
                "<blockquote><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td><td>lost </td><td>too </td></tr>"
                    + "</tbody></table></blockquote>"
            ),
            (
                "|a|\n|-|\n|x<br>y|",
                "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>x<br>y</td></tr></tbody></table>"
            ),
            ("[a](https://b.c/?d=1&e=\"f\")", "<a href=\"https://b.c/?d=1&amp;e=&quot;f&quot;\">a</a>"),
            ("see https://b.c.", "see <a href=\"https://b.c\">https://b.c</a>."),
            ("[a](https://b.c \"title\")", "<a href=\"https://b.c\">a</a> (title)"),
            ("[](https://b.c)", "<a href=\"https://b.c\">https://b.c</a>"),
            ("![alt](https://b.c/i.png)", "<a href=\"https://b.c/i.png\">alt</a>"),
            ("[![alt](https://i.c)](https://b.c)", "<a href=\"https://b.c\">alt (https://i.c)</a>"),
            ("[x](javascript:alert)", "x (javascript:alert)"),
            ("[x](JaVaScRiPt:alert)", "x (JaVaScRiPt:alert)"),
            ("[x](<java\tscript:alert>)", "x (java\tscript:alert)"),
            ("[x](data:text/html,a)", "x (data:text/html,a)"),
            ("[x](./file.md)", "x (./file.md)"),
            ("![x](mxc://a/b)", "x (mxc://a/b)"),
            ("Vec<T> and <div>", "Vec&lt;T&gt; and &lt;div&gt;"),
            ("<div>\n**b**\n</div>", "&lt;div&gt;<br><strong>b</strong><br>&lt;/div&gt;"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("<!-- *note*", "&lt;!-- <em>note</em>"),
            ("<b onclick=\"x\">y</b>", "&lt;b onclick=&quot;x&quot;&gt;y&lt;/b&gt;"),
            (
                "See [1].\n\n[1]: https://b.c",
                "<p>See <a href=\"https://b.c\">1</a>.</p><p><a href=\"https://b.c\">1</a>: "
                    + "<a href=\"https://b.c\">https://b.c</a></p>"
            ),
            ("[note]: nothing", nil),
            ("    [a]: b\n", "<pre><code>[a]: b\n</code></pre>"),
            ("about ~5~ of", nil),
            ("plain", nil),
            ("  two\nlines ", nil),
            ("5 < 6 & **bol", nil),
            ("a \\* b", "a * b"),
            ("", nil),
            (" \n\n", nil),
        ] as [(String, String?)])
    func rendersTheMatrixSubset(_ markdown: String, _ html: String?) {
        #expect(renderer.html(from: markdown) == html)
    }

    @Test func limitsInputAndOutput() {
        #expect(renderer.html(from: "**a**" + String(repeating: "b", count: CMarkRenderer.maximumInput)) == nil)
        let definition = "[a]: https://b.c/" + String(repeating: "d", count: 900) + "\n\n"
        #expect(renderer.html(from: definition + String(repeating: "[a] ", count: 10_000)) == nil)
    }

    @Test(arguments: [
        "[", "*", "_", "`", "~", "<", ">", "|", "> ", "- ", "1. ", "![[]()", "[a](", "*a _b ", "<!--", "&#0;", "\u{0}",
        "\r", "\r\n", "\t", "a@", "http://", "\\", "<div ", "|a|\n|-|\n",
    ])
    func survivesHostileText(_ unit: String) {
        let count = CMarkRenderer.maximumInput / unit.utf8.count
        for tail in ["", "a", "\n|-|\n" + String(repeating: "\n", count: 1_000)] {
            let text = String(repeating: unit, count: count - 1_200) + tail
            let elapsed = ContinuousClock().measure {
                if let html = renderer.html(from: text) { #expect(HTMLCheck(html).problem == nil) }
            }
            #expect(elapsed < .seconds(60), "\(unit.debugDescription) took \(elapsed)")
        }
        #expect(renderer.html(from: String(repeating: unit, count: 1_048_576 / unit.utf8.count)) == nil)
    }

    @Test func boundsTheWorkOfDeepAndWideBlocks() {
        let deep = String(repeating: "- ", count: 16_000) + "a" + String(repeating: "\n", count: 32_000)
        let wide = String(repeating: "|", count: 30_000) + "\n" + String(repeating: "|-", count: 15_000)
        let tall =
            String(repeating: "|a", count: 199) + "\n" + String(repeating: "|-", count: 199) + "\n"
            + String(repeating: "a\n", count: 30_000)
        #expect(!MarkdownSource(wide).allowsTables)
        #expect(!MarkdownSource(tall).allowsTables)
        #expect(MarkdownSource(deep).bytes.firstIndex(of: MarkdownSource.mark) == 2 * CodeFences.maximumNesting)
        for text in [deep, wide, tall] { #expect(renderer.html(from: text).map(HTMLCheck.init)?.problem == nil) }
    }

    @Test func replacesNullAndDropsControlCharacters() {
        #expect(renderer.html(from: "**a\u{0}b\u{1}c**") == "<strong>a\u{FFFD}bc</strong>")
        #expect(renderer.html(from: "**a**\rb") == "<strong>a</strong><br>b")
    }

    @Test func nestsAtMostAHundredElementsAndKeepsWordsApart() throws {
        let inlines = String(repeating: "*a **b ", count: 300) + String(repeating: "x** y* ", count: 300)
        let html = try #require(renderer.html(from: inlines))
        #expect(HTMLCheck(html).problem == nil)
        #expect(HTMLCheck(html).depth == 100)
    }

    @Test(arguments: 0..<400)
    func losesNoWordAndStaysInTheSubset(_ seed: UInt64) {
        let text = MarkdownSamples.text(seed: seed)
        guard let html = renderer.html(from: text) else { return }
        let check = HTMLCheck(html)
        #expect(check.problem == nil, "\(html)")
        for word in MarkdownSamples.words(of: text) {
            #expect(check.text.contains(word), "\(word) of \(text.debugDescription) is not in \(html)")
        }
    }

    @Test func rendersTheSameFromManyTasks() async {
        let text = "~~a~~ www.b.c *d* | e"
        let expected = renderer.html(from: text)
        #expect(expected?.contains("<del>") == true)
        await withTaskGroup(of: Bool.self) { [renderer] group in
            for _ in 0..<8 {
                group.addTask { (0..<200).allSatisfy { _ in renderer.html(from: text) == expected } }
            }
            for await same in group { #expect(same) }
        }
    }
}
