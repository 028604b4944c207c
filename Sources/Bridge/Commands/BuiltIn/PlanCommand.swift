import PlatformSDK

/// `!plan`: shows the plan, which only the platform sets.
struct PlanCommand: BuiltInCommand {
    static let commandName = CommandName.plan
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let settings = try await context.platform.getSettings(userID: context.user.userID)
        return CommandReply(notices.plan(ShownProperty.list(settings.plan)))
    }
}
