import PlatformSDK

/// `!status`: shows how the bridge and the way to the agent stand, without the reasons, which are for operators.
struct StatusCommand: BuiltInCommand {
    static let commandName = CommandName.status
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let isConnected = await context.platform.agentStatus() == .connected
        return CommandReply(notices.status(context.status, isAgentConnected: isConnected))
    }
}
