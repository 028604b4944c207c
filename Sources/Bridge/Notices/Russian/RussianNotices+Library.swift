extension RussianNotices {
    package func conversations(
        _ conversations: [ListedConversation],
        within limit: Duration?,
        prefix: String
    ) -> String {
        let entries = conversations.map { conversation in
            let number = conversation.number.map { "**\($0)**" } ?? "**из другого места**"
            let title = conversation.title.map { MarkdownEscape.code($0, limit: 64) } ?? "без названия"
            let mark = conversation.isCurrent ? " ← мы здесь" : ""
            return "\(number): \(title), начат \(Self.time(conversation.since)), "
                + "\(Self.count(conversation.turns, RussianNoun("ответ", "ответа", "ответов")))\(mark)"
        }
        return "**Разговоры здесь**\n\n\(Self.list(entries))\n\n\(Self.goingOn(within: limit, prefix))"
            + "\(Self.typed(prefix, "rename <название>")) — назвать текущий, "
            + "\(Self.typed(prefix, "archive <номер>")) — убрать разговор из списка."
    }

    package func resumed(number: Int, title: String?) -> String {
        let name = title.map { ", \(MarkdownEscape.code($0, limit: 64))" } ?? ""
        return "Продолжаем разговор \(number)\(name)."
    }

    package func conversationGone(prefix: String) -> String {
        "Этого разговора нет в списке. Показать список заново: \(Self.typed(prefix, "chats"))."
    }

    package func noConversation(_ typed: String, prefix: String) -> String {
        "Здесь нет разговора \(MarkdownEscape.code(typed, limit: 64)). "
            + "Список разговоров: \(Self.typed(prefix, "chats"))."
    }

    package func renamed(_ title: String) -> String {
        "Теперь этот разговор называется \(MarkdownEscape.code(title, limit: 64))."
    }

    package func archived(number: Int) -> String { "Разговор \(number) убран из списка." }

    package var archivedCurrent: String { "Этот разговор убран из списка, и здесь начинается новый." }

    package func saved(_ name: String, prefix: String) -> String {
        "Разговор сохранён под именем \(MarkdownEscape.code(name, limit: 64)). "
            + "Вернуться к нему здесь или в другой комнате: \(Self.typed(prefix, "load"))."
    }

    package func nameUnusable(maximumLength: Int) -> String {
        "Выберите, пожалуйста, другое имя: в нём может быть не больше "
            + "\(Self.count(maximumLength, RussianNoun("буквы", "букв", "букв"))), и оно не должно быть просто числом."
    }

    package func savesFull(maximum: Int, prefix: String) -> String {
        let noun = RussianNoun("разговор", "разговора", "разговоров")
        return "У вас уже сохранено \(Self.count(maximum, noun)), больше не помещается. "
            + "Удалить один из них: \(Self.typed(prefix, "remove <номер>"))."
    }

    package func noSaves(prefix: String) -> String {
        "У вас нет сохранённых разговоров. Сохранить этот: \(Self.typed(prefix, "save"))."
    }

    package func saves(_ saves: [ListedSave], within limit: Duration?, prefix: String) -> String {
        "**Ваши сохранённые разговоры**\n\n\(Self.list(saves.map(Self.entry)))\n\n"
            + "\(Self.goingOn(within: limit, prefix))\(Self.typed(prefix, "remove <номер>")) — удалить."
    }

    package func chooseRemoval(_ saves: [ListedSave], within limit: Duration, prefix: String) -> String {
        "**Ваши сохранённые разговоры**\n\n\(Self.list(saves.map(Self.entry)))\n\n"
            + "Какой из них удалить? Ответьте его номером; я жду ответа \(Self.span(limit)). "
            + "`0` или \(Self.typed(prefix, "cancel")) — оставить всё как есть."
    }

    package func chooseSave(_ saves: [ListedSave], within limit: Duration, prefix: String) -> String {
        "**Ваши сохранённые разговоры**\n\n\(Self.list(saves.map(Self.entry)))\n\n"
            + "Какой из них продолжить? Ответьте его номером; я жду ответа \(Self.span(limit)). "
            + "`0` или \(Self.typed(prefix, "cancel")) — оставить всё как есть."
    }

    package func noSave(_ typed: String, prefix: String) -> String {
        "У вас нет сохранённого разговора \(MarkdownEscape.code(typed, limit: 64)). "
            + "Список сохранённых: \(Self.typed(prefix, "list"))."
    }

    package func loaded(_ name: String) -> String {
        "Продолжаем здесь разговор \(MarkdownEscape.code(name, limit: 64))."
    }

    package func removed(_ name: String) -> String {
        "Разговор \(MarkdownEscape.code(name, limit: 64)) больше не сохранён."
    }

    package func noSuchChoice(maximum: Int) -> String {
        "Ответьте, пожалуйста, числом от 1 до \(maximum) или `0`, чтобы оставить всё как есть."
    }

    package var nothingToCancel: String { "Отменять нечего." }

    /// How to go on with a conversation of a list; empty where a number does not.
    private static func goingOn(within limit: Duration?, _ prefix: String) -> String {
        limit.map { limit in
            "Чтобы продолжить разговор, ответьте его номером; я жду ответа \(span(limit)). `0` или "
                + "\(typed(prefix, "cancel")) — оставить всё как есть. "
        } ?? ""
    }

    private static func entry(_ save: ListedSave) -> String {
        "**\(save.number)**: \(MarkdownEscape.code(save.name, limit: 64)), сохранён \(time(save.savedAt))"
    }
}
