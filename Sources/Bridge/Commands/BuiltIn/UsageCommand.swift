import PlatformSDK

/// `!usage`: shows what the person has spent, and how much of the shared budget is left.
struct UsageCommand: BuiltInCommand {
    static let commandName = CommandName.usage
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        do {
            let report = try await context.platform.usage(
                userID: context.user.userID, threadID: context.thread.threadID)
            return CommandReply(notices.tokenUsage(report))
        } catch let error as PlatformError {
            guard error.code == .unsupported else { throw error }
            return CommandReply(notices.tokenUsageUnknown)
        }
    }
}
