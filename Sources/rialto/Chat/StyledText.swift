/// How a terminal shows a piece of text.
struct TextStyle: OptionSet, Hashable, Sendable {
    let rawValue: Int

    /// Bold.
    static let bold = TextStyle(rawValue: 1)
    /// Italic.
    static let italic = TextStyle(rawValue: 2)
    /// Less bright.
    static let dim = TextStyle(rawValue: 4)
    /// Code.
    static let code = TextStyle(rawValue: 8)

    /// The escape sequence that switches the style on; empty for plain text.
    var escape: String {
        let codes = [(TextStyle.bold, "1"), (.dim, "2"), (.italic, "3"), (.code, "36")]
            .filter { contains($0.0) }
            .map(\.1)
        return codes.isEmpty ? "" : "\u{1B}[\(codes.joined(separator: ";"))m"
    }
}

/// A piece of text in one style.
struct StyledSpan: Hashable, Sendable {
    /// The text, without control characters.
    var text: String
    /// The style.
    var style: TextStyle

    /// Makes a span.
    init(_ text: String, _ style: TextStyle = []) {
        self.text = text
        self.style = style
    }
}

/// One line of a terminal.
struct StyledLine: Hashable, Sendable {
    /// The pieces, from left to right.
    var spans: [StyledSpan]

    /// Makes a line.
    init(_ spans: [StyledSpan]) {
        self.spans = spans
    }

    /// The text without styles.
    var plain: String { spans.map(\.text).joined() }

    /// The text with escape sequences, which end with the line.
    var ansi: String {
        spans.map { $0.style.escape.isEmpty ? $0.text : "\($0.style.escape)\($0.text)\u{1B}[0m" }.joined()
    }

    /// Breaks pieces into lines of at most `width` columns, at spaces where possible.
    ///
    /// - Parameters:
    ///   - first: What the first line begins with.
    ///   - rest: What further lines begin with; it should be as wide as `first`.
    ///   - keepsSpaces: Whether text is broken anywhere, with all its spaces, as code is.
    static func wrap(
        _ spans: [StyledSpan],
        width: Int,
        first: String = "",
        rest: String = "",
        keepsSpaces: Bool = false
    ) -> [StyledLine] {
        var wrapper = Wrapper(width: max(width, 8), first: first, rest: rest)
        for span in spans {
            if keepsSpaces {
                wrapper.addAnywhere(span.text, span.style)
            } else {
                for word in words(of: span.text) { wrapper.add(word, span.style) }
            }
        }
        return wrapper.finish()
    }

    /// Divides a text into words and the spaces between them.
    private static func words(of text: String) -> [String] {
        var words: [String] = []
        for character in text {
            if let last = words.last, (last.last == " ") == (character == " ") {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
            }
        }
        return words
    }
}

/// Fills lines with words.
private struct Wrapper {
    let width: Int
    let rest: String
    var lines: [StyledLine] = []
    var current: [StyledSpan]
    var column: Int
    var isLineEmpty = true

    init(width: Int, first: String, rest: String) {
        self.width = width
        self.rest = rest
        current = first.isEmpty ? [] : [StyledSpan(first)]
        column = DisplayWidth.of(first)
    }

    mutating func add(_ word: String, _ style: TextStyle) {
        let isSpace = word.hasPrefix(" ")
        let wordWidth = DisplayWidth.of(word)
        if isSpace {
            if isLineEmpty { return }
            if column + wordWidth >= width { return breakLine() }
            return append(word, wordWidth, style)
        }
        if column + wordWidth > width, !isLineEmpty { breakLine() }
        guard column + wordWidth > width else { return append(word, wordWidth, style) }
        addAnywhere(word, style)
    }

    mutating func addAnywhere(_ text: String, _ style: TextStyle) {
        for character in text {
            let characterWidth = DisplayWidth.of(character)
            if column + characterWidth > width, !isLineEmpty { breakLine() }
            append(String(character), characterWidth, style)
        }
    }

    mutating func finish() -> [StyledLine] {
        trimEnd()
        return lines + [StyledLine(current)]
    }

    private mutating func append(_ text: String, _ textWidth: Int, _ style: TextStyle) {
        if let last = current.last, last.style == style, !isLineEmpty {
            current[current.count - 1].text += text
        } else {
            current.append(StyledSpan(text, style))
        }
        column += textWidth
        isLineEmpty = false
    }

    private mutating func breakLine() {
        trimEnd()
        lines.append(StyledLine(current))
        current = rest.isEmpty ? [] : [StyledSpan(rest)]
        column = DisplayWidth.of(rest)
        isLineEmpty = true
    }

    /// Takes spaces away from the end of a line.
    private mutating func trimEnd() {
        guard !isLineEmpty else { return }
        while let last = current.last, last.text.last == " ", last.text.contains(where: { $0 != " " }) {
            current[current.count - 1].text.removeLast()
        }
        if let last = current.last, current.count > 1, last.text.allSatisfy({ $0 == " " }) { current.removeLast() }
    }
}
