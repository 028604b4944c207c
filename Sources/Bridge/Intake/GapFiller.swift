package import Logging
package import MatrixAPI

/// Fetches what a limited timeline has left out, so that a long absence or a busy room loses no message.
///
/// It walks back from the timeline's beginning to the last sync, to an event that is known, or to the bot's own join,
/// whichever comes first, and never further than its bound (client-server API, "Syncing").
package struct GapFiller: Sendable {
    /// The most events of one room that are fetched; what lies further back is left out, and the log says so.
    package static let maximumEvents = 2_000

    private let homeserver: any Homeserver
    private let store: any BridgeStore
    private let logger: Logger

    /// Creates a filler.
    package init(homeserver: any Homeserver, store: any BridgeStore, logger: Logger) {
        self.homeserver = homeserver
        self.store = store
        self.logger = logger
    }

    /// The same response with whole timelines.
    ///
    /// Throws what the store throws, and `HomeserverError` where a later attempt may succeed.
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

    /// The events between two tokens, oldest first.
    private func events(of roomID: RoomID, before start: String, since: String) async throws -> [RoomEvent] {
        var found: [RoomEvent] = []
        var token = start
        do throws(HomeserverError) {
            while true {
                let page = try await homeserver.history(of: roomID, before: token, until: since)
                for event in page.events.elements {
                    if isOwnJoin(event) { return Array((found + [event]).reversed()) }
                    if await isKnown(event) { return Array(found.reversed()) }
                    found.append(event)
                    if found.count >= Self.maximumEvents {
                        logger.warning(
                            "older messages of a room are left out: there are more than can be fetched",
                            metadata: ["room": "\(roomID)", "fetched": "\(found.count)"]
                        )
                        return Array(found.reversed())
                    }
                }
                guard let next = page.next, next != token else { return Array(found.reversed()) }
                token = next
            }
        } catch {
            guard case .rejected = error.kind else { throw error }
            logger.warning(
                "the messages that a sync left out cannot be read",
                metadata: ["room": "\(roomID)", "error": "\(error)"]
            )
            return Array(found.reversed())
        }
    }

    private func isKnown(_ event: RoomEvent) async -> Bool {
        if event.sender == homeserver.userID { return (try? await store.isOwnEvent(event.eventID)) ?? false }
        return (try? await store.isAdmitted(event.eventID.rawValue)) ?? false
    }

    private func isOwnJoin(_ event: RoomEvent) -> Bool {
        event.isArrival(of: homeserver.userID)
    }
}
