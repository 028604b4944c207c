import MatrixAPI
import Synchronization

/// Shows a conversation, in place on a terminal or line by line.
final class ChatScreen: Sendable {
    /// How the conversation is shown.
    enum Style: Sendable {
        /// Growing messages are drawn over themselves; the size is that of the terminal now.
        case terminal(size: @Sendable () -> (width: Int, height: Int))
        /// Each state that can be seen is a line of its own, with a prefix that says what it is.
        case lines
    }

    private let style: Style
    private let name: String
    private let write: @Sendable (String) -> Void
    private let display = Mutex(InPlaceDisplay())
    private let shown = Mutex<[EventID: String]>([:])

    /// Makes a screen; `name` is what the other side is called.
    init(style: Style, name: String, write: @escaping @Sendable (String) -> Void) {
        self.style = style
        self.name = name
        self.write = write
    }

    /// Says something about the chat itself.
    func say(_ text: String) {
        let text = ControlCharacters.escaped(text)
        switch style {
        case .terminal: write("\u{1B}[2m\(text)\u{1B}[0m\r\n")
        case .lines: write("# \(text)\n")
        }
    }

    /// Asks for a line; nothing is shown where nobody types.
    func prompt() {
        if case .terminal = style { write("\u{1B}[1m> \u{1B}[0m") }
    }

    /// Begins a reply to a line.
    func begin(_ line: String) {
        display.withLock { $0 = InPlaceDisplay() }
        shown.withLock { $0 = [:] }
        if case .lines = style { write("> \(ControlCharacters.escaped(line))\n") }
    }

    /// Shows a reply as it stands.
    func show(_ replies: [ConversationView.Message], isTyping: Bool) {
        switch style {
        case .terminal(let size):
            let (width, height) = size()
            // The last column stays free: some terminals break a line that fills it.
            let lines = ReplyFrame.lines(replies, name: name, isTyping: isTyping, width: max(width - 1, 10))
            let text = display.withLock { $0.frame(lines, height: height) }
            if !text.isEmpty { write(text) }
        case .lines:
            for message in replies {
                let line = Self.line(message)
                let isNew = shown.withLock { $0.updateValue(line, forKey: message.eventID) != line }
                if isNew { write(line + "\n") }
            }
        }
    }

    /// A message as a line: `~` while it grows, `=` once it is complete, `x` once it is redacted.
    static func line(_ message: ConversationView.Message) -> String {
        let mark = message.isRedacted ? "x" : message.isComplete ? "=" : "~"
        return "\(mark) \(ControlCharacters.escaped(message.text))"
    }
}
