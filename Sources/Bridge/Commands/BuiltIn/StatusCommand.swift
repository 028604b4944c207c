import PlatformSDK

/// `!status`: shows how the bridge and the way to the agent stand, without the reasons, which are for operators.
struct StatusCommand: BuiltInCommand {
    static let commandName = CommandName.status
    let notices: any Notices

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let isConnected = await context.platform.agentStatus() == .connected
        let offered = try? await context.platform.models()
        let model = context.thread.model ?? offered?.defaultName
        return CommandReply(notices.status(context.status, isAgentConnected: isConnected, model: model))
    }
}
