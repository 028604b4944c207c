package import Logging
package import MatrixAPI

/// Fetches what a limited timeline has left out, so that a long absence or a busy room loses no message.
///
/// It walks back from the timeline's beginning to the last sync, to a message that was admitted, or to the bot's own
/// join, whichever comes first, and never further than its bound (client-server API, "Syncing"). The bot's own messages
/// do not end the walk: they may have been sent while nothing was heard.
package struct GapFiller: Sendable {
    /// The most events of one room that are fetched; what lies further back is left out, and the log says so.
    package static let maximumEvents = 2_000

    private let homeserver: any Homeserver
    private let store: any BridgeStore
    private static let maximumAttempts = 8

    private let clock: BridgeClock
    private let logger: Logger

    /// Creates a filler.
    package init(homeserver: any Homeserver, store: any BridgeStore, clock: BridgeClock, logger: Logger) {
        self.clock = clock
        self.homeserver = homeserver
        self.store = store
        self.logger = logger
    }

    /// The same response with whole timelines.
    ///
    /// Throws what the store throws, and `CancellationError`. A room whose history cannot be had keeps its gap, and the
    /// log says so: it must not hold up all others.
    ///
    /// - Parameter since: The token that the response answers.
    package func filled(_ response: SyncResponse, since: String) async throws -> SyncResponse {
        var response = response
        for (roomID, room) in response.rooms.join where room.timeline.limited {
            guard let start = room.timeline.prevBatch else { continue }
            let isBounded = room.timeline.events.elements.contains { isOwnJoin($0) }
            guard !isBounded else { continue }
            let missing = try await events(of: roomID, before: start, since: since)
            response.rooms.join[roomID]?.timeline.events.elements.insert(contentsOf: missing, at: 0)
            response.rooms.join[roomID]?.timeline.limited = false
        }
        return response
    }

    /// What was said in a room since the last message that was admitted, oldest first, when no sync says what is new.
    ///
    /// In a room in which nobody was heard yet, the bot's join takes the message's place, or the time at which the bridge
    /// began to listen: everything that was said after that and heard would be known.
    ///
    /// - Parameters:
    ///   - timeline: The newest events of the room.
    ///   - begunAt: When the bridge began to listen in this room, in milliseconds since 1970.
    package func missed(
        in roomID: RoomID,
        endingWith timeline: Timeline,
        since begunAt: Int64
    ) async throws -> [RoomEvent] {
        let (found, isKnown) = try await walk(back: roomID, from: timeline) { _ in false }
        return isKnown ? found : found.filter { $0.originServerTS >= begunAt }
    }

    /// What was said in a room before the bridge has ever listened, oldest first: since a time, since the bot's join, or
    /// since it spoke itself, which shows that an earlier installation has dealt with what came before.
    package func recent(
        in roomID: RoomID,
        endingWith timeline: Timeline,
        since time: Int64
    ) async throws -> [RoomEvent] {
        try await walk(back: roomID, from: timeline) { event in
            event.originServerTS < time || (event.sender == homeserver.userID && event.stateKey == nil)
        }.found
    }

    /// The events of a room, oldest first, down to a message that was admitted, the bot's join, or what ends the walk; and
    /// whether it is such a message that has ended it.
    private func walk(
        back roomID: RoomID,
        from timeline: Timeline,
        until isEnd: (RoomEvent) -> Bool
    ) async throws -> (found: [RoomEvent], isKnown: Bool) {
        var newest = Array(timeline.events.elements.reversed())
        var token = timeline.prevBatch
        var found: [RoomEvent] = []
        while true {
            for event in newest {
                if try await store.isAdmitted(event.eventID.rawValue) { return (found.reversed(), true) }
                if isOwnJoin(event) || isEnd(event) { return (found.reversed(), false) }
                found.append(event)
            }
            guard found.count < Self.maximumEvents, let start = token,
                let page = try await page(of: roomID, before: start, since: nil)
            else { break }
            newest = page.events.elements
            token = page.next == start ? nil : page.next
        }
        if found.count >= Self.maximumEvents { reportBound(in: roomID, found.count) }
        return (found.reversed(), false)
    }

    private func reportBound(in roomID: RoomID, _ count: Int) {
        logger.warning(
            "older messages of a room are left out: there are more than can be fetched",
            metadata: ["room": "\(roomID)", "fetched": "\(count)"]
        )
    }

    /// The events between two tokens, oldest first.
    private func events(of roomID: RoomID, before start: String, since: String) async throws -> [RoomEvent] {
        var found: [RoomEvent] = []
        var token = start
        while let page = try await page(of: roomID, before: token, since: since) {
            for event in page.events.elements {
                if isOwnJoin(event) { return Array((found + [event]).reversed()) }
                if try await store.isAdmitted(event.eventID.rawValue) { return Array(found.reversed()) }
                found.append(event)
                if found.count >= Self.maximumEvents {
                    reportBound(in: roomID, found.count)
                    return Array(found.reversed())
                }
            }
            guard let next = page.next, next != token else { break }
            token = next
        }
        return Array(found.reversed())
    }

    /// One page of a room's history, or nil where it is not to be had.
    private func page(of roomID: RoomID, before token: String, since: String?) async throws -> HistoryPage? {
        var backoff = RetryBackoff()
        for attempt in 1...Self.maximumAttempts {
            do {
                return try await homeserver.history(of: roomID, before: token, until: since)
            } catch {
                switch error.kind {
                case .cancelled:
                    throw CancellationError()
                case .limited(let retryAfter) where attempt < Self.maximumAttempts:
                    try await clock.sleep(for: max(retryAfter ?? .seconds(1), backoff.next()))
                case .unreachable where attempt < Self.maximumAttempts,
                    .unknownToken where attempt < Self.maximumAttempts:
                    try await clock.sleep(for: backoff.next())
                default:
                    logger.error(
                        "the messages that a sync left out cannot be read",
                        metadata: ["room": "\(roomID)", "error": "\(error)"]
                    )
                    return nil
                }
            }
        }
        return nil
    }

    private func isOwnJoin(_ event: RoomEvent) -> Bool {
        event.isArrival(of: homeserver.userID)
    }
}
