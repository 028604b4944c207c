import Logging
import MatrixAPI
import Synchronization

/// Joins rooms: answers invites, politely where it may not join, and follows a room into the one that replaces it.
final class InviteHandler: Sendable {
    private static let maximumAttempts = 10

    private let homeserver: any Homeserver
    private let outbox: Outbox
    private let directory: RoomDirectory
    private let invites: [UserIDGlob]
    private let notices: any Notices
    private let clock: BridgeClock
    private let logger: Logger
    private let directRooms: DirectRoomMarker
    private let failedAttempts = Mutex<[Int64: Int]>([:])

    /// Creates a handler.
    ///
    /// - Parameter invites: Whose invites are accepted; nobody's when empty.
    init(
        homeserver: any Homeserver,
        outbox: Outbox,
        directory: RoomDirectory,
        invites: [UserIDGlob],
        notices: any Notices,
        clock: BridgeClock,
        logger: Logger
    ) {
        self.homeserver = homeserver
        self.outbox = outbox
        self.directory = directory
        self.invites = invites
        self.notices = notices
        self.clock = clock
        self.logger = logger
        directRooms = DirectRoomMarker(homeserver: homeserver, clock: clock, logger: logger)
    }

    /// Answers an invite; throws where it is to be tried again, which is not for ever.
    ///
    /// - Returns: Whether the bot is in the room now.
    func answer(_ item: InboxItem, from inviter: UserID, isEncrypted: Bool) async throws -> Bool {
        let roomID = item.roomID
        // An invite that was withdrawn, or taken up in a later sync, needs no answer any more.
        guard let room = directory.room(roomID), room.membership == .invited else { return false }
        var isJoined = false
        await outbox.countEvent()
        do {
            if !invites.contains(where: { $0.matches(inviter) }) {
                logger.info("an invite is declined: its sender is not allowed", metadata: ["room": "\(roomID)"])
                try await homeserver.leave(roomID, reason: notices.inviteDeclined)
            } else if isEncrypted {
                logger.warning("an invite is declined: the room is encrypted", metadata: ["room": "\(roomID)"])
                try await homeserver.leave(roomID, reason: notices.encryptedRoom)
            } else {
                try await homeserver.join(roomID, via: [])
                isJoined = true
            }
        } catch {
            try await throwUnlessFinal(error, of: item)
            logger.warning("an invite could not be answered", metadata: ["room": "\(roomID)", "error": "\(error)"])
        }
        if isJoined, room.isMarkedDirect { try await directRooms.mark(roomID, with: inviter) }
        failedAttempts.withLock { $0[item.sequence] = nil }
        return isJoined
    }

    /// Joins the room that has taken another one's place; throws where it is to be tried again, which is not for ever.
    ///
    /// Where the new room lets nobody in without an invite, the conversations move all the same and wait for it.
    func follow(_ item: InboxItem, to successor: RoomID, by sender: UserID) async throws {
        guard directory.room(successor)?.membership != .joined else { return }
        logger.info("a room has been replaced", metadata: ["room": "\(item.roomID)", "successor": "\(successor)"])
        await outbox.countEvent()
        do {
            try await homeserver.join(successor, via: [sender.serverName].compactMap { $0 })
        } catch {
            try await throwUnlessFinal(error, of: item)
            logger.warning(
                "the room that has taken another's place cannot be joined without an invite",
                metadata: ["room": "\(item.roomID)", "error": "\(error)"]
            )
        }
        failedAttempts.withLock { $0[item.sequence] = nil }
    }

    /// Logs that the bot was removed from a room by somebody else.
    func noteDeparture(from roomID: RoomID, by sender: UserID?, isBanned: Bool) {
        guard sender != homeserver.userID else { return }
        var metadata: Logger.Metadata = ["room": "\(roomID)"]
        if let sender { metadata["by"] = "\(sender)" }
        if isBanned {
            logger.notice("the bot was banned from a room", metadata: metadata)
        } else {
            logger.notice("the bot was removed from a room", metadata: metadata)
        }
    }

    /// Throws where a failed attempt at joining or leaving is to be made again.
    private func throwUnlessFinal(_ error: HomeserverError, of item: InboxItem) async throws {
        switch error.kind {
        case .cancelled:
            throw CancellationError()
        case .unknownToken:
            throw error
        case .limited(let retryAfter):
            try await clock.sleep(for: retryAfter ?? .seconds(5))
            throw error
        case .unreachable where noteFailure(of: item) < Self.maximumAttempts:
            throw error
        case .unreachable, .unintelligible, .rejected:
            return
        }
    }

    /// Counts a failed attempt and returns how many there have been.
    private func noteFailure(of item: InboxItem) -> Int {
        failedAttempts.withLock { failed in
            failed[item.sequence, default: 0] += 1
            return failed[item.sequence, default: 0]
        }
    }
}
