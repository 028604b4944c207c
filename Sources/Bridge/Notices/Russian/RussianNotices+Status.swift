package import Foundation

extension RussianNotices {
    package func status(_ status: BridgeStatus, isAgentConnected: Bool, model: String?) -> String {
        let agent = isAgentConnected ? "✅ на связи" : "⚠️ сейчас не на связи; я продолжаю попытки"
        let turns = "здесь \(Self.grouped(status.openTurnsInRoom)), во всех комнатах \(Self.grouped(status.openTurns))"
        let rate = String(format: "%.1f", status.eventsPerSecond).replacing(".", with: ",")
        var entries = [
            "**Агент:** \(agent)",
            "**Версия:** \(MarkdownEscape.code(status.version, limit: 64))",
            "**Работаю уже:** \(Self.span(status.uptime))",
            "**Комнаты:** \(Self.grouped(status.rooms))",
            "**Ответы в работе:** \(turns)",
            "**Правки:** \(edits(status.sends)); предел — \(rate) сообщения в секунду",
        ]
        if let model { entries.insert("**Модель здесь:** \(MarkdownEscape.code(model, limit: 64))", at: 1) }
        return "**Состояние**\n\n\(Self.list(entries))"
    }

    private func edits(_ counts: SendCounts) -> String {
        let (sent, saved) = (Self.grouped(counts.edits), Self.grouped(counts.saved))
        return
            "отправлено \(sent), сэкономлено \(saved), ограничений со стороны сервера: \(Self.grouped(counts.throttled))"
    }

    package func whoami(matrixID: String, userID: String, since: Date) -> String {
        let entries = [
            "**В Matrix:** \(MarkdownEscape.code(matrixID, limit: 255))",
            "**Для моего агента:** \(MarkdownEscape.code(userID, limit: 300))",
            "**Знакомы с:** \(Self.time(since))",
        ]
        return "**Вы**\n\n\(Self.list(entries))"
    }

    package func context(
        threadID: String,
        startedAt: Date,
        turns: Int,
        tokensUsed: Int,
        enabledSkills: [String]
    ) -> String {
        let entries = [
            "**Номер:** \(MarkdownEscape.code(threadID, limit: 300))",
            "**Начат:** \(Self.time(startedAt))",
            "**Ответы:** \(Self.grouped(turns))",
            "**Токены:** \(tokensUsed > 0 ? Self.grouped(tokensUsed) : "не подсчитаны")",
            "**Включённые навыки:** \(enabledSkills.isEmpty ? "нет" : Self.names(enabledSkills))",
        ]
        return "**Этот разговор**\n\n\(Self.list(entries))"
    }
}
