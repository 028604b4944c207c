/// `!archive [number]`: takes a conversation of this place off the list; where it is the current one, a new one begins.
struct ArchiveCommand: BuiltInCommand {
    static let commandName = CommandName.archive
    let notices: any Notices
    package let parameters: [CommandParameter] = [.optional(.number, .number)]

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let known = try await context.library.conversations(at: context.thread.place)
        let current = context.thread.threadID
        let typed = context.arguments
        guard !typed.isEmpty else {
            // A conversation of another place stays on that place's list.
            let isOwn = known.contains { $0.threadID == current }
            return CommandReply(
                notices.archivedCurrent, effect: .startThread, change: isOwn ? .archive(threadID: current) : nil)
        }
        guard let number = Int(typed), number >= 1, number <= known.count, !known[number - 1].isArchived else {
            return CommandReply(notices.noConversation(typed, prefix: context.commands.prefix))
        }
        let thread = known[number - 1]
        guard thread.threadID != current else {
            return CommandReply(
                notices.archivedCurrent, effect: .startThread, change: .archive(threadID: current))
        }
        return CommandReply(notices.archived(number: number), change: .archive(threadID: thread.threadID))
    }
}
