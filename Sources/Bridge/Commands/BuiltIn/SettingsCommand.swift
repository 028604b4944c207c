import PlatformSDK

/// `!settings`: shows all settings at a glance and changes none.
struct SettingsCommand: BuiltInCommand {
    static let commandName = CommandName.settings
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let settings = try await context.platform.getSettings(userID: context.user.userID)
        return CommandReply(notices.settings(settings, prefix: context.commands.prefix))
    }
}
