import Bridge
import MatrixAPI

/// Reads one rule of the list, and notes everything that is wrong with it.
struct PermissionRuleReader {
    /// What is wrong; the rule counts only where this is empty.
    private(set) var problems: [ConfigurationValueError] = []

    private let path: [String]
    private let directory: String

    /// Makes a reader for the rule at a path below the key.
    init(path: [String], directory: String) {
        self.path = path
        self.directory = directory
    }

    /// The rule; nil where something is wrong with it.
    mutating func rule(_ node: TOMLNode) -> PermissionRule? {
        guard case .table(let table) = node else {
            note(ConfigurationValueError("is \(node.typeName), must be a table"))
            return nil
        }
        var meant: Set<String> = []
        for name in table.keys.sorted() where !Self.members.contains(name) {
            let nearest = Spelling.nearest(to: name, among: Self.members)
            if let nearest { meant.insert(nearest) }
            let hint = nearest.map { "did you mean \"\($0)\"?" }
            let otherwise = "the keys of a rule are \(Self.members.joined(separator: ", "))"
            note(ConfigurationValueError("unknown key; \(hint ?? otherwise)"), in: name)
        }
        let users: [UserIDGlob]? = value("users", of: table) {
            $0.isEmpty ? "must name somebody; \"*\" is everybody" : nil
        }
        let rooms: [String]? = value("rooms", of: table, check: Self.refusal(ofRooms:))
        let commands: [String]? = value("commands", of: table, check: Self.refusal(ofCommands:))
        let access: PermissionRule.Access? = value("access", of: table)
        if table["commands"] == nil, !meant.contains("commands") {
            note(ConfigurationValueError("has no `commands`, which it is about"))
        }
        if table["access"] == nil, !meant.contains("access") {
            note(ConfigurationValueError("has no `access`: \"allow\" or \"deny\""))
        }
        guard problems.isEmpty, let commands, let access else { return nil }
        return PermissionRule(
            users: users ?? ["*"],
            rooms: rooms ?? [PermissionRule.everything],
            commands: commands,
            access: access
        )
    }

    private static let members = ["users", "rooms", "commands", "access"]

    private mutating func note(_ problem: ConfigurationValueError, in member: String? = nil) {
        problems.append(
            ConfigurationValueError(
                problem.message, element: problem.element, path: path + [member].compactMap { $0 }))
    }

    private mutating func value<Value: ConfigurationValue>(
        _ name: String,
        of table: [String: TOMLNode],
        check: (Value) -> String? = { _ in nil }
    ) -> Value? {
        guard let node = table[name] else { return nil }
        do throws(ConfigurationValueError) {
            let value = try Value(node: node, directory: directory)
            if let problem = check(value) { throw ConfigurationValueError(problem) }
            return value
        } catch {
            note(error, in: name)
            return nil
        }
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
