/// An event of a room's timeline or state as a client gets it (client-server API, "Room event format").
public struct RoomEvent: Hashable, Sendable {
    /// The id of the event.
    public var eventID: EventID

    /// What kind of event it is, for example `m.room.message`.
    public var type: String

    /// Who sent it.
    public var sender: UserID

    /// When the sender's homeserver took it, in milliseconds since 1970; foreign, so neither exact nor monotonic.
    public var originServerTS: Int64

    /// The key of a state event, often empty; nil for every other event.
    public var stateKey: String?

    /// The content: always an object, empty once the event was redacted.
    public var content: JSONValue

    /// What the homeserver adds, such as `transaction_id`.
    public var unsigned: JSONValue?

    /// The event that this one redacts; read from the content too, where it stands from room version 11 on.
    public var redacts: EventID?

    /// Makes an event.
    public init(
        eventID: EventID, type: String, sender: UserID, originServerTS: Int64, stateKey: String? = nil,
        content: JSONValue, unsigned: JSONValue? = nil, redacts: EventID? = nil
    ) {
        self.eventID = eventID
        self.type = type
        self.sender = sender
        self.originServerTS = originServerTS
        self.stateKey = stateKey
        self.content = content
        self.unsigned = unsigned
        self.redacts = redacts
    }
}

extension RoomEvent: Codable {
    private enum CodingKeys: String, CodingKey {
        case eventID = "event_id"
        case type, sender, content, unsigned, redacts
        case originServerTS = "origin_server_ts"
        case stateKey = "state_key"
    }

    /// Reads an event; id, type, sender, time and an object as content are what it cannot do without.
    ///
    /// A `state_key` of the wrong type is an error too: without it a state event would pass for a message.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        eventID = try container.decode(EventID.self, forKey: .eventID)
        type = try container.decode(String.self, forKey: .type)
        sender = try container.decode(UserID.self, forKey: .sender)
        originServerTS = try container.decode(Int64.self, forKey: .originServerTS)
        stateKey = try container.decodeIfPresent(String.self, forKey: .stateKey)
        content = try container.decode(JSONValue.self, forKey: .content)
        guard content.objectValue != nil else {
            throw DecodingError.dataCorruptedError(
                forKey: .content, in: container, debugDescription: "The content is not an object.")
        }
        unsigned = try? container.decodeIfPresent(JSONValue.self, forKey: .unsigned)
        redacts = (try? container.decodeIfPresent(EventID.self, forKey: .redacts)) ?? nil
        if redacts == nil, type == EventType.roomRedaction {
            redacts = content["redacts"]?.stringValue.map(EventID.init(rawValue:))
        }
    }
}

/// An event of a room that the reader is not in, reduced to what an invite shows
/// (client-server API, "Stripped state").
public struct StrippedStateEvent: Hashable, Sendable, Codable {
    /// What kind of state it is.
    public var type: String

    /// The key of the state.
    public var stateKey: String

    /// Who sent it.
    public var sender: UserID

    /// The content as it came.
    public var content: JSONValue

    /// Makes an event.
    public init(type: String, stateKey: String, sender: UserID, content: JSONValue) {
        self.type = type
        self.stateKey = stateKey
        self.sender = sender
        self.content = content
    }

    private enum CodingKeys: String, CodingKey {
        case type, sender, content
        case stateKey = "state_key"
    }

    /// The content as membership, where the event is one and says so.
    public var membership: MemberContent? {
        type == EventType.roomMember ? MemberContent(content: content) : nil
    }
}

/// The event types that this program knows.
public enum EventType {
    /// A message.
    public static let roomMessage = "m.room.message"
    /// A message under end-to-end encryption.
    public static let roomEncrypted = "m.room.encrypted"
    /// A user's membership of the room.
    public static let roomMember = "m.room.member"
    /// The first event of every room.
    public static let roomCreate = "m.room.create"
    /// The switch to end-to-end encryption.
    public static let roomEncryption = "m.room.encryption"
    /// The name of the room.
    public static let roomName = "m.room.name"
    /// The topic of the room.
    public static let roomTopic = "m.room.topic"
    /// The main address of the room.
    public static let roomCanonicalAlias = "m.room.canonical_alias"
    /// Who may join.
    public static let roomJoinRules = "m.room.join_rules"
    /// Who may do what.
    public static let roomPowerLevels = "m.room.power_levels"
    /// The end of a room and its replacement.
    public static let roomTombstone = "m.room.tombstone"
    /// A redaction.
    public static let roomRedaction = "m.room.redaction"
    /// A reaction to an event.
    public static let reaction = "m.reaction"
    /// Account data: which rooms are direct chats, and with whom.
    public static let direct = "m.direct"
    /// The room's switch for live messages (MSC4357).
    public static let liveMessaging = "org.matrix.msc4357.live_messaging"
}
