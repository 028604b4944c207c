import MatrixAPI

/// A sync that brings the messages and the typing of one room, and nothing else.
struct ChatSync: MatrixEndpoint {
    /// The token to go on from; nil for the present state.
    let since: String?
    /// The room.
    let room: RoomID
    /// How long the server waits for news, in milliseconds.
    let timeout: Int

    var method: MatrixMethod { .get }
    var path: String { "/_matrix/client/v3/sync" }
    var longPollMilliseconds: Int { timeout }

    var query: [MatrixQueryItem] {
        let filter = String(decoding: filter.canonicalJSON(), as: UTF8.self)
        var items = [
            MatrixQueryItem(name: "filter", value: filter),
            MatrixQueryItem(name: "timeout", value: String(timeout)),
            MatrixQueryItem(name: "set_presence", value: "offline"),
        ]
        if let since { items.append(MatrixQueryItem(name: "since", value: since)) }
        return items
    }

    private var filter: JSONValue {
        [
            "presence": ["not_types": ["*"]],
            "account_data": ["not_types": ["*"]],
            "room": [
                "rooms": [.string(room.rawValue)],
                "timeline": [
                    "types": [.string(EventType.roomMessage), .string(EventType.roomRedaction)], "limit": 100,
                ],
                "state": ["not_types": ["*"]],
                "account_data": ["not_types": ["*"]],
                "ephemeral": ["types": ["m.typing"]],
            ],
        ]
    }

    /// What came.
    struct Response: Decodable, Sendable {
        /// The token for the next sync.
        let nextBatch: String
        private let rooms: Rooms?

        /// What came for a room.
        func update(for room: RoomID) -> ChatUpdate {
            let joined = rooms?.join?[room.rawValue]
            let typing = joined?.ephemeral?.events.elements.last { $0.type == "m.typing" }
            return ChatUpdate(
                nextBatch: nextBatch,
                events: joined?.timeline?.events.elements ?? [],
                typing: typing?.content["user_ids"]?.arrayValue.map {
                    Set($0.compactMap(\.stringValue).map { UserID($0) })
                }
            )
        }

        private enum CodingKeys: String, CodingKey {
            case nextBatch = "next_batch"
            case rooms
        }

        private struct Rooms: Decodable, Sendable {
            let join: [String: Joined]?
        }

        private struct Joined: Decodable, Sendable {
            let timeline: Events<RoomEvent>?
            let ephemeral: Events<AccountDataEvent>?
        }

        private struct Events<Event: Decodable & Sendable>: Decodable, Sendable {
            let events: LossyArray<Event>
        }
    }
}
