extension RussianNotices {
    package var notForStrangers: String {
        "Извините, я общаюсь только с людьми из своего списка. Добавить вас может тот, кто меня запускает."
    }

    package func commandNotPermitted(_ name: String, prefix: String) -> String {
        "Здесь вам недоступна команда \(MarkdownEscape.code(prefix + name, limit: 64)): "
            + "так решил тот, кто меня запускает. Список доступных команд: \(Self.typed(prefix, "help"))."
    }

    package func askingNotPermitted(prefix: String) -> String {
        "Здесь вам нельзя писать моему агенту: так решил тот, кто меня запускает. "
            + "Список доступных команд: \(Self.typed(prefix, "help"))."
    }
}
