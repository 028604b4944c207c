package import MatrixAPI

/// Decides whether a message is for the bot, and what it is: a command, a question, or something it cannot read.
package struct AnswerPolicy: Sendable {
    /// What the bridge does about a message.
    package enum Decision: Hashable, Sendable {
        /// Nothing; why, for the log.
        case ignore(String)
        /// It runs a command. `isAddressed` says that the message was certainly meant for this bot.
        case command(ParsedCommand, isAddressed: Bool)
        /// It answers an open question with the number of an option; 0 withdraws the question.
        case choice(Int)
        /// It asks the agent.
        case question(String)
        /// It tells a person who may not use it so, once.
        case stranger
        /// It asks the agent about a file, in the words of its caption.
        case file(MessageFile)
        /// It says that it cannot read this kind of message.
        case unreadable
    }

    /// What the bridge knows about a message besides its event.
    package struct Circumstances: Sendable {
        /// The room that it was sent in.
        package var room: BridgeRoom
        /// Whether it replies to a message of the bot.
        package var repliesToBot: Bool
        /// Whether it stands in a Matrix thread that the bot takes part in.
        package var isInOwnThread: Bool
        /// Whether the sender was asked for a number at this place and has not answered yet.
        package var isAskedForNumber: Bool

        /// Creates circumstances.
        package init(room: BridgeRoom, repliesToBot: Bool, isInOwnThread: Bool, isAskedForNumber: Bool = false) {
            self.room = room
            self.repliesToBot = repliesToBot
            self.isInOwnThread = isInOwnThread
            self.isAskedForNumber = isAskedForNumber
        }
    }

    private let userID: UserID
    private let displayName: String?
    private let allowed: [UserIDGlob]
    private let strangers: StrangerAnswer
    private let prefix: String
    private let typedCommands: TypedCommands?

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - allowed: Who may use the bot; nobody when empty.
    ///   - strangers: What everybody else gets who writes to it.
    ///   - prefix: What commands begin with.
    ///   - typedCommands: The commands that clients can send without typing them; none when nil.
    package init(
        userID: UserID,
        displayName: String?,
        allowed: [UserIDGlob],
        strangers: StrangerAnswer = .silence,
        prefix: String,
        typedCommands: TypedCommands? = nil
    ) {
        self.userID = userID
        self.displayName = displayName
        self.allowed = allowed
        self.strangers = strangers
        self.prefix = prefix
        self.typedCommands = typedCommands
    }

    /// What the bot is called.
    package var ownName: String { displayName ?? userID.localpart ?? userID.rawValue }

    /// Whether a user may use the bot.
    package func isAllowed(_ user: UserID) -> Bool {
        allowed.contains { $0.matches(user) }
    }

    /// What to do about a message of a room's timeline.
    package func decision(on event: RoomEvent, _ circumstances: Circumstances) -> Decision {
        guard event.type == "m.room.message", event.stateKey == nil else { return .ignore("not a message") }
        guard event.sender != userID else { return .ignore("own message") }
        guard let message = event.message else { return .ignore("no msgtype") }
        // Bots answer messages with notices; answering those would let two bots talk without end.
        guard message.msgtype != .notice else { return .ignore("a notice") }
        if case .replace = message.relation { return .ignore("an edit") }
        let isStranger = !isAllowed(event.sender)
        guard !isStranger || strangers != .silence else { return .ignore("sender is not allowed") }
        guard !circumstances.room.isEncrypted else { return .ignore("plain text in an encrypted room") }

        let isMentioned = message.mentions?.userIDs.contains(userID) ?? false
        let isAddressed =
            circumstances.room.isDirect || isMentioned || circumstances.repliesToBot || circumstances.isInOwnThread
        // In a group, what a stranger writes may be meant for anybody.
        guard !isStranger else { return isAddressed ? .stranger : .ignore("sender is not allowed") }
        if circumstances.room.isDirect || isMentioned, let command = typedCommand(in: message) {
            return .command(command, isAddressed: true)
        }
        switch message.msgtype {
        case .text, .emote:
            let text = Self.withoutReplyFallback(message).trimmingWhitespace
            if circumstances.isAskedForNumber, let number = Self.number(text) { return .choice(number) }
            if let command = CommandParser(prefix: prefix, names: names).parse(text) {
                return .command(command, isAddressed: isAddressed)
            }
            guard isAddressed else { return .ignore("not addressed") }
            return text.isEmpty ? .ignore("empty") : .question(text)
        default:
            guard isAddressed else { return .ignore("not addressed") }
            return MessageFile(message).map { .file($0) } ?? .unreadable
        }
    }

    /// What a message asks the agent, a file in the words of its caption; nil where it has no text, or is a command.
    package func text(of message: MessageContent) -> String? {
        if let file = MessageFile(message) { return file.caption ?? "" }
        guard message.msgtype == .text || message.msgtype == .emote, typedCommand(in: message) == nil else {
            return nil
        }
        let text = Self.withoutReplyFallback(message).trimmingWhitespace
        guard !text.isEmpty, CommandParser(prefix: prefix, names: names).parse(text) == nil else { return nil }
        return text
    }

    /// The number that a message is, where it is nothing else.
    package static func number(in message: MessageContent) -> Int? {
        number(withoutReplyFallback(message).trimmingWhitespace)
    }

    /// The command that a client has sent besides the text, which is only its fallback then.
    private func typedCommand(in message: MessageContent) -> ParsedCommand? {
        guard let typedCommands, let invocation = CommandInvocation(content: message.content) else { return nil }
        return typedCommands.typed(invocation)
    }

    private static func number(_ text: String) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private var names: [String] {
        [userID.rawValue, displayName, userID.localpart].compactMap { $0 }
    }

    /// Older clients still put the quoted message in front of a reply, each line behind `> `.
    private static func withoutReplyFallback(_ message: MessageContent) -> String {
        guard case .reply = message.relation, message.body.hasPrefix("> ") else { return message.body }
        let lines = message.body.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.drop { $0.hasPrefix(">") }.joined(separator: "\n")
    }
}

extension String {
    /// The text without white space and NUL characters at its ends.
    fileprivate var trimmingWhitespace: String {
        let isPadding: (Character) -> Bool = { $0.isWhitespace || $0 == "\0" }
        guard let start = firstIndex(where: { !isPadding($0) }),
            let end = lastIndex(where: { !isPadding($0) })
        else { return "" }
        return String(self[start...end])
    }
}
