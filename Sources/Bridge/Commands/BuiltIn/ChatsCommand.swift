import Foundation

/// `!chats`: lists the conversations of this place.
struct ChatsCommand: BuiltInCommand {
    static let commandName = CommandName.chats
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let known = try await context.library.conversations(at: context.thread.place)
        var listed = known.enumerated().filter { !$1.isArchived || $1.threadID == context.thread.threadID }
            .map { Self.entry($1, number: $0 + 1, context) }
        if !known.contains(where: { $0.threadID == context.thread.threadID }) {
            listed.append(Self.entry(context.thread, number: nil, context))
        }
        // The newest first: the list is cut where it is long.
        return CommandReply(notices.conversations(listed.reversed(), prefix: context.commands.prefix))
    }

    private static func entry(
        _ thread: ConversationThread,
        number: Int?,
        _ context: CommandContext
    ) -> ListedConversation {
        ListedConversation(
            number: number,
            title: thread.title,
            since: Date(timeIntervalSince1970: Double(thread.startedAt) / 1000),
            turns: thread.turns,
            isCurrent: thread.threadID == context.thread.threadID
        )
    }
}
