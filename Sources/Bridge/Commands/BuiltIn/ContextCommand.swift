import Foundation
import PlatformSDK

/// `!context`: shows the thread at this place.
struct ContextCommand: BuiltInCommand {
    static let commandName = CommandName.context
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let settings = try await context.platform.getSettings(userID: context.user.userID)
        let thread = context.thread
        return CommandReply(
            notices.context(
                threadID: thread.threadID,
                startedAt: Date(timeIntervalSince1970: Double(thread.startedAt) / 1000),
                turns: thread.turns,
                tokensUsed: thread.tokensUsed,
                enabledSkills: settings.enabledSkills
            )
        )
    }
}
