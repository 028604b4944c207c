import PlatformSDK

/// `!soul [<field> <value> | clear <field>]`: shows, sets or removes fields of the soul.
struct SoulCommand: BuiltInCommand {
    static let commandName = CommandName.soul
    let notices: any Notices
    package let parameters: [CommandParameter] = [.optional(.field), .optional(.value)]

    /// The most fields that a person can set, so that settings stay small.
    static let maximumFields = 32

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let words = context.arguments.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
        let field = words.first ?? ""
        let value = words.dropFirst().first.map(Self.trimmed)
        let settings = try await context.platform.getSettings(userID: context.user.userID)
        guard !field.isEmpty else { return CommandReply(notices.soul(settings.soul, prefix: context.commands.prefix)) }
        if field.lowercased() == "clear" {
            guard let value, !value.contains(where: \.isWhitespace) else {
                return CommandReply(notices.usageError(help, prefix: context.commands.prefix))
            }
            return try await set(Self.knownField(value, in: settings.soul), to: nil, settings, context)
        }
        let known = Self.knownField(field, in: settings.soul)
        guard let value else { return CommandReply(notices.soulField(known, value: settings.soul[known])) }
        return try await set(known, to: value, settings, context)
    }

    private func set(
        _ field: String,
        to value: String?,
        _ settings: UserSettings,
        _ context: CommandContext
    ) async throws -> CommandReply {
        guard field.utf8.count <= SettingsAction.maximumNameBytes else {
            return CommandReply(notices.soulNameTooLong(maximumBytes: SettingsAction.maximumNameBytes))
        }
        guard (value?.utf8.count ?? 0) <= SettingsAction.maximumValueBytes else {
            return CommandReply(notices.soulValueTooLong(maximumBytes: SettingsAction.maximumValueBytes))
        }
        if value != nil, settings.soul[field] == nil, settings.soul.count >= Self.maximumFields {
            return CommandReply(notices.soulFull(maximumFields: Self.maximumFields))
        }
        do {
            let action = SettingsAction.setSoul(field: field, value: value)
            _ = try await context.platform.updateSettings(userID: context.user.userID, action)
        } catch SettingsAction.Rejection.invalidValue(let maximumBytes) {
            return CommandReply(notices.soulValueTooLong(maximumBytes: maximumBytes))
        }
        return CommandReply(value.map { notices.soulSet(field, value: $0) } ?? notices.soulCleared(field))
    }

    /// The field as the settings write it where they have it in another case, so that no field is there twice.
    private static func knownField(_ field: String, in fields: [String: String]) -> String {
        if fields[field] != nil { return field }
        let lowered = field.lowercased()
        return fields.keys.sorted().first { $0.lowercased() == lowered } ?? field
    }

    private static func trimmed(_ value: String) -> String {
        String(value.drop(while: \.isWhitespace))
    }
}
