import Logging
import MatrixAPI

/// Gives rooms their names; where the homeserver does not let it, or takes too long, nothing else hangs on it.
struct RoomNaming: Sendable {
    private static let patience: Duration = .seconds(2)

    let homeserver: any Homeserver
    let outbox: Outbox
    let clock: BridgeClock
    let logger: Logger

    /// Names a room; naming it twice is naming it once.
    func name(_ roomID: RoomID, _ name: String) async {
        await outbox.countEvent()
        let isNamed = await clock.limited(to: Self.patience) { [homeserver] in
            try await homeserver.setState(EventType.roomName, key: "", to: ["name": .string(name)], in: roomID)
            return true
        }
        if isNamed == nil { logger.debug("a room could not be named", metadata: ["room": "\(roomID)"]) }
    }
}
