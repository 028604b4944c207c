import Logging
import MatrixAPI

/// Ends the turns that have moved to a room which the bot has not come into within a limit: nobody can read their answer.
struct StrandedTurns: Sendable {
    private static let interval: Duration = .seconds(60)

    private let store: any BridgeStore
    private let directory: RoomDirectory
    private let limit: Duration
    private let clock: BridgeClock
    private let logger: Logger

    /// Creates the service's part for turns that have moved in vain.
    ///
    /// - Parameter limit: How long they wait; restarts of the program do not begin it anew.
    init(store: any BridgeStore, directory: RoomDirectory, limit: Duration, clock: BridgeClock, logger: Logger) {
        self.store = store
        self.directory = directory
        self.limit = limit
        self.clock = clock
        self.logger = logger
    }

    /// Looks for such turns from time to time, until its task is cancelled.
    ///
    /// - Parameter ended: Told the room of each turn that was ended.
    func run(_ ended: (RoomID) -> Void) async {
        repeat {
            do {
                for roomID in try await end() { ended(roomID) }
            } catch {
                logger.warning("turns that have moved cannot be looked at", metadata: ["error": "\(error)"])
            }
        } while (try? await clock.sleep(for: Self.interval)) != nil
    }

    private func end() async throws -> Set<RoomID> {
        let time = clock.milliseconds - Int64(limit / .milliseconds(1))
        var rooms: Set<RoomID> = []
        for turn in try await store.turnsMoved(before: time) where !isReachable(turn.question.place.roomID) {
            logger.warning(
                "a question is given up: the bot was never let into the room that has taken its room's place",
                metadata: ["turn": "\(turn.turnID)", "room": "\(turn.question.place.roomID)"]
            )
            try await store.finish(turn.turnID, revision: turn.revision)
            rooms.insert(turn.question.place.roomID)
        }
        for roomID in try await store.roomsWithPendingNotices() where directory.room(roomID) == nil {
            for notice in try await store.pendingNotices(in: roomID) where notice.storedAt < time {
                try await store.conclude(notice.id, .refused("\(MatrixErrorCode.forbidden)"))
            }
        }
        return rooms
    }

    /// Whether a turn of this room can come to its end by itself.
    private func isReachable(_ roomID: RoomID) -> Bool {
        switch directory.room(roomID)?.membership {
        case .joined, .left: true
        case .invited, nil: false
        }
    }
}
