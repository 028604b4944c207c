package import MatrixAPI

/// What a user has seen of a room since the first sync.
package struct ObservedRoom: Sendable {
    /// The events in the order in which they came, each once.
    package fileprivate(set) var timeline: [ObservedEvent] = []
    /// The users that type.
    package fileprivate(set) var typing: Set<String> = []
    /// How many messages have notified since the user last read the room.
    package fileprivate(set) var notificationCount: Int64 = 0
    /// How many of these named the user.
    package fileprivate(set) var highlightCount: Int64 = 0

    private var known: Set<String> = []

    fileprivate mutating func apply(_ update: JSONValue) {
        for json in update["timeline"]?["events"]?.arrayValue ?? [] {
            let event = ObservedEvent(json: json)
            if known.insert(event.id).inserted { timeline.append(event) }
        }
        for json in update["ephemeral"]?["events"]?.arrayValue ?? [] where json["type"] == "m.typing" {
            typing = Set(json["content"]?["user_ids"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        }
        if let counts = update["unread_notifications"] {
            notificationCount = counts["notification_count"]?.intValue ?? notificationCount
            highlightCount = counts["highlight_count"]?.intValue ?? highlightCount
        }
    }
}

extension SynapseUser {
    /// Reads what is new into the view of the rooms; waits for news up to the timeout.
    package func sync(timeout: Duration = .zero) async throws {
        let milliseconds = timeout.components.seconds * 1_000 + timeout.components.attoseconds / 1_000_000_000_000_000
        var query = [
            "timeout": String(max(0, milliseconds)),
            "filter": #"{"room":{"timeline":{"limit":1000},"ephemeral":{"types":["m.typing"]}}}"#,
        ]
        query["since"] = syncToken
        let answer = try await api.request("GET", ["v3", "sync"], query: query)
        for (room, update) in answer["rooms"]?["join"]?.objectValue ?? [:] {
            rooms[room, default: ObservedRoom()].apply(update)
            invitations.remove(room)
        }
        for room in (answer["rooms"]?["leave"]?.objectValue ?? [:]).keys { invitations.remove(room) }
        invitations.formUnion((answer["rooms"]?["invite"]?.objectValue ?? [:]).keys)
        syncToken = answer["next_batch"]?.stringValue
    }

    /// What the syncs so far have shown of a room.
    package func view(of room: String) -> ObservedRoom { rooms[room] ?? ObservedRoom() }

    /// The rooms that this user is invited to, as of the last sync.
    package var pendingInvitations: Set<String> { invitations }

    /// Syncs until the view of a room is as it should be, and returns it.
    ///
    /// - Throws: `TimedOut` past the limit, with the room's events.
    @discardableResult
    package func waitUntil(
        _ what: String,
        in room: String,
        limit: Duration = .seconds(60),
        fileID: String = #fileID,
        line: Int = #line,
        _ condition: (ObservedRoom) -> Bool
    ) async throws -> ObservedRoom {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while !condition(view(of: room)) {
            let left = deadline - clock.now
            guard left > .zero else {
                let seen = view(of: room).timeline.suffix(10).map { "\($0.sender) \($0.type) \($0.content)" }
                let text = "\(what); the last events were:\n\(seen.joined(separator: "\n"))"
                throw TimedOut(text, limit: limit, fileID: fileID, line: line)
            }
            try await sync(timeout: min(left, .seconds(10)))
        }
        return view(of: room)
    }

    /// Syncs until a matching event has come into a room, now or earlier, and returns it.
    ///
    /// - Throws: `TimedOut` past the limit, with the room's last events.
    @discardableResult
    package func waitForEvent(
        _ what: String,
        in room: String,
        limit: Duration = .seconds(60),
        fileID: String = #fileID,
        line: Int = #line,
        matching isMatch: (ObservedEvent) -> Bool
    ) async throws -> ObservedEvent {
        let view = try await waitUntil(what, in: room, limit: limit, fileID: fileID, line: line) {
            $0.timeline.contains(where: isMatch)
        }
        guard let event = view.timeline.first(where: isMatch) else {
            throw TimedOut(what, limit: limit, fileID: fileID, line: line)
        }
        return event
    }

    /// All events of a room from its beginning, read back over `/messages`, whatever the syncs have shown.
    package nonisolated func messages(in room: String) async throws -> [ObservedEvent] {
        try await allPages(["v3", "rooms", room, "messages"], nextToken: "end").reversed()
    }

    /// All edits of an event that the server knows, the oldest first.
    package nonisolated func edits(of eventID: String, in room: String) async throws -> [ObservedEvent] {
        let path = ["v1", "rooms", room, "relations", eventID, "m.replace"]
        return try await allPages(path, nextToken: "next_batch").reversed()
    }

    /// One event as the server shows it now, with the aggregations in `unsigned`.
    package nonisolated func event(_ eventID: String, in room: String) async throws -> ObservedEvent {
        ObservedEvent(json: try await api.request("GET", ["v3", "rooms", room, "event", eventID]))
    }

    /// The content that a client shows for a message: that of its last edit, or its own.
    package nonisolated func currentContent(of eventID: String, in room: String) async throws -> JSONValue {
        let newest = try await edits(of: eventID, in: room).max {
            ($0.timestamp, $0.id) < ($1.timestamp, $1.id)
        }
        if let content = newest?.newContent { return content }
        return try await event(eventID, in: room).content
    }

    /// The events that have notified this user, the newest first.
    package nonisolated func notifications() async throws -> [ObservedEvent] {
        let answer = try await api.request("GET", ["v3", "notifications"], query: ["limit": "100"])
        return (answer["notifications"]?.arrayValue ?? []).compactMap { $0["event"].map(ObservedEvent.init(json:)) }
    }

    private nonisolated func allPages(_ path: [String], nextToken: String) async throws -> [ObservedEvent] {
        var events: [ObservedEvent] = []
        var query = ["dir": "b", "limit": "100"]
        while true {
            let page = try await api.request("GET", path, query: query)
            let chunk = page["chunk"]?.arrayValue ?? []
            events += chunk.map(ObservedEvent.init(json:))
            guard let token = page[nextToken]?.stringValue, !chunk.isEmpty else { return events }
            query["from"] = token
        }
    }
}
