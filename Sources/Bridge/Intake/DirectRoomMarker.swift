package import Logging
package import MatrixAPI

/// Notes in the account's `m.direct` which rooms are direct chats with whom, so that the account's other clients show
/// them as such (client-server API, "Direct messaging").
///
/// The list can only be read and written as a whole: one change at a time.
package actor DirectRoomMarker {
    private static let maximumAttempts = 5

    private let homeserver: any Homeserver
    private let clock: BridgeClock
    private let logger: Logger
    private var isChanging = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Creates a marker.
    package init(homeserver: any Homeserver, clock: BridgeClock, logger: Logger) {
        self.homeserver = homeserver
        self.clock = clock
        self.logger = logger
    }

    /// Adds a room to a user's; where the homeserver does not let it, the log says so, and nothing else hangs on it.
    package func mark(_ roomID: RoomID, with user: UserID) async throws(CancellationError) {
        await takeTurn()
        defer { passTurn() }
        var backoff = RetryBackoff()
        for attempt in 1...Self.maximumAttempts {
            do {
                let content = try await homeserver.accountData(EventType.direct)
                let changed = DirectRooms.adding(roomID, for: user, to: content)
                if changed != content { try await homeserver.setAccountData(EventType.direct, to: changed) }
                return
            } catch {
                let mayPass =
                    switch error.kind {
                    case .limited, .unreachable: true
                    default: false
                    }
                guard error.kind != .cancelled else { throw CancellationError() }
                guard mayPass, attempt < Self.maximumAttempts else {
                    logger.warning(
                        "a room could not be noted as a direct chat",
                        metadata: ["room": "\(roomID)", "error": "\(error)"]
                    )
                    return
                }
            }
            do { try await clock.sleep(for: backoff.next()) } catch { throw CancellationError() }
        }
    }

    private func takeTurn() async {
        guard isChanging else {
            isChanging = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func passTurn() {
        if waiting.isEmpty { isChanging = false } else { waiting.removeFirst().resume() }
    }
}
