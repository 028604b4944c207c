package import PlatformSDK

extension RussianNotices {
    package func settings(_ settings: UserSettings, prefix: String) -> String {
        let skills = settings.enabledSkills
        let safety = settings.safety.filter(\.value).keys.sorted()
        let connectors = settings.connectors.keys.sorted()
        let entries = [
            "**Включённые навыки:** \(skills.isEmpty ? "нет" : Self.names(skills)) (из \(settings.skills.count))",
            "**Включённая защита:** \(safety.isEmpty ? "нет" : Self.names(safety)) (из \(settings.safety.count))",
            "**Характер:** \(settings.soul.isEmpty ? "не задан" : Self.names(settings.soul.keys.sorted()))",
            "**Сервисы:** \(connectors.isEmpty ? "нет" : Self.names(connectors))",
            "**Тариф:** \(Self.properties(ShownProperty.list(settings.plan)))",
        ]
        let commands = ["skill", "safety", "soul"].map { Self.typed(prefix, $0) }.joined(separator: ", ")
        return "**Ваши настройки**\n\n\(Self.list(entries))\n\nНекоторые из них можно изменить: \(commands)"
    }

    package func soul(_ fields: [String: String], prefix: String) -> String {
        let usage = "Чтобы задать поле: \(Self.typed(prefix, "soul <поле> <значение>"))"
        guard !fields.isEmpty else { return "Ни одно поле характера не задано. \(usage)" }
        let entries = fields.sorted { $0.key < $1.key }.map { Self.field($0.key, $0.value) }
        return "**Кто я для вас**\n\n\(Self.list(entries))\n\n\(usage)"
    }

    package func soulField(_ field: String, value: String?) -> String {
        value.map { Self.field(field, $0, limit: 4096) } ?? "Поле \(MarkdownEscape.code(field, limit: 64)) не задано."
    }

    package func soulSet(_ field: String, value: String) -> String {
        "Теперь в поле \(MarkdownEscape.code(field, limit: 64)) записано \(MarkdownEscape.code(value))."
    }

    package func soulCleared(_ field: String) -> String {
        "Теперь поле \(MarkdownEscape.code(field, limit: 64)) пусто."
    }

    package func soulNameTooLong(maximumBytes: Int) -> String {
        "Название поля слишком длинное: в нём может быть не больше \(Self.bytes(maximumBytes))."
    }

    package func soulValueTooLong(maximumBytes: Int) -> String {
        "Текст слишком длинный: в поле помещается не больше \(Self.bytes(maximumBytes))."
    }

    package func soulFull(maximumFields: Int) -> String {
        "Полей может быть не больше \(Self.grouped(maximumFields)). Сначала очистите одно из них."
    }

    package func plan(_ properties: [ShownProperty]) -> String {
        guard !properties.isEmpty else { return "У вас нет тарифа. Тарифы назначает тот, кто меня запускает." }
        let entries = properties.map { "\(MarkdownEscape.code($0.name, limit: 64)): \(Self.value($0))" }
        return "**Ваш тариф**\n\n\(Self.list(entries))\n\nЕго назначает тот, кто меня запускает."
    }

    package func connectors(_ connectors: [String: [ShownProperty]]) -> String {
        guard !connectors.isEmpty else {
            return "У вас нет подключённых сервисов. Их настраивает тот, кто меня запускает."
        }
        let entries = connectors.sorted { $0.key < $1.key }.map { name, properties in
            let shown = properties.isEmpty ? "подключён" : Self.properties(properties)
            return "\(MarkdownEscape.code(name, limit: 64)): \(shown)"
        }
        return "**Подключённые сервисы**\n\n\(Self.list(entries))\n\nИх настраивает тот, кто меня запускает."
    }

    private static let maximumInlineProperties = 8

    private static func properties(_ properties: [ShownProperty]) -> String {
        guard !properties.isEmpty else { return "нет" }
        var shown = properties.prefix(maximumInlineProperties).map {
            "\(MarkdownEscape.code($0.name, limit: 64)) \(value($0))"
        }
        let hidden = properties.count - maximumInlineProperties
        if hidden > 0 { shown.append("… и ещё \(grouped(hidden))") }
        return shown.joined(separator: ", ")
    }

    private static func value(_ property: ShownProperty) -> String {
        property.value.map { MarkdownEscape.code($0, limit: 100) } ?? "(скрыто)"
    }

    private static func field(_ name: String, _ value: String, limit: Int = MarkdownEscape.defaultLimit) -> String {
        "\(MarkdownEscape.code(name, limit: 64)): \(MarkdownEscape.code(value, limit: limit))"
    }

    /// Behind «не больше», which takes the genitive: the form for one differs from the nominative.
    private static func bytes(_ number: Int) -> String {
        let noun = RussianNoun("латинской буквы", "латинских букв", "латинских букв")
        return "\(count(number, noun)) (русская буква считается за две, эмодзи — за несколько)"
    }
}
