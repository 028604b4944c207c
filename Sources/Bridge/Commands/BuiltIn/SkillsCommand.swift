import PlatformSDK

/// `!skills`: shows the skills and which are on.
struct SkillsCommand: BuiltInCommand {
    static let commandName = CommandName.skills
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let settings = try await context.platform.getSettings(userID: context.user.userID)
        return CommandReply(notices.switches(.skill, settings.skills, prefix: context.commands.prefix))
    }
}
