/// Random texts that look like Markdown, right and wrong. The same seed gives the same text.
enum MarkdownSamples {
    private static let pieces = [
        "\n", "\n", "\n\n", "\n\n", " ", " ", "  ", "    ", "\t", "- ", "* ", "1. ", "2) ", "10. ", "> ", "# ", "## ",
        "```", "```swift\n", "~~~", "````", "`", "``", "*", "**", "_", "~~", "[", "]", "](", ")", "![", "]: ", "[x]: ",
        "<", ">", "<div>", "</div>", "<!--", "-->", "<br>", "Vec<", "|", " | ", "|-|-|", "|a|b|\n|-|-|\n", "---", "===",
        "\\", "&amp;", "&", "https://e.org/", "javascript:", "www.", "@", ".", "\"", "'", "(", "\r", "\r\n", "é", "日本",
        "👩‍👩‍👧", "e\u{301}", "\u{0}",
    ]

    static func text(seed: UInt64, count: Int = 40) -> String {
        var generator = SplitMix(state: seed)
        var text = ""
        for index in 0..<count {
            if Int.random(in: 0..<3, using: &generator) == 0 { text += "w\(index)x" }
            text += pieces.randomElement(using: &generator) ?? ""
        }
        return text
    }

    /// The words that `text(seed:count:)` put between the markup.
    static func words(of text: String) -> [String] {
        var words: [String] = []
        var word = ""
        for scalar in text.unicodeScalars {
            if scalar == "w" {
                word = "w"
            } else if !word.isEmpty, ("0"..."9").contains(scalar) {
                word.unicodeScalars.append(scalar)
            } else {
                if scalar == "x", word.count > 1 { words.append(word + "x") }
                word = ""
            }
        }
        return words
    }
}

/// The SplitMix64 generator.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
