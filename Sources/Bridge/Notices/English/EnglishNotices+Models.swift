package import PlatformSDK

extension EnglishNotices {
    package func models(_ offered: OfferedModels, chosen: String?, prefix: String) -> String {
        var parts = ["**Models**", Self.list(offered, current: chosen ?? offered.defaultName)]
        if let chosen, !offered.contains(chosen) {
            parts.insert(
                "This conversation is set to \(Self.model(chosen)), which my agent does not offer any more.", at: 1)
        }
        return (parts + [Self.howToChoose(prefix)]).joined(separator: "\n\n")
    }

    package func modelChosen(_ model: OfferedModel) -> String {
        "From the next message on, \(Self.name(model)) answers in this conversation."
    }

    package func defaultModelChosen(_ name: String?) -> String {
        let model = name.map { ", \(Self.model($0))," } ?? ""
        return "From the next message on, my agent's default model\(model) answers in this conversation."
    }

    package func unknownModel(
        _ typed: String, suggestion: String?, _ offered: OfferedModels, prefix: String
    ) -> String {
        let hint = suggestion.map { " Did you mean \(Self.model($0))?" } ?? ""
        return "There is no model \(Self.model(typed)).\(hint) There is:\n\n"
            + "\(Self.list(offered, current: nil))\n\n\(Self.howToChoose(prefix))"
    }

    package func noModelChoice(chosen: String?, prefix: String) -> String {
        let sentence = "My agent has no models to choose from."
        guard let chosen else { return sentence }
        return "\(sentence) This conversation is still set to \(Self.model(chosen)), so nobody can answer here; "
            + "\(Self.typed(prefix, "model default")) puts that right."
    }

    private static func list(_ offered: OfferedModels, current: String?) -> String {
        list(
            offered.models.enumerated().map { index, model in
                var facts = [name(model)]
                if let tokens = model.contextTokens { facts.append("reads \(grouped(tokens)) tokens") }
                if model.name == offered.defaultName { facts.append("the default") }
                let mark = model.name == current ? " ← answers here" : ""
                return "**\(index + 1)**: \(facts.joined(separator: ", "))\(mark)"
            })
    }

    private static func howToChoose(_ prefix: String) -> String {
        "To choose one for this conversation: \(typed(prefix, "model <number>")) or \(typed(prefix, "model <name>")). "
            + "\(typed(prefix, "model default")) goes back."
    }

    private static func name(_ model: OfferedModel) -> String {
        model.title.map { "\(MarkdownEscape.text($0, limit: 64)) (\(Self.model(model.name)))" }
            ?? Self.model(model.name)
    }

    private static func model(_ name: String) -> String { MarkdownEscape.code(name, limit: 64) }
}
