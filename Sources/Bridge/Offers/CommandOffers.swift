package import Logging
package import MatrixAPI
import Synchronization

/// Offers the bot's commands in the state of its rooms (MSC4391), one room after another, whenever nothing else is to be
/// sent.
///
/// What was sent is remembered, so that only changes are sent; where the bot may not set state, nothing is. Nothing else
/// waits for it or depends on it.
package final class CommandOffers: Sendable {
    private struct Waiting {
        var order: [RoomID] = []
        var members: Set<RoomID> = []
    }

    /// Between two rooms that the homeserver was asked about, so that a start with many rooms is no burst of requests.
    private static let pauseBetweenRooms: Duration = .milliseconds(250)
    private static let maximumAttempts = 5
    /// Stands for a fingerprint where it is not known whether the description has arrived; no fingerprint is empty.
    private static let beingSent = ""

    private let homeserver: any Homeserver
    private let store: any CommandOfferStore
    private let outbox: Outbox
    private let directory: RoomDirectory
    private let descriptions: @Sendable (RoomID) -> [CommandDescription]
    private let permission: StatePermission
    private let clock: BridgeClock
    private let logger: Logger
    private let waiting = Mutex(Waiting())
    private let changed = WakeSignal()

    /// Creates the offers of an account.
    ///
    /// - Parameter descriptions: What a room should offer; empty takes back what it does.
    package init(
        homeserver: any Homeserver,
        store: any CommandOfferStore,
        outbox: Outbox,
        directory: RoomDirectory,
        descriptions: @escaping @Sendable (RoomID) -> [CommandDescription],
        clock: BridgeClock,
        logger: Logger
    ) {
        self.homeserver = homeserver
        self.store = store
        self.outbox = outbox
        self.directory = directory
        self.descriptions = descriptions
        permission = StatePermission(userID: homeserver.userID)
        self.clock = clock
        self.logger = logger
    }

    /// Lets rooms be looked at: those that the bot is in or comes into, and those whose power levels have changed.
    package func look(at rooms: [RoomID]) {
        waiting.withLock { waiting in
            for roomID in rooms where waiting.members.insert(roomID).inserted { waiting.order.append(roomID) }
        }
        changed.raise()
    }

    /// Looks at rooms as they come, until it is cancelled.
    package func run() async {
        while !Task.isCancelled {
            guard let roomID = next() else {
                await changed.wait()
                continue
            }
            do {
                try await bringUpToDate(roomID)
            } catch is CancellationError {
                return
            } catch {
                // The next start looks at the room again.
                logger.debug(
                    "commands are not offered in a room", metadata: ["room": "\(roomID)", "reason": "\(error)"])
            }
        }
    }

    private func next() -> RoomID? {
        waiting.withLock { waiting in
            guard !waiting.order.isEmpty else { return nil }
            let roomID = waiting.order.removeFirst()
            waiting.members.remove(roomID)
            return roomID
        }
    }

    private func bringUpToDate(_ roomID: RoomID) async throws {
        guard isOpen(roomID) else { return }
        let offered = try await store.commandOffers(in: roomID)
        let changes = OfferPolicy.changes(to: descriptions(roomID), of: homeserver.userID, offered: offered)
        guard !changes.isEmpty else { return }
        try await clock.sleep(for: Self.pauseBetweenRooms)
        guard try await mayOffer(in: roomID) else {
            logger.debug("the bot may not offer its commands in a room", metadata: ["room": "\(roomID)"])
            return
        }
        for change in changes {
            guard isOpen(roomID) else { return }
            // A description whose sending is cut short may stand in the room: it is sent again, or taken back, by this note.
            let key = change.stateKey
            if change.fingerprint != nil, offered[key] == nil {
                try await store.noteCommandOffer(Self.beingSent, stateKey: key, in: roomID)
            }
            try await set(change, in: roomID)
            try await store.noteCommandOffer(change.fingerprint, stateKey: key, in: roomID)
        }
        logger.debug("commands are offered in a room", metadata: ["room": "\(roomID)", "changes": "\(changes.count)"])
    }

    /// Whether the room is one that the bot works in.
    private func isOpen(_ roomID: RoomID) -> Bool {
        guard let room = directory.room(roomID) else { return false }
        return room.membership == .joined && !room.isEncrypted && room.successor == nil
    }

    private func mayOffer(in roomID: RoomID) async throws -> Bool {
        let homeserver = homeserver
        let levels = try await persistently { () async throws(HomeserverError) in
            try await homeserver.state(EventType.roomPowerLevels, key: "", in: roomID)
        }
        let creation = try await persistently { () async throws(HomeserverError) in
            try await homeserver.state(EventType.roomCreate, key: "", in: roomID)
        }
        return permission.allows(CommandDescription.eventType, levels: levels, creation: creation)
    }

    private func set(_ change: OfferPolicy.Change, in roomID: RoomID) async throws {
        let (homeserver, outbox) = (homeserver, outbox)
        try await persistently { () async throws in
            try await outbox.perform { () async throws(HomeserverError) in
                // It may have waited for long.
                guard isOpen(roomID) else {
                    throw HomeserverError(.rejected(.forbidden), "the room is not one to offer commands in any more")
                }
                try await homeserver.setState(
                    CommandDescription.eventType, key: change.stateKey, to: change.content, in: roomID)
            }
        }
    }

    /// Makes a request again while that may help, a few times and with growing pauses.
    private func persistently<Value>(_ request: () async throws -> Value) async throws -> Value {
        var backoff = RetryBackoff(first: .seconds(1), limit: .seconds(60))
        for _ in 1..<Self.maximumAttempts {
            do {
                return try await request()
            } catch let error as HomeserverError {
                switch error.kind {
                case .limited, .unreachable, .unknownToken: try await clock.sleep(for: backoff.next())
                case .cancelled: throw CancellationError()
                case .unintelligible, .rejected: throw error
                }
            }
        }
        return try await request()
    }
}
