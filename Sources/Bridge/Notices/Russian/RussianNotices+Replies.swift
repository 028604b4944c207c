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
        "Пока я читаю только текст; изображения и файлы мне недоступны."
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
