import Bridge
import MatrixAPI

/// The rules about what people may do, as a list of tables.
struct PermissionRules: ConfigurationValue, Hashable {
    /// The rules, in the order in which they are tried.
    var rules: [PermissionRule]

    static var allowed: String { "a list of tables, written [[bridge.rules]]" }

    init(node: TOMLNode, directory: String) throws(ConfigurationValueError) {
        guard case .array(let nodes) = node else { throw .wrongType(node, allowed: Self.allowed) }
        var problems: [ConfigurationValueError] = []
        rules = []
        for (index, node) in nodes.enumerated() {
            var reader = PermissionRuleReader(node, path: [TOMLLineLocator.member(index + 1)], directory: directory)
            if let rule = reader.rule() { rules.append(rule) }
            problems += reader.problems
        }
        guard let first = problems.first else { return }
        throw ConfigurationValueError(
            first.message, element: first.element, path: first.path, others: Array(problems.dropFirst()))
    }

    /// Reads the list as JSON: a variable has no room for tables.
    init(environment text: String, directory: String) throws(ConfigurationValueError) {
        guard let json = try? JSONValue(parsing: text.utf8), case .array = json, let node = TOMLNode(json) else {
            throw ConfigurationValueError(
                "must be a list of rules in JSON, such as [{\"commands\": [\"soul\"], \"access\": \"deny\"}]")
        }
        try self.init(node: node, directory: directory)
    }

    var tomlLiteral: String {
        let tables = rules.map { rule in
            "{ users = \(rule.users.tomlLiteral), rooms = \(rule.rooms.tomlLiteral), "
                + "commands = \(rule.commands.tomlLiteral), access = \(rule.access.tomlLiteral) }"
        }
        return "[\(tables.joined(separator: ", "))]"
    }
}
