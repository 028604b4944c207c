extension EnglishNotices {
    package var notForStrangers: String {
        "I'm sorry, I only talk with people on my list. Whoever runs me can add you."
    }

    package func commandNotPermitted(_ name: String, prefix: String) -> String {
        "You can't use \(MarkdownEscape.code(prefix + name, limit: 64)) here: whoever runs me has not allowed it. "
            + "\(Self.typed(prefix, "help")) lists what you can do."
    }

    package func askingNotPermitted(prefix: String) -> String {
        "You can't write to my agent here: whoever runs me has not allowed it. "
            + "\(Self.typed(prefix, "help")) lists what you can do."
    }
}
