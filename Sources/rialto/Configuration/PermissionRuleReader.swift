import Bridge
import MatrixAPI

/// Reads one rule of the list, and notes everything that is wrong with it.
struct PermissionRuleReader {
    private var reader: ConfigurationTableReader

    /// Makes a reader for the rule at a path below the key.
    init(_ node: TOMLNode, path: [String], directory: String) {
        reader = ConfigurationTableReader(node, members: Self.members, kind: "rule", path: path, directory: directory)
    }

    /// What is wrong; the rule counts only where this is empty.
    var problems: [ConfigurationValueError] { reader.problems }

    /// The rule; nil where something is wrong with it.
    mutating func rule() -> PermissionRule? {
        let users: [UserIDGlob]? = reader.value("users") {
            $0.isEmpty ? "must name somebody; \"*\" is everybody" : nil
        }
        let rooms: [String]? = reader.value("rooms", check: Self.refusal(ofRooms:))
        let commands: [String]? = reader.value("commands", check: Self.refusal(ofCommands:))
        let access: PermissionRule.Access? = reader.value("access")
        reader.require("commands", "has no `commands`, which it is about")
        reader.require("access", "has no `access`: \"allow\" or \"deny\"")
        guard problems.isEmpty, let commands, let access else { return nil }
        return PermissionRule(
            users: users ?? ["*"],
            rooms: rooms ?? [PermissionRule.everything],
            commands: commands,
            access: access
        )
    }

    private static let members = ["users", "rooms", "commands", "access"]

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
