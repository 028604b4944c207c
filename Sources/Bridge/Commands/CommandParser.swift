/// Tells commands from other messages.
///
/// A command is the prefix, directly followed by a letter; its name goes up to the next white space. In front of the
/// prefix may stand the bot's own name, as clients write it when someone picks the bot from their list of members:
/// `Rialto: !help`, `@rialto:example.org !help` or `[Rialto](https://matrix.to/#/@rialto:example.org) !help`.
///
/// All work is on Unicode scalars and ends at a bound or goes once through the text, whatever the text is.
package struct CommandParser: Sendable {
    /// The longest name that counts as a command, in Unicode scalars.
    package static let maximumNameLength = 64

    private static let linkTarget = "](https://matrix.to/#/"
    private static let maximumLinkTextLength = 256

    private let prefix: String
    private let names: [String]

    /// Creates a parser.
    ///
    /// - Parameters:
    ///   - prefix: What commands begin with; with an empty one there are no commands.
    ///   - names: What the bot is called: its Matrix id, its display name.
    package init(prefix: String, names: [String] = []) {
        self.prefix = prefix
        self.names = names.filter { !$0.isEmpty }
    }

    /// The command that a message is, or nil where it is none.
    package func parse(_ body: String) -> ParsedCommand? {
        guard !prefix.isEmpty else { return nil }
        let text = Substring(body).unicodeScalars
        if let command = command(text) { return command }
        for name in names {
            if let rest = rest(of: text, behind: name), let command = command(rest) { return command }
        }
        return nil
    }

    private func command(_ text: Substring.UnicodeScalarView) -> ParsedCommand? {
        guard let rest = Self.dropping(prefix, from: text), rest.first?.properties.isAlphabetic == true else {
            return nil
        }
        let name = rest.prefix(Self.maximumNameLength + 1).prefix { !$0.properties.isWhitespace }
        guard name.count <= Self.maximumNameLength else { return nil }
        return ParsedCommand(
            name: String(name).lowercased(),
            arguments: Self.trimmed(rest[name.endIndex...])
        )
    }

    /// What follows the bot's name and the colon, comma or white space behind it; nil where the text begins otherwise.
    private func rest(of text: Substring.UnicodeScalarView, behind name: String) -> Substring.UnicodeScalarView? {
        guard var rest = Self.droppingLink(to: name, from: text) ?? Self.droppingMention(of: name, from: text),
            let separator = rest.first
        else { return nil }
        if separator == ":" || separator == "," {
            rest = rest.dropFirst()
        } else if !separator.properties.isWhitespace {
            return nil
        }
        return rest.drop { $0.properties.isWhitespace }
    }

    private static func droppingMention(
        of name: String,
        from text: Substring.UnicodeScalarView
    ) -> Substring.UnicodeScalarView? {
        dropping(name, from: text, ignoringCase: true)
            ?? dropping("@", from: text).flatMap { dropping(name, from: $0, ignoringCase: true) }
    }

    private static func droppingLink(
        to name: String,
        from text: Substring.UnicodeScalarView
    ) -> Substring.UnicodeScalarView? {
        guard text.first == "[" else { return nil }
        let bounded = text.prefix(maximumLinkTextLength)
        guard let end = bounded.firstIndex(of: "]"), let target = dropping(linkTarget, from: text[end...]) else {
            return nil
        }
        let encoded = name.replacing("@", with: "%40").replacing(":", with: "%3A")
        let rest =
            dropping(name, from: target, ignoringCase: true) ?? dropping(encoded, from: target, ignoringCase: true)
        return rest.flatMap { dropping(")", from: $0) }
    }

    /// The text behind a beginning, or nil where it does not begin so.
    private static func dropping(
        _ beginning: String,
        from text: Substring.UnicodeScalarView,
        ignoringCase: Bool = false
    ) -> Substring.UnicodeScalarView? {
        var rest = text
        for scalar in beginning.unicodeScalars {
            guard let next = rest.popFirst() else { return nil }
            guard
                next == scalar
                    || (ignoringCase && next.properties.lowercaseMapping == scalar.properties.lowercaseMapping)
            else { return nil }
        }
        return rest
    }

    private static func trimmed(_ text: Substring.UnicodeScalarView) -> String {
        let start = text.drop { $0.properties.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
