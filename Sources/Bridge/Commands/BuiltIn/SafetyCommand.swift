import PlatformSDK

/// `!safety [on|off <name>]`: shows the safety switches, or sets one.
struct SafetyCommand: BuiltInCommand {
    static let commandName = CommandName.safety
    let notices: any Notices
    package let parameters: [CommandParameter] = [.optional(.state, .onOrOff), .optional(.safetySwitch)]

    package func run(_ context: CommandContext) async throws -> CommandReply {
        guard !context.arguments.isEmpty else {
            let settings = try await context.platform.getSettings(userID: context.user.userID)
            return CommandReply(notices.switches(.safety, settings.safety, prefix: context.commands.prefix))
        }
        guard let wanted = SwitchArguments(context.arguments) else {
            return CommandReply(notices.usageError(help, prefix: context.commands.prefix))
        }
        let settings = try await context.platform.getSettings(userID: context.user.userID)
        guard let name = wanted.knownName(in: settings.safety) else {
            return unknown(wanted.name, in: settings)
        }
        do {
            let action = SettingsAction.setSafety(name: name, enabled: wanted.isOn)
            _ = try await context.platform.updateSettings(userID: context.user.userID, action)
        } catch SettingsAction.Rejection.unknownSafety {
            return unknown(name, in: settings)
        }
        return CommandReply(notices.switched(.safety, name, isOn: wanted.isOn))
    }

    private func unknown(_ name: String, in settings: UserSettings) -> CommandReply {
        let known = settings.safety.keys.sorted()
        let suggestion = EditDistance.nearest(to: name, among: known)
        return CommandReply(notices.unknownSwitch(.safety, name, suggestion: suggestion, known: known))
    }
}
