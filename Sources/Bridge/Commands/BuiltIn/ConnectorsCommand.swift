import PlatformSDK

/// `!connectors`: shows the connected services, which only the platform sets.
struct ConnectorsCommand: BuiltInCommand {
    static let commandName = CommandName.connectors
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let settings = try await context.platform.getSettings(userID: context.user.userID)
        return CommandReply(notices.connectors(settings.connectors.mapValues(ShownProperty.list)))
    }
}
