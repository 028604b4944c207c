package import MatrixAPI

/// Tells by a room's power levels whether an account may set a kind of state there (client-server API,
/// `m.room.power_levels`).
package struct StatePermission: Sendable {
    private let userID: UserID

    /// Creates a check for an account.
    package init(userID: UserID) {
        self.userID = userID
    }

    /// Whether the account may set state of a type.
    ///
    /// - Parameters:
    ///   - levels: The content of the room's power levels; in a room without any, everybody may.
    ///   - creation: The content of the room's first event.
    package func allows(_ type: String, levels: JSONValue?, creation: JSONValue?) -> Bool {
        guard let levels else { return true }
        // From room version 12 on, a room's creators may do everything and stand in no list.
        if creation?["additional_creators"]?.arrayValue?.contains(.string(userID.rawValue)) == true { return true }
        let level = PowerLevel(levels["users"]?[userID.rawValue]) ?? PowerLevel(levels["users_default"]) ?? .lowest
        let needed = PowerLevel(levels["events"]?[type]) ?? PowerLevel(levels["state_default"]) ?? .ofModerators
        return level >= needed
    }
}

/// A power level.
private struct PowerLevel: Comparable {
    static let lowest = PowerLevel(value: 0)
    static let ofModerators = PowerLevel(value: 50)

    let value: Int64

    static func < (left: PowerLevel, right: PowerLevel) -> Bool { left.value < right.value }
}

extension PowerLevel {
    /// Reads a level; old rooms have strings of digits in places of numbers.
    init?(_ json: JSONValue?) {
        let digits = json?.stringValue.flatMap { Int64($0.filter { !$0.isWhitespace }) }
        guard let value = json?.intValue ?? digits else { return nil }
        self.init(value: value)
    }
}
