package import MatrixAPI

/// Tells by a room's power levels whether an account may send messages there (client-server API, `m.room.power_levels`).
package struct SpeechCheck: Sendable {
    /// What an account lacks.
    package struct Lack: Hashable, Sendable {
        /// The power level that it has.
        package var level: Int64
        /// The power level that messages need.
        package var needed: Int64

        /// Creates a lack.
        package init(level: Int64, needed: Int64) {
            self.level = level
            self.needed = needed
        }
    }

    private let userID: UserID

    /// Creates a check for an account.
    package init(userID: UserID) {
        self.userID = userID
    }

    /// What the account lacks by the last power levels among these events; nil where it may speak, or they say nothing.
    package func lack(in events: [RoomEvent]) -> Lack? {
        guard let levels = events.last(where: { $0.type == EventType.roomPowerLevels && $0.stateKey == "" })?.content
        else { return nil }
        // From room version 12 on, a room's creators may do everything and stand in no list.
        guard !events.contains(where: isOwnCreation) else { return nil }
        let level = Self.number(levels["users"]?[userID.rawValue]) ?? Self.number(levels["users_default"]) ?? 0
        let needed =
            Self.number(levels["events"]?[EventType.roomMessage]) ?? Self.number(levels["events_default"]) ?? 0
        return level < needed ? Lack(level: level, needed: needed) : nil
    }

    private func isOwnCreation(_ event: RoomEvent) -> Bool {
        guard event.type == EventType.roomCreate, event.stateKey == "" else { return false }
        let others = event.content["additional_creators"]?.arrayValue ?? []
        return event.sender == userID || others.contains(.string(userID.rawValue))
    }

    /// A level; old rooms have strings of digits in places of numbers.
    private static func number(_ json: JSONValue?) -> Int64? {
        json?.intValue ?? json?.stringValue.flatMap { Int64($0.filter { !$0.isWhitespace }) }
    }
}
