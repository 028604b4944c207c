package import MatrixAPI

/// Who may, or may not, do what and where, as an operator has written it.
package struct PermissionRule: Hashable, Sendable {
    /// What a rule says.
    package enum Access: String, CaseIterable, Sendable {
        /// It may be done.
        case allow
        /// It may not be done.
        case deny
    }

    /// Stands for every room, or for every action.
    package static let everything = "*"

    /// Whom it is about.
    package var users: [UserIDGlob]
    /// The ids of the rooms that it holds in, or `*`.
    package var rooms: [String]
    /// The names of commands, `ask` for a message to the agent, or `*`.
    package var commands: [String]
    /// What it says.
    package var access: Access

    /// Creates a rule.
    package init(
        users: [UserIDGlob] = ["*"],
        rooms: [String] = [everything],
        commands: [String],
        access: Access
    ) {
        self.users = users
        self.rooms = rooms
        self.commands = commands
        self.access = access
    }

    /// Whether it is about everybody.
    fileprivate var isAboutEverybody: Bool { users.contains("*") }

    fileprivate func covers(_ action: String, in room: RoomID) -> Bool {
        (commands.contains(Self.everything) || commands.contains(action))
            && (rooms.contains(Self.everything) || rooms.contains(room.rawValue))
    }

    fileprivate func covers(_ action: String, by user: UserID, in room: RoomID) -> Bool {
        covers(action, in: room) && users.contains { $0.matches(user) }
    }
}

/// Decides what people who may use the bot may do with it: the first rule that covers a case decides, and what no rule
/// covers is allowed.
package struct PermissionPolicy: Hashable, Sendable {
    /// The name in rules for writing to the agent.
    package static let asking = "ask"

    private let rules: [PermissionRule]

    /// Creates a policy of rules in their order.
    package init(_ rules: [PermissionRule] = []) {
        self.rules = rules
    }

    /// Whether a person may use a command, or ask the agent, in a room.
    ///
    /// - Parameter action: The name of a command, in lower case, or `asking`.
    package func allows(_ action: String, by user: UserID, in room: RoomID) -> Bool {
        rules.first { $0.covers(action, by: user, in: room) }?.access != .deny
    }

    /// Whether anybody may use a command in a room.
    package func allowsSomebody(_ action: String, in room: RoomID) -> Bool {
        let deciding = rules.first { $0.covers(action, in: room) && ($0.access == .allow || $0.isAboutEverybody) }
        return deciding?.access != .deny
    }
}

/// What people who may not use the bot get when they write to it.
package enum StrangerAnswer: String, CaseIterable, Sendable {
    /// Nothing.
    case silence
    /// One sentence, once in each room.
    case notice
}
