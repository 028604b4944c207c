package import PlatformSDK

/// `!model [number|name|default]`: shows the models that there are, or chooses the one that answers in this conversation.
struct ModelCommand: BuiltInCommand {
    static let commandName = CommandName.model
    let notices: any Notices
    package let parameters: [CommandParameter] = [.optional(.model)]

    private static let defaultWord = "default"

    package func run(_ context: CommandContext) async throws -> CommandReply {
        let typed = context.arguments
        let prefix = context.commands.prefix
        guard typed.lowercased() != Self.defaultWord else {
            // The way back is there even while the agent is not.
            let offered = try? await context.platform.models()
            return CommandReply(notices.defaultModelChosen(offered?.defaultName), change: setting(nil, context))
        }
        let offered = try await context.platform.models()
        guard let offered, !offered.models.isEmpty else {
            return CommandReply(notices.noModelChoice(chosen: context.thread.model, prefix: prefix))
        }
        guard !typed.isEmpty else {
            return CommandReply(notices.models(offered, chosen: context.thread.model, prefix: prefix))
        }
        guard let model = offered.picked(by: typed) else {
            let suggestion = EditDistance.nearest(to: typed, among: offered.models.map(\.name))
            return CommandReply(notices.unknownModel(typed, suggestion: suggestion, offered, prefix: prefix))
        }
        return CommandReply(notices.modelChosen(model), change: setting(model.name, context))
    }

    private func setting(_ model: String?, _ context: CommandContext) -> ConversationChange {
        .setModel(threadID: context.thread.threadID, model: model)
    }
}

extension OfferedModels {
    /// The model that a person means: by its name, its number in the list from 1, or what is unmistakable in another case.
    package func picked(by typed: String) -> OfferedModel? {
        if let model = models.first(where: { $0.name == typed }) { return model }
        if let number = Int(typed) { return models.indices.contains(number - 1) ? models[number - 1] : nil }
        let lowered = typed.lowercased()
        for matches in [
            models.filter { $0.name.lowercased() == lowered }, models.filter { $0.title?.lowercased() == lowered },
        ] where matches.count == 1 {
            return matches[0]
        }
        return nil
    }
}
