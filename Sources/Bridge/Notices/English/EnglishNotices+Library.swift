extension EnglishNotices {
    package func conversations(
        _ conversations: [ListedConversation],
        within limit: Duration?,
        prefix: String
    ) -> String {
        let entries = conversations.map { conversation in
            let number = conversation.number.map { "**\($0)**" } ?? "**from elsewhere**"
            let title = conversation.title.map { MarkdownEscape.code($0, limit: 64) } ?? "without a title"
            let mark = conversation.isCurrent ? " ← we are here" : ""
            return "\(number): \(title), since \(Self.time(conversation.since)), "
                + "\(Self.count(conversation.turns, "answer"))\(mark)"
        }
        return "**Conversations here**\n\n\(Self.list(entries))\n\n\(Self.goingOn(within: limit, prefix))"
            + "\(Self.typed(prefix, "rename <title>")) names this one, \(Self.typed(prefix, "archive <number>")) takes "
            + "one off the list."
    }

    package func resumed(number: Int, title: String?) -> String {
        let name = title.map { ", \(MarkdownEscape.code($0, limit: 64))" } ?? ""
        return "We go on with conversation \(number)\(name)."
    }

    package func conversationGone(prefix: String) -> String {
        "That conversation is not on the list. \(Self.typed(prefix, "chats")) shows it anew."
    }

    package func noConversation(_ typed: String, prefix: String) -> String {
        "There is no conversation \(MarkdownEscape.code(typed, limit: 64)) here. "
            + "\(Self.typed(prefix, "chats")) lists them."
    }

    package func renamed(_ title: String) -> String {
        "This conversation is now called \(MarkdownEscape.code(title, limit: 64))."
    }

    package func archived(number: Int) -> String { "Conversation \(number) is off the list." }

    package var archivedCurrent: String { "That conversation is off the list, and a new one begins here." }

    package func saved(_ name: String, prefix: String) -> String {
        "Saved as \(MarkdownEscape.code(name, limit: 64)). \(Self.typed(prefix, "load")) brings it back, here or in "
            + "another room."
    }

    package func nameUnusable(maximumLength: Int) -> String {
        "Please choose another name: up to \(Self.count(maximumLength, "letter")), and not only a number."
    }

    package func savesFull(maximum: Int, prefix: String) -> String {
        "You have saved \(Self.count(maximum, "conversation")), and there is no room for more. "
            + "\(Self.typed(prefix, "remove <number>")) removes one."
    }

    package func noSaves(prefix: String) -> String {
        "You have saved no conversations. \(Self.typed(prefix, "save")) saves this one."
    }

    package func saves(_ saves: [ListedSave], within limit: Duration?, prefix: String) -> String {
        "**Your saved conversations**\n\n\(Self.list(saves.map(Self.entry)))\n\n"
            + "\(Self.goingOn(within: limit, prefix))\(Self.typed(prefix, "remove <number>")) removes one."
    }

    package func chooseRemoval(_ saves: [ListedSave], within limit: Duration, prefix: String) -> String {
        "**Your saved conversations**\n\n\(Self.list(saves.map(Self.entry)))\n\n"
            + "Which one shall I remove? Please answer with its number within \(Self.span(limit)); "
            + "`0` or \(Self.typed(prefix, "cancel")) leaves everything as it is."
    }

    package func chooseSave(_ saves: [ListedSave], within limit: Duration, prefix: String) -> String {
        "**Your saved conversations**\n\n\(Self.list(saves.map(Self.entry)))\n\n"
            + "Which one shall we go on with? Please answer with its number within \(Self.span(limit)); "
            + "`0` or \(Self.typed(prefix, "cancel")) leaves everything as it is."
    }

    package func noSave(_ typed: String, prefix: String) -> String {
        "You have saved nothing as \(MarkdownEscape.code(typed, limit: 64)). "
            + "\(Self.typed(prefix, "list")) lists what you have saved."
    }

    package func loaded(_ name: String) -> String {
        "We go on with \(MarkdownEscape.code(name, limit: 64)) here."
    }

    package func removed(_ name: String) -> String {
        "\(MarkdownEscape.code(name, limit: 64)) is no longer saved."
    }

    package func noSuchChoice(maximum: Int) -> String {
        "Please answer with a number from 1 to \(maximum), or with `0` to leave everything as it is."
    }

    package var nothingToCancel: String { "There is nothing to cancel." }

    /// How to go on with a conversation of a list; empty where a number does not.
    private static func goingOn(within limit: Duration?, _ prefix: String) -> String {
        limit.map { limit in
            "A number goes on with one within \(span(limit)); `0` or \(typed(prefix, "cancel")) leaves everything as it "
                + "is. "
        } ?? ""
    }

    private static func entry(_ save: ListedSave) -> String {
        "**\(save.number)**: \(MarkdownEscape.code(save.name, limit: 64)), saved \(time(save.savedAt))"
    }
}
