import Foundation

/// `!chats`: lists the conversations of this place; a number that is typed back goes on with one.
struct ChatsCommand: BuiltInCommand, ChoiceCommand {
    static let commandName = CommandName.chats
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let known = try await context.library.conversations(at: context.thread.place)
        var listed = known.enumerated().filter { !$1.isArchived || $1.threadID == context.thread.threadID }
            .map { Self.entry($1, number: $0 + 1, context) }
        if !known.contains(where: { $0.threadID == context.thread.threadID }) {
            listed.append(Self.entry(context.thread, number: nil, context))
        }
        let asks = listed.contains { $0.number != nil && !$0.isCurrent } && !context.awaitsYesOrNo
        // The newest first: the list is cut where it is long.
        let text = notices.conversations(
            listed.reversed(), within: asks ? Confirmation.lifetime : nil, prefix: context.commands.prefix)
        return CommandReply(text, effect: asks ? .askChoice(known.map(\.threadID)) : nil)
    }

    package func chosen(_ option: String, _ context: CommandContext) async throws -> CommandReply {
        let known = try await context.library.conversations(at: context.thread.place)
        let index = known.firstIndex { $0.threadID == option }
        let isCurrent = option == context.thread.threadID
        guard let index, !known[index].isArchived || isCurrent else {
            // It was taken off the list; the question stays, for another number.
            return CommandReply(notices.conversationGone(prefix: context.commands.prefix))
        }
        return CommandReply(
            notices.resumed(number: index + 1, title: known[index].title),
            effect: .closeConfirmation,
            change: isCurrent ? nil : .resume(threadID: option, place: context.thread.place)
        )
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
