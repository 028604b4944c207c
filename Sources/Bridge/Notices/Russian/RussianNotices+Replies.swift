extension RussianNotices {
    package var stopped: String { "остановлено" }

    package var brokenOff: String { "Здесь мой агент прервался, поэтому ответ может быть неполным." }

    package var interruptedTooOften: String {
        "Работа над этим ответом прерывалась несколько раз, и он так и не завершён. Спросите, пожалуйста, ещё раз."
    }

    package var refusedAnswer: String { "Сервер не принял мой ответ. Пожалуйста, спросите иначе." }

    package var answerTooLong: String { "Ответ остановлен: он стал слишком длинным." }

    package var emptyAnswer: String { "Моему агенту нечего на это ответить." }

    package var messageWithoutText: String {
        "Я читаю текст, изображения и файлы, но не сообщения такого рода."
    }

    package func sentence(for failure: AttachmentFailure) -> String {
        switch failure {
        case .tooLarge(let limit): "Не удалось принять ваш файл: он больше \(limit) МБ."
        case .encrypted: "Не удалось принять ваш файл: он зашифрован."
        case .gone: "Не удалось принять ваш файл: на сервере его больше нет."
        case .unavailable, .cancelled: "Не удалось получить ваш файл. Отправьте его, пожалуйста, ещё раз."
        }
    }

    package func answerInFiles(_ count: Int) -> String {
        count == 1 ? "Вот файл." : "Вот файлы: \(count)."
    }

    package func fileNotPosted(_ filename: String) -> String {
        "Есть файл, который не удалось отправить: \(MarkdownEscape.code(filename, limit: 64))."
    }

    package var messageTooLong: String {
        "Это сообщение слишком длинное для моего агента. Пожалуйста, отправьте его по частям."
    }

    package var retiredPart: String { "Эта часть убрана: ответ полон и без неё." }

    package var encryptedRoom: String {
        "Я пока не умею читать зашифрованные комнаты. Пожалуйста, напишите мне в комнате без шифрования."
    }

    package var inviteDeclined: String { "Я принимаю приглашения только от людей из своего списка." }

    package func tokens(_ count: Int) -> String {
        Self.count(count, RussianNoun("токен", "токена", "токенов"))
    }
}
