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
            var reader = PermissionRuleReader(path: [TOMLLineLocator.member(index + 1)], directory: directory)
            if let rule = reader.rule(node) { rules.append(rule) }
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

extension TOMLNode {
    /// The same value in JSON; nil where there is something in it that TOML does not have.
    fileprivate init?(_ json: JSONValue) {
        switch json {
        case .null: return nil
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(Int(value))
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .array(let elements):
            let nodes = elements.compactMap(TOMLNode.init)
            guard nodes.count == elements.count else { return nil }
            self = .array(nodes)
        case .object(let members):
            let nodes = members.compactMapValues(TOMLNode.init)
            guard nodes.count == members.count else { return nil }
            self = .table(nodes)
        }
    }
}
