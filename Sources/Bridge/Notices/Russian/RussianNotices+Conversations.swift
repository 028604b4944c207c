extension RussianNotices {
    package func welcome(displayName: String?, isDirectRoom: Bool, prefix: String) -> String {
        let name = displayName.map { MarkdownEscape.text($0, limit: 64) } ?? ""
        let greeting = name.isEmpty ? "Здравствуйте!" : "Здравствуйте, \(name)!"
        let how =
            isDirectRoom
            ? "Просто напишите мне" : "Упомяните меня или ответьте на моё сообщение"
        return "\(greeting) Я передаю ваши сообщения своему ИИ-агенту, и его ответ появляется здесь по мере написания. "
            + "\(how), и я отвечу.\n\n"
            + "\(Self.typed(prefix, "help")) — что ещё я умею, \(Self.typed(prefix, "new")) — начать новый разговор, "
            + "\(Self.typed(prefix, "stop")) — остановить ответ."
    }

    package var newThread: String {
        "Здесь начинается новый разговор. Мой агент больше не учитывает сказанное раньше."
    }

    package func confirmReset(within limit: Duration, prefix: String) -> String {
        "Забыть этот разговор? Вернуть его будет нельзя, если сначала не сохранить его: \(Self.typed(prefix, "save")). "
            + "Ответьте \(Self.typed(prefix, "yes")) или \(Self.typed(prefix, "no")); "
            + "я жду ответа \(Self.span(limit))."
    }

    package var wasReset: String { "Контекст сброшен. Начнём с чистого листа." }

    package func stopping(turns: Int) -> String {
        turns > 1 ? "Останавливаю \(Self.count(turns, RussianNoun("ответ", "ответа", "ответов")))." : "Останавливаю."
    }

    package var nothingToStop: String { "Останавливать нечего: сейчас здесь не пишется ни один ответ." }

    package var retrying: String { "Отвечаю ещё раз, на том же месте." }

    package var nothingToRetry: String { "Здесь нет вопроса, на который можно ответить ещё раз." }

    package var stillAnswering: String { "Я ещё отвечаю на ваш последний вопрос." }

    package var nothingToConfirm: String { "Сейчас нет вопроса, на который можно ответить «да» или «нет»." }

    package func confirmationExpired(command: String, prefix: String) -> String {
        "Время на ответ вышло. Если вы всё ещё этого хотите, введите \(Self.typed(prefix, command)) ещё раз."
    }

    package var declined: String { "Хорошо, ничего не изменилось." }
}
