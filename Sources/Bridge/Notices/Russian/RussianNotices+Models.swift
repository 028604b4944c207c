package import PlatformSDK

extension RussianNotices {
    package func models(_ offered: OfferedModels, chosen: String?, prefix: String) -> String {
        var parts = ["**Модели**", Self.list(offered, current: chosen ?? offered.defaultName)]
        if let chosen, !offered.contains(chosen) {
            parts.insert(
                "Для этого разговора выбрана модель \(Self.model(chosen)), но мой агент её больше не предлагает.", at: 1
            )
        }
        return (parts + [Self.howToChoose(prefix)]).joined(separator: "\n\n")
    }

    package func modelChosen(_ model: OfferedModel) -> String {
        "Начиная со следующего сообщения в этом разговоре отвечает \(Self.name(model))."
    }

    package func defaultModelChosen(_ name: String?) -> String {
        let model = name.map { ": \(Self.model($0))" } ?? ""
        return "Начиная со следующего сообщения в этом разговоре отвечает обычная модель моего агента\(model)."
    }

    package func unknownModel(
        _ typed: String, suggestion: String?, _ offered: OfferedModels, prefix: String
    ) -> String {
        let hint = suggestion.map { " Может быть, вы имели в виду \(Self.model($0))?" } ?? ""
        return "Модели \(Self.model(typed)) нет.\(hint) Есть:\n\n"
            + "\(Self.list(offered, current: nil))\n\n\(Self.howToChoose(prefix))"
    }

    package func noModelChoice(chosen: String?, prefix: String) -> String {
        let sentence = "У моего агента нет моделей на выбор."
        guard let chosen else { return sentence }
        return
            "\(sentence) Для этого разговора ещё выбрана модель \(Self.model(chosen)), поэтому ответить здесь некому; "
            + "это исправит \(Self.typed(prefix, "model default"))."
    }

    private static func list(_ offered: OfferedModels, current: String?) -> String {
        list(
            offered.models.enumerated().map { index, model in
                var facts = [name(model)]
                if let tokens = model.contextTokens {
                    facts.append("читает \(count(tokens, RussianNoun("токен", "токена", "токенов")))")
                }
                if model.name == offered.defaultName { facts.append("обычная") }
                let mark = model.name == current ? " ← отвечает здесь" : ""
                return "**\(index + 1)**: \(facts.joined(separator: ", "))\(mark)"
            })
    }

    private static func howToChoose(_ prefix: String) -> String {
        "Чтобы выбрать модель для этого разговора: \(typed(prefix, "model <номер>")) или "
            + "\(typed(prefix, "model <название>")). Вернуться к обычной: \(typed(prefix, "model default"))."
    }

    private static func name(_ model: OfferedModel) -> String {
        model.title.map { "\(MarkdownEscape.text($0, limit: 64)) (\(Self.model(model.name)))" }
            ?? Self.model(model.name)
    }

    private static func model(_ name: String) -> String { MarkdownEscape.code(name, limit: 64) }
}
