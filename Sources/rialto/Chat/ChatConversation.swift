/// Takes lines from somewhere, and plays them one after the other.
struct ChatConversation: Sendable {
    /// The screen.
    let screen: ChatScreen
    /// How long a reply may take.
    let limit: Duration
    /// Whether a reply that is not complete in time ends the conversation.
    let stopsAtMissingReply: Bool

    /// Plays lines until there are no more.
    ///
    /// - Throws: `ChatError` with the code `noReply` where a reply is missing and that ends the conversation.
    func play(_ session: ChatSession, nextLine: () async throws -> String?) async throws {
        var session = session
        while true {
            screen.prompt()
            guard let line = try await nextLine() else { return }
            guard !line.trimmed.isEmpty else { continue }
            screen.begin(line)
            let isComplete = try await session.ask(line, limit: limit) { [screen] replies, isTyping in
                screen.show(replies, isTyping: isTyping)
            }
            guard !isComplete else { continue }
            let message = "no complete reply within \(limit.seconds) s"
            guard stopsAtMissingReply else {
                screen.say("\(message); write on, or end with Ctrl-D")
                continue
            }
            throw ChatError(
                code: .noReply,
                message: "\(message) to: \(ControlCharacters.escaped(String(line.prefix(200))))"
            )
        }
    }
}
