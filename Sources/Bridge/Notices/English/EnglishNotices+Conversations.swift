extension EnglishNotices {
    package func welcome(displayName: String?, isDirectRoom: Bool, prefix: String) -> String {
        let name = displayName.map { MarkdownEscape.text($0, limit: 64) } ?? ""
        let greeting = name.isEmpty ? "Hello!" : "Hello, \(name)!"
        let how =
            isDirectRoom
            ? "Just write to me" : "Mention me or reply to me"
        return "\(greeting) I pass what you write to my AI agent, and its answer grows here as it is made. "
            + "\(how), and I answer.\n\n"
            + "\(Self.typed(prefix, "help")) lists what else I can do, \(Self.typed(prefix, "new")) begins a new "
            + "conversation, and \(Self.typed(prefix, "stop")) stops an answer."
    }

    package var newThread: String {
        "A new conversation begins here. My agent no longer looks back at what was said before."
    }

    package func confirmReset(within limit: Duration, prefix: String) -> String {
        "Shall my agent forget this conversation? Unless you save it first with \(Self.typed(prefix, "save")), "
            + "it can't be brought back. "
            + "Please answer \(Self.typed(prefix, "yes")) or \(Self.typed(prefix, "no")) within \(Self.span(limit))."
    }

    package var wasReset: String { "The conversation is forgotten. We start afresh." }

    package func stopping(turns: Int) -> String {
        turns > 1 ? "Stopping \(Self.count(turns, "answer"))." : "Stopping."
    }

    package var nothingToStop: String { "Nothing to stop: no answer is under way here." }

    package var retrying: String { "Answering again, in the same place." }

    package var nothingToRetry: String { "There is no question here that I could answer again." }

    package var stillAnswering: String { "I am still answering your last question." }

    package var nothingToConfirm: String { "There is nothing to answer yes or no to." }

    package func confirmationExpired(command: String, prefix: String) -> String {
        "That question has expired. If you still want it, please type \(Self.typed(prefix, command)) again."
    }

    package var declined: String { "All right, nothing has changed." }
}
