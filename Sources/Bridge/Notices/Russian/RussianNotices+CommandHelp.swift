extension RussianNotices {
    package func help(for command: CommandName) -> CommandHelp {
        switch command {
        case .help:
            CommandHelp(
                usage: "help [команда]",
                summary: "список команд или справка об одной из них",
                details: "Укажите название команды, чтобы узнать о ней больше."
            )
        case .start:
            CommandHelp(usage: "start", summary: "приветствие и рассказ о том, что я умею")
        case .new:
            CommandHelp(
                usage: "new",
                summary: "начать здесь новый разговор",
                details: "Мой агент больше не будет учитывать сказанное раньше. Сообщения останутся в комнате."
            )
        case .skills:
            CommandHelp(usage: "skills", summary: "ваши навыки и какие из них включены")
        case .skill:
            CommandHelp(
                usage: "skill on|off <название>",
                summary: "включить или выключить навык",
                details: "Навык — это то, что мой агент может делать для вас. "
                    + "Изменение действует со следующего сообщения."
            )
        case .model:
            CommandHelp(
                usage: "model [номер|название|default]",
                summary: "какие есть модели, или выбор одной из них для этого разговора",
                details: "Выбор действует со следующего сообщения и до следующего выбора: новый разговор здесь "
                    + "сохраняет модель, забытый — нет. С `default` снова отвечает обычная модель моего агента."
            )
        case .settings:
            CommandHelp(usage: "settings", summary: "все ваши настройки сразу")
        case .soul:
            CommandHelp(
                usage: "soul [<поле> <значение> | clear <поле>]",
                summary: "посмотреть или задать, кто я для вас",
                details: "Без дополнений команда показывает все поля, а с одним названием поля — только его. "
                    + "Поля могут быть любыми, например `name` или `instructions`."
            )
        case .safety:
            CommandHelp(
                usage: "safety [on|off <название>]",
                summary: "посмотреть переключатели безопасности или изменить один из них"
            )
        case .plan:
            CommandHelp(usage: "plan", summary: "ваш тариф")
        case .connectors:
            CommandHelp(usage: "connectors", summary: "подключённые вами сервисы")
        case .status:
            CommandHelp(usage: "status", summary: "как у меня дела")
        case .whoami:
            CommandHelp(usage: "whoami", summary: "кто вы для меня")
        case .context:
            CommandHelp(usage: "context", summary: "сведения о текущем разговоре")
        case .usage:
            CommandHelp(
                usage: "usage",
                summary: "показывает, сколько вы потратили",
                details: "Токенами считает модель моего агента; на день их может быть отведено определённое число."
            )
        case .chats:
            CommandHelp(
                usage: "chats",
                summary: "список разговоров здесь",
                details: "Ответьте номером из списка, чтобы продолжить этот разговор."
            )
        case .rename:
            CommandHelp(
                usage: "rename <название>",
                summary: "дать этому разговору название"
            )
        case .archive:
            CommandHelp(
                usage: "archive [номер]",
                summary: "убрать разговор из списка",
                details: "Без номера — текущий разговор, и тогда начинается новый. Сообщения останутся в комнате."
            )
        case .save:
            CommandHelp(
                usage: "save [имя]",
                summary: "сохранить этот разговор под именем",
                details:
                    "Без имени разговор получит имя по времени. Имя, которое у вас уже есть, перейдёт к этому разговору."
            )
        case .load:
            CommandHelp(
                usage: "load [номер|имя]",
                summary: "продолжить сохранённый разговор",
                details: "Без дополнений я покажу список сохранённых разговоров и спрошу номер."
            )
        case .list:
            CommandHelp(
                usage: "list",
                summary: "список сохранённых вами разговоров",
                details: "Ответьте номером из списка, чтобы продолжить этот разговор здесь."
            )
        case .remove:
            CommandHelp(
                usage: "remove [номер|имя]",
                summary: "удалить разговор из сохранённых",
                details: "Без дополнений я покажу список сохранённых разговоров и спрошу номер."
            )
        case .cancel:
            CommandHelp(
                usage: "cancel",
                summary: "отменить то, о чём я спрашиваю"
            )
        case .reset:
            CommandHelp(
                usage: "reset",
                summary: "забыть этот разговор — после вашего подтверждения",
                details: "Сначала я переспрошу. Сообщения останутся в комнате."
            )
        case .stop:
            CommandHelp(usage: "stop", summary: "остановить ответы, которые сейчас пишутся здесь")
        case .retry:
            CommandHelp(
                usage: "retry",
                summary: "ответить на последний вопрос здесь ещё раз",
                details: "Новый ответ встанет на место старого. Чтобы повторить ответ на более ранний вопрос, "
                    + "поставьте под ним реакцию 🔁."
            )
        case .yes:
            CommandHelp(usage: "yes", summary: "согласиться с тем, о чём я спрашиваю")
        case .no:
            CommandHelp(usage: "no", summary: "отказаться от того, о чём я спрашиваю")
        }
    }

    package func meaning(of parameter: CommandParameter.Key) -> String {
        switch parameter {
        case .command: "команда, которую нужно объяснить"
        case .state: "on — включить, off — выключить"
        case .skill: "название навыка"
        case .model: "номер или название модели, или default"
        case .safetySwitch: "название переключателя безопасности"
        case .field: "поле, или clear, чтобы очистить указанное следом"
        case .value: "новое значение поля"
        case .title: "название разговора"
        case .number: "номер разговора"
        case .name: "имя, под которым сохранить разговор"
        case .choice: "номер или имя сохранённого разговора"
        }
    }

    package func commandList(_ commands: [CommandHelp], prefix: String) -> String {
        let entries = commands.map { "\(Self.typed(prefix, $0.usage)): \($0.summary)" }
        let more = Self.typed(prefix, "help <команда>")
        return "**Команды**\n\n\(Self.list(entries))\n\n\(more) расскажет подробнее об одной из них. "
            + "Всё остальное, что вы мне пишете, получает мой агент."
    }

    package func commandDetails(_ command: CommandHelp, prefix: String) -> String {
        let line = "\(Self.typed(prefix, command.usage)): \(command.summary)"
        return command.details.map { "\(line)\n\n\($0)" } ?? line
    }

    package func unknownCommand(_ name: String, prefix: String, suggestion: String?) -> String {
        let unknown = "Я не знаю команды \(MarkdownEscape.code(prefix + name, limit: 64))."
        let all = "Список всех команд: \(Self.typed(prefix, "help"))."
        return suggestion.map { "\(unknown) Может быть, вы имели в виду \(Self.typed(prefix, $0))? \(all)" }
            ?? "\(unknown) \(all)"
    }

    package func usageError(_ command: CommandHelp, prefix: String) -> String {
        "Пожалуйста, введите команду так: \(Self.typed(prefix, command.usage))"
    }
}
