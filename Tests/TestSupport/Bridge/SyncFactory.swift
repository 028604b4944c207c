package import MatrixAPI
import Synchronization

/// Makes sync responses as a homeserver would send them.
package final class SyncFactory: Sendable {
    private let counter = Mutex(0)

    /// Creates a factory whose first response is `batch-1`.
    package init() {}

    /// One message of a room's timeline.
    package static func message(
        _ eventID: String,
        from sender: UserID,
        _ body: String,
        at milliseconds: Int64 = 1_000,
        content extra: [String: JSONValue] = [:]
    ) -> JSONValue {
        var content: [String: JSONValue] = ["msgtype": "m.text", "body": .string(body)]
        content.merge(extra) { $1 }
        return event(eventID, type: "m.room.message", from: sender, at: milliseconds, content: .object(content))
    }

    /// An edit of a message, as a client sends it.
    package static func edit(_ eventID: String, of original: String, from sender: UserID, _ body: String) -> JSONValue {
        message(
            eventID, from: sender, "* " + body,
            content: [
                "m.new_content": ["msgtype": "m.text", "body": .string(body)],
                "m.relates_to": ["rel_type": "m.replace", "event_id": .string(original)],
            ])
    }

    /// A reaction to an event.
    package static func reaction(_ eventID: String, _ key: String, to target: String, from sender: UserID) -> JSONValue
    {
        event(
            eventID, type: "m.reaction", from: sender,
            content: [
                "m.relates_to": ["rel_type": "m.annotation", "event_id": .string(target), "key": .string(key)]
            ])
    }

    /// A redaction of an event.
    package static func redaction(_ eventID: String, of target: String, from sender: UserID) -> JSONValue {
        event(eventID, type: "m.room.redaction", from: sender, content: ["redacts": .string(target)])
    }

    /// A member event.
    package static func member(
        _ user: UserID,
        _ membership: String,
        eventID: String? = nil,
        at milliseconds: Int64 = 500
    ) -> JSONValue {
        var json =
            event(
                eventID ?? "$member-\(user)-\(membership)",
                type: "m.room.member",
                from: user,
                at: milliseconds,
                content: ["membership": .string(membership)]
            ).objectValue ?? [:]
        json["state_key"] = .string(user.rawValue)
        return .object(json)
    }

    /// A state event.
    package static func state(_ type: String, from sender: UserID, content: JSONValue) -> JSONValue {
        var json = event("$state-\(type)", type: type, from: sender, at: 400, content: content).objectValue ?? [:]
        json["state_key"] = ""
        return .object(json)
    }

    /// Any event of a room's timeline.
    package static func event(
        _ eventID: String,
        type: String,
        from sender: UserID,
        at milliseconds: Int64 = 1_000,
        content: JSONValue
    ) -> JSONValue {
        [
            "event_id": .string(eventID), "type": .string(type), "sender": .string(sender.rawValue),
            "origin_server_ts": .integer(milliseconds), "content": content,
        ]
    }

    /// A room that the bot is in.
    package static func joined(
        timeline: [JSONValue] = [],
        state: [JSONValue] = [],
        members: Int? = nil,
        limited: Bool = false
    ) -> JSONValue {
        var room: [String: JSONValue] = [
            "timeline": ["events": .array(timeline), "limited": .bool(limited), "prev_batch": "before"],
            "state": ["events": .array(state)],
        ]
        if let members { room["summary"] = ["m.joined_member_count": .integer(Int64(members))] }
        return .object(room)
    }

    /// An invite to the bot.
    package static func invite(to bot: UserID, from inviter: UserID, extra: [JSONValue] = []) -> JSONValue {
        let member: JSONValue = [
            "type": "m.room.member", "state_key": .string(bot.rawValue), "sender": .string(inviter.rawValue),
            "content": ["membership": "invite", "is_direct": true],
        ]
        return ["invite_state": ["events": .array([member] + extra)]]
    }

    /// A response with these rooms.
    package func response(
        join: [String: JSONValue] = [:],
        invite: [String: JSONValue] = [:],
        leave: [String: JSONValue] = [:]
    ) throws -> SyncResponse {
        let number = counter.withLock { counter in
            counter += 1
            return counter
        }
        let json: JSONValue = [
            "next_batch": .string("batch-\(number)"),
            "rooms": ["join": .object(join), "invite": .object(invite), "leave": .object(leave)],
        ]
        return try MatrixJSON.decode(SyncResponse.self, from: json.canonicalJSON())
    }
}
