import PlatformSDK

/// `!skill on|off <name>`: switches a skill.
struct SkillCommand: BuiltInCommand {
    static let commandName = CommandName.skill
    let notices: any Notices
    package let parameters: [CommandParameter] = [.required(.state, .onOrOff), .required(.skill)]

    package func run(_ context: CommandContext) async throws -> CommandReply {
        guard let wanted = SwitchArguments(context.arguments) else {
            return CommandReply(notices.usageError(help, prefix: context.commands.prefix))
        }
        let settings = try await context.platform.getSettings(userID: context.user.userID)
        guard let name = wanted.knownName(in: settings.skills) else {
            return unknown(wanted.name, in: settings)
        }
        do {
            let action = SettingsAction.toggleSkill(name: name, enabled: wanted.isOn)
            _ = try await context.platform.updateSettings(userID: context.user.userID, action)
        } catch SettingsAction.Rejection.unknownSkill {
            return unknown(name, in: settings)
        }
        return CommandReply(notices.switched(.skill, name, isOn: wanted.isOn))
    }

    private func unknown(_ name: String, in settings: UserSettings) -> CommandReply {
        let known = settings.skills.keys.sorted()
        let suggestion = EditDistance.nearest(to: name, among: known)
        return CommandReply(notices.unknownSwitch(.skill, name, suggestion: suggestion, known: known))
    }
}
