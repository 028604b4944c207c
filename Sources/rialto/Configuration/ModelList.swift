import MatrixAPI

/// What the operator says of one model.
struct ModelEntry: Hashable, Sendable {
    /// The provider's name for it.
    var name: String
    /// What people know it as; nil for its name.
    var title: String?
    /// The tokens that question and answer may have together; nil where nobody has said.
    var contextTokens: Int?
    /// The most tokens of an answer; nil for the model's own limit.
    var maxOutputTokens: Int?
    /// What a million tokens of a question cost, in US dollars; nil together with the price of an answer.
    var inputPrice: Double?
    /// What a million tokens of a question cost that the provider had cached; nil for the price of the rest.
    var cachedInputPrice: Double?
    /// What a million tokens of an answer cost.
    var outputPrice: Double?
    /// Whether people may choose it.
    var isSelectable = true
}

/// The models of the configuration, as a list of tables.
struct ModelList: ConfigurationValue, Hashable {
    /// The most models that there may be.
    static let maximumCount = 100

    /// The models, each name once in whatever case, in the order in which people see them.
    var entries: [ModelEntry]

    static var allowed: String { "a list of tables, written [[provider.models]]" }

    init(node: TOMLNode, directory: String) throws(ConfigurationValueError) {
        guard case .array(let nodes) = node else { throw .wrongType(node, allowed: Self.allowed) }
        guard nodes.count <= Self.maximumCount else {
            throw ConfigurationValueError("has \(nodes.count) models, must have at most \(Self.maximumCount)")
        }
        var problems: [ConfigurationValueError] = []
        var places: [String: Int] = [:]
        entries = []
        for (index, node) in nodes.enumerated() {
            let path = TOMLLineLocator.member(index + 1)
            var reader = ModelEntryReader(node, path: [path], directory: directory)
            let entry = reader.entry()
            problems += reader.problems
            guard let entry else { continue }
            if let place = places[entry.name.lowercased()] {
                problems.append(
                    ConfigurationValueError(
                        "names the model \"\(entry.name)\" again, which is the \(Self.ordinal(place)) of the list",
                        path: [path, "name"]))
            }
            places[entry.name.lowercased()] = places[entry.name.lowercased()] ?? index + 1
            entries.append(entry)
        }
        guard let first = problems.first else { return }
        throw ConfigurationValueError(
            first.message, element: first.element, path: first.path, others: Array(problems.dropFirst()))
    }

    /// Reads the list as JSON: a variable has no room for tables.
    init(environment text: String, directory: String) throws(ConfigurationValueError) {
        guard let json = try? JSONValue(parsing: text.utf8), case .array = json, let node = TOMLNode(json) else {
            throw ConfigurationValueError(
                "must be a list of models in JSON, such as [{\"name\": \"model-name\", \"context_tokens\": 200000}]")
        }
        try self.init(node: node, directory: directory)
    }

    var tomlLiteral: String {
        "[\(entries.map(\.tomlLiteral).joined(separator: ", "))]"
    }

    private static func ordinal(_ number: Int) -> String {
        let suffix =
            switch (number % 10, number % 100) {
            case (_, 11...13): "th"
            case (1, _): "st"
            case (2, _): "nd"
            case (3, _): "rd"
            default: "th"
            }
        return "\(number)\(suffix)"
    }
}

extension ModelEntry {
    fileprivate var tomlLiteral: String {
        let members: [(String, String?)] = [
            ("name", name.tomlLiteral), ("title", title?.tomlLiteral), ("context_tokens", contextTokens?.tomlLiteral),
            ("max_output_tokens", maxOutputTokens?.tomlLiteral), ("input_price", inputPrice?.tomlLiteral),
            ("cached_input_price", cachedInputPrice?.tomlLiteral), ("output_price", outputPrice?.tomlLiteral),
            ("selectable", isSelectable ? nil : isSelectable.tomlLiteral),
        ]
        let written = members.compactMap { name, literal in literal.map { "\(name) = \($0)" } }
        return "{ \(written.joined(separator: ", ")) }"
    }
}
