import Bridge
import MatrixMarkdown
import Synchronization
import Testing

@Suite struct CodeFencesTests {
    @Test(arguments: [
        ("text", "text"),
        ("```", "```\n```"),
        ("```swift\nlet a", "```swift\nlet a\n```"),
        ("```\na\n", "```\na\n```"),
        ("```\na\n```", "```\na\n```"),
        ("```\na\n``", "```\na\n```"),
        ("````\na\n```", "````\na\n````"),
        ("~~~~ md\n```\n", "~~~~ md\n```\n~~~~"),
        ("```a`b", "```a`b"),
        ("    ```\na", "    ```\na"),
        ("   ```\na", "   ```\na\n```"),
        ("```\n    ```", "```\n    ```\n```"),
        ("> ```\n> a", "> ```\n> a\n> ```"),
        ("> ```\n> a\n\nb", "> ```\n> a\n\nb"),
        ("- ```\n  a", "- ```\n  a\n  ```"),
        ("1. a\n\n   ```\n   b", "1. a\n\n   ```\n   b\n   ```"),
        ("10. a\nlazy\n    ```\n    b", "10. a\nlazy\n    ```\n    b\n    ```"),
        ("- ```\n  a\nb", "- ```\n  a\nb"),
        ("-\t> ```\n\t> a", "-\t> ```\n\t> a\n    > ```"),
        ("a\r```\rb", "a\r```\rb\n```"),
        ("a\n    - b\n```\nc", "a\n    - b\n```\nc\n```"),
    ])
    func closesWhatIsOpen(_ text: String, _ closed: String) {
        #expect(CodeFences.closingOpenFence(text) == closed)
        #expect(CodeFences.openFence(atEndOf: closed) == nil)
    }

    @Test func reopensDeepFencesInsideBullets() throws {
        let fence = try #require(CodeFences.openFence(atEndOf: "- a\n  - b\n    ```c\n    d"))
        #expect(fence.opener(info: fence.info) == "-   ```c")
        #expect(fence.closer == "    ```")
    }
}

@Suite struct ReplySplitterTests {
    private func splitter(_ maximum: Int) -> ReplySplitter {
        ReplySplitter(maximumCost: maximum, cost: \.utf8.count)
    }

    @Test(arguments: [
        ("", 20, []),
        ("short", 20, ["short"]),
        (" \n ", 1, []),
        ("one two\n\nthree four five", 20, ["one two\n\n", "three four five"]),
        ("one two three\nfour five six", 20, ["one two three\n", "four five six"]),
        ("one two three four five six", 20, ["one two three four ", "five six"]),
        ("abcdefghijklmnopqrstuvwxyz", 20, ["abcdefghijklmnopqrst", "uvwxyz"]),
        ("👩‍👩‍👧👩‍👩‍👧", 3, ["👩‍👩‍👧", "👩‍👩‍👧"]),
        (
            "```c\naaaa aaaa\nbbbb bbbb\ncccc\n```\nend", 30,
            ["```c\naaaa aaaa\nbbbb bbbb\n```", "```c\ncccc\n```\nend"]
        ),
        ("```c\naaaa aaaa\nbbbb bbbb\n```\nafter the end", 29, ["```c\naaaa aaaa\nbbbb bbbb\n```", "after the end"]),
        ("text before\n\n```\naaaa aaaa\nbbbb\n```", 30, ["text before\n\n", "```\naaaa aaaa\nbbbb\n```"]),
        ("before it\n\n|a|b|\n|-|-|\n|1|2|\n|3|4|", 28, ["before it\n\n", "|a|b|\n|-|-|\n|1|2|\n|3|4|"]),
        ("|a|b|\n|-|-|\n|1|2|\n|3|4|\n|5|6|", 24, ["|a|b|\n|-|-|\n|1|2|\n|3|4|\n", "|a|b|\n|-|-|\n|5|6|"]),
        ("1. aaaa\n2. bbbb\n3. cccc\n", 16, ["1. aaaa\n2. bbbb\n", "3. cccc"]),
        ("intro here\n- aaaa\n  - bbbb\n- cccc", 29, ["intro here\n- aaaa\n  - bbbb\n", "- cccc"]),
    ])
    func cutsWhereItReadsBest(_ text: String, _ maximum: Int, _ parts: [String]) {
        #expect(splitter(maximum).split(text) == parts)
    }

    @Test(arguments: 0..<300)
    func keepsItsLaws(_ seed: UInt64) {
        let text = SplitterSamples.text(seed: seed)
        let maximum = 24 + Int(seed % 150)
        let splitter = splitter(maximum)
        let parts = splitter.parts(of: text)
        for part in parts {
            #expect(part.text == part.opening + part.body.utf8Suffix(from: part.hiddenPrefix) + part.closing)
            #expect(part.text.utf8.count <= maximum || part.body.count == 1, "\(part)")
            #expect(part.opening.isEmpty || part.opening.utf8.count <= maximum / 2)
        }
        #expect(parts.map(\.body).joined() == text.withoutTrailingSpace)
        #expect(parts.reduce(0) { $0 + $1.body.count } == text.withoutTrailingSpace.count, "cut inside a grapheme")
        #expect(splitter.split(text).allSatisfy { $0.contains { !$0.isWhitespace } })
    }

    @Test(arguments: 0..<60)
    func neverChangesASettledPart(_ seed: UInt64) {
        let text = SplitterSamples.text(seed: seed)
        let splitter = splitter(24 + Int(seed % 90))
        var settled: [String] = []
        var progress = ReplySplitter.Progress()
        var grown = ""
        for scalar in text.unicodeScalars {
            grown.unicodeScalars.append(scalar)
            let parts = splitter.split(grown)
            #expect(Array(parts.prefix(settled.count)) == settled, "after \(grown.debugDescription)")
            #expect(splitter.split(grown, from: &progress) == parts)
            settled = Array(parts.dropLast())
        }
    }

    @Test(arguments: 0..<30)
    func keepsItsLawsForRenderedCost(_ seed: UInt64) {
        let renderer = CMarkRenderer()
        let cost = { @Sendable (text: String) in 2 * text.utf8.count + (renderer.html(from: text)?.utf8.count ?? 0) }
        let text = SplitterSamples.text(seed: seed)
        let splitter = ReplySplitter(maximumCost: 900, cost: cost)
        #expect(splitter.split(text).allSatisfy { cost($0) <= 900 })
        #expect(splitter.parts(of: text).map(\.body).joined() == text.withoutTrailingSpace)
    }

    @Test func asksForTheCostSeldom() {
        let text = String(repeating: "Some words of an answer.\n\n```swift\nlet a = 1\n```\n", count: 20_000)
        let calls = Counter()
        let splitter = ReplySplitter(maximumCost: 22_000) { text in
            calls.add(text.utf8.count)
            return 2 * text.utf8.count
        }
        let parts = splitter.split(text)
        #expect((90...110).contains(parts.count))
        #expect(calls.count <= parts.count * 16)
        #expect(calls.largest <= 22_100)
        var progress = ReplySplitter.Progress()
        _ = splitter.split(text, from: &progress)
        let before = calls.count
        _ = splitter.split(text + "more", from: &progress)
        #expect(calls.count - before <= 1)
    }

    @Test(arguments: ["[", "\n", " \n", "`", "> ", "- ", "|", "|-|\n", "\u{301}", "a\r", "```\n"])
    func survivesHostileText(_ unit: String) {
        let text = String(repeating: unit, count: 200_000 / unit.utf8.count) + "end"
        let elapsed = ContinuousClock().measure {
            #expect(splitter(20_000).parts(of: text).map(\.body).joined() == text)
        }
        #expect(elapsed < .seconds(60), "\(elapsed)")
    }
}

private final class Counter: Sendable {
    private let state = Mutex((count: 0, largest: 0))

    var count: Int { state.withLock { $0.count } }
    var largest: Int { state.withLock { $0.largest } }

    func add(_ size: Int) {
        state.withLock { $0 = ($0.count + 1, max($0.largest, size)) }
    }
}

extension String {
    fileprivate var withoutTrailingSpace: String {
        var scalars = unicodeScalars
        while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
        return String(scalars)
    }

    fileprivate func utf8Suffix(from offset: Int) -> String { String(decoding: utf8.dropFirst(offset), as: UTF8.self) }
}

/// Random answers: paragraphs, lists, quotes, tables and code, some of it broken. The same seed gives the same text.
private enum SplitterSamples {
    private static let pieces = [
        "\n", "\n", "\n\n", "\n\n", " ", " ", " ", "  ", "    ", "- ", "1. ", "10. ", "> ", "# ", "\n```\n",
        "\n```swift\n",
        "\n~~~\n", "`", "**", "\n|a|b|\n|-|-|\n|1|2|\n", "|3|4|\n", "---", "word", "word ", "longer words in a row ",
        "code();\n", "é", "日本", "👩‍👩‍👧", "e\u{301}", "\r\n", "\r", "\t",
    ]

    static func text(seed: UInt64) -> String {
        var generator = Generator(state: seed &* 7919)
        return (0..<120).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }

    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var mixed = state ^ (state >> 33)
            mixed = mixed &* 0xFF51_AFD7_ED55_8CCD
            return mixed ^ (mixed >> 33)
        }
    }
}
