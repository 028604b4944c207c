import Bridge
import MatrixAPI

/// The rules about what people may do, as a list of tables.
struct PermissionRules: ConfigurationValue, Hashable {
    /// The rules, in the order in which they are tried.
    var rules: [PermissionRule]

    static var allowed: String { "a list of tables, written [[bridge.rules]]" }

    init(node: TOMLNode, directory: String) throws(ConfigurationValueError) {
        guard case .array(let nodes) = node else { throw .wrongType(node, allowed: Self.allowed) }
        rules = []
        for (index, node) in nodes.enumerated() {
            rules.append(try Self.rule(node, at: [TOMLLineLocator.member(index + 1)], directory))
        }
    }

    init(environment text: String, directory: String) throws(ConfigurationValueError) {
        throw ConfigurationValueError("cannot be set by the environment; write [[bridge.rules]] into the file")
    }

    var tomlLiteral: String {
        let tables = rules.map { rule in
            "{ users = \(rule.users.tomlLiteral), rooms = \(rule.rooms.tomlLiteral), "
                + "commands = \(rule.commands.tomlLiteral), access = \(rule.access.tomlLiteral) }"
        }
        return "[\(tables.joined(separator: ", "))]"
    }

    private static let members = ["users", "rooms", "commands", "access"]

    private static func rule(
        _ node: TOMLNode,
        at path: [String],
        _ directory: String
    ) throws(ConfigurationValueError) -> PermissionRule {
        guard case .table(let table) = node else {
            throw ConfigurationValueError("is \(node.typeName), must be a table", path: path)
        }
        for name in table.keys.sorted() where !members.contains(name) {
            let hint = Spelling.nearest(to: name, among: members).map { "did you mean \"\($0)\"?" }
            let otherwise = "the keys of a rule are \(members.joined(separator: ", "))"
            throw ConfigurationValueError("unknown key; \(hint ?? otherwise)", path: path + [name])
        }
        func value<Value: ConfigurationValue>(
            _ name: String,
            check: (Value) -> String? = { _ in nil }
        ) throws(ConfigurationValueError) -> Value? {
            guard let node = table[name] else { return nil }
            do throws(ConfigurationValueError) {
                let value = try Value(node: node, directory: directory)
                if let problem = check(value) { throw ConfigurationValueError(problem) }
                return value
            } catch {
                throw ConfigurationValueError(error.message, element: error.element, path: path + [name])
            }
        }
        let users: [UserIDGlob]? = try value("users") { $0.isEmpty ? "must name somebody; \"*\" is everybody" : nil }
        let rooms: [String]? = try value("rooms", check: refusal(ofRooms:))
        let commands: [String]? = try value("commands", check: refusal(ofCommands:))
        let access: PermissionRule.Access? = try value("access")
        guard let commands else { throw ConfigurationValueError("has no `commands`, which it is about", path: path) }
        guard let access else { throw ConfigurationValueError("has no `access`: \"allow\" or \"deny\"", path: path) }
        return PermissionRule(
            users: users ?? ["*"],
            rooms: rooms ?? [PermissionRule.everything],
            commands: commands,
            access: access
        )
    }

    private static func refusal(ofRooms rooms: [String]) -> String? {
        guard !rooms.isEmpty else { return "must name a room; \"*\" is every room" }
        guard let odd = rooms.first(where: { $0 != PermissionRule.everything && !$0.hasPrefix("!") }) else {
            return nil
        }
        return "holds \"\(odd)\", must hold ids of rooms, which begin with !, or \"*\""
    }

    private static func refusal(ofCommands commands: [String]) -> String? {
        guard !commands.isEmpty else { return "must name a command; \"*\" is every command" }
        let known = CommandName.allCases.map(\.rawValue) + [PermissionPolicy.asking]
        guard let odd = commands.first(where: { $0 != PermissionRule.everything && !known.contains($0) }) else {
            return nil
        }
        let hint = Spelling.nearest(to: odd, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
        return "holds \"\(odd)\", which is no command\(hint)"
    }
}
