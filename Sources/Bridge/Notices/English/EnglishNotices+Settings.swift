package import PlatformSDK

extension EnglishNotices {
    package func settings(_ settings: UserSettings, prefix: String) -> String {
        let skills = settings.enabledSkills
        let safety = settings.safety.filter(\.value).keys.sorted()
        let entries = [
            "**Skills on:** \(skills.isEmpty ? "none" : Self.names(skills)) (of \(settings.skills.count))",
            "**Safety on:** \(safety.isEmpty ? "none" : Self.names(safety)) (of \(settings.safety.count))",
            "**Soul:** \(settings.soul.isEmpty ? "nothing set" : Self.names(settings.soul.keys.sorted()))",
            "**Connectors:** \(settings.connectors.isEmpty ? "none" : Self.names(settings.connectors.keys.sorted()))",
            "**Plan:** \(Self.properties(ShownProperty.list(settings.plan)))",
        ]
        let commands = ["skill", "safety", "soul"].map { Self.typed(prefix, $0) }.joined(separator: ", ")
        return "**Your settings**\n\n\(Self.list(entries))\n\nYou can change some of them: \(commands)"
    }

    package func soul(_ fields: [String: String], prefix: String) -> String {
        let usage = "To set a field: \(Self.typed(prefix, "soul <field> <value>"))"
        guard !fields.isEmpty else { return "No field of the soul is set. \(usage)" }
        let entries = fields.sorted { $0.key < $1.key }.map { Self.field($0.key, $0.value) }
        return "**Who I am for you**\n\n\(Self.list(entries))\n\n\(usage)"
    }

    package func soulField(_ field: String, value: String?) -> String {
        value.map { Self.field(field, $0, limit: 4096) } ?? "\(MarkdownEscape.code(field, limit: 64)) is not set."
    }

    package func soulSet(_ field: String, value: String) -> String {
        "\(MarkdownEscape.code(field, limit: 64)) is now \(MarkdownEscape.code(value))."
    }

    package func soulCleared(_ field: String) -> String {
        "\(MarkdownEscape.code(field, limit: 64)) is now empty."
    }

    package func soulNameTooLong(maximumBytes: Int) -> String {
        "The name of that field is too long: it can have up to \(Self.bytes(maximumBytes))."
    }

    package func soulValueTooLong(maximumBytes: Int) -> String {
        "That text is too long: a field can hold up to \(Self.bytes(maximumBytes))."
    }

    package func soulFull(maximumFields: Int) -> String {
        "There can be at most \(Self.count(maximumFields, "field")). Please clear one first."
    }

    package func plan(_ properties: [ShownProperty]) -> String {
        guard !properties.isEmpty else { return "You have no plan. Plans are set by whoever runs me." }
        let entries = properties.map { "\(MarkdownEscape.code($0.name, limit: 64)): \(Self.value($0))" }
        return "**Your plan**\n\n\(Self.list(entries))\n\nIt is set by whoever runs me."
    }

    package func connectors(_ connectors: [String: [ShownProperty]]) -> String {
        guard !connectors.isEmpty else {
            return "You have no connected services. They are set by whoever runs me."
        }
        let entries = connectors.sorted { $0.key < $1.key }.map { name, properties in
            let shown = properties.isEmpty ? "connected" : Self.properties(properties)
            return "\(MarkdownEscape.code(name, limit: 64)): \(shown)"
        }
        return "**Your connected services**\n\n\(Self.list(entries))\n\nThey are set by whoever runs me."
    }

    private static let maximumInlineProperties = 8

    private static func properties(_ properties: [ShownProperty]) -> String {
        guard !properties.isEmpty else { return "none" }
        var shown = properties.prefix(maximumInlineProperties).map {
            "\(MarkdownEscape.code($0.name, limit: 64)) \(value($0))"
        }
        let hidden = properties.count - maximumInlineProperties
        if hidden > 0 { shown.append("… and \(grouped(hidden)) more") }
        return shown.joined(separator: ", ")
    }

    private static func value(_ property: ShownProperty) -> String {
        property.value.map { MarkdownEscape.code($0, limit: 100) } ?? "(hidden)"
    }

    private static func field(_ name: String, _ value: String, limit: Int = MarkdownEscape.defaultLimit) -> String {
        "\(MarkdownEscape.code(name, limit: 64)): \(MarkdownEscape.code(value, limit: limit))"
    }

    private static func bytes(_ number: Int) -> String {
        "\(grouped(number)) plain letters (other letters and emoji count as several)"
    }
}
