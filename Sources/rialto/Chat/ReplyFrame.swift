/// Lays out the messages of a reply for the terminal.
enum ReplyFrame {
    /// The lines of a reply as it stands.
    ///
    /// - Parameters:
    ///   - replies: The messages, oldest first.
    ///   - name: What the other side is called.
    ///   - isTyping: Whether the other side is writing something that is not there yet.
    ///   - width: The columns of the terminal.
    static func lines(_ replies: [ConversationView.Message], name: String, isTyping: Bool, width: Int) -> [StyledLine] {
        var lines: [StyledLine] = []
        for message in replies where !message.isRedacted {
            if !lines.isEmpty { lines.append(StyledLine([])) }
            lines.append(StyledLine([StyledSpan(ControlCharacters.escaped(name), .bold)]))
            var body = MarkdownLines.render(message.text, width: width - 2)
            if let tokens = message.tokensUsed, let last = body.last, last.plain.contains(String(tokens)) {
                body[body.count - 1].spans = last.spans.map { StyledSpan($0.text, .dim) }
            }
            if !message.isComplete { body.append(StyledLine([StyledSpan("…", .dim)])) }
            lines += body.map { $0.spans.isEmpty ? $0 : StyledLine([StyledSpan("  ")] + $0.spans) }
        }
        if isTyping, replies.allSatisfy(\.isComplete) {
            lines.append(StyledLine([StyledSpan("\(ControlCharacters.escaped(name)) is typing …", .dim)]))
        }
        return lines
    }
}

/// Draws a growing block of lines over its former self.
///
/// Lines that have scrolled out of the terminal's reach stay as they are: a terminal can redraw only what it shows.
struct InPlaceDisplay: Sendable {
    private var drawn: [String] = []
    private var committed = 0

    /// Makes a display that begins below the present line.
    init() {}

    /// The text that turns what is shown into `lines`; the cursor then stands below the last one.
    mutating func frame(_ lines: [StyledLine], height: Int) -> String {
        let lines = lines.map(\.ansi)
        var same = 0
        while same < min(drawn.count, lines.count), drawn[same] == lines[same] { same += 1 }
        guard same < max(drawn.count, lines.count) else { return "" }
        let start = max(same, committed)
        var text = ""
        if drawn.count > start {
            // Go up to the first line that differs and clear from there.
            text += "\u{1B}[\(drawn.count - start)A\r\u{1B}[J"
        }
        if start < lines.count { text += lines[start...].map { $0 + "\r\n" }.joined() }
        drawn = lines.count >= start ? lines : Array(drawn.prefix(start))
        committed = max(committed, drawn.count - max(height - 1, 1))
        return text
    }
}
