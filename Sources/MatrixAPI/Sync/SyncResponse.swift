/// Room events of which a malformed one costs only itself.
public typealias LossyEvents = LossyArray<RoomEvent>

/// The answer to a sync (client-server API, "Syncing").
public struct SyncResponse: Decodable, Hashable, Sendable {
    /// The token for the next sync; store it only once everything in here is stored.
    public var nextBatch: String

    /// The rooms with news.
    public var rooms: Rooms

    /// The user's global account data that changed.
    public var accountData: LossyArray<AccountDataEvent>

    /// Messages to this device; each comes only once. Nil where the server sends none.
    public var toDevice: LossyArray<ToDeviceEvent>?

    /// Makes an answer.
    public init(
        nextBatch: String, rooms: Rooms = Rooms(), accountData: LossyArray<AccountDataEvent> = LossyArray(),
        toDevice: LossyArray<ToDeviceEvent>? = nil
    ) {
        self.nextBatch = nextBatch
        self.rooms = rooms
        self.accountData = accountData
        self.toDevice = toDevice
    }

    /// Reads an answer; only `next_batch` is indispensable, and `rooms` must be an object where it is there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        nextBatch = try container.decode(String.self, forKey: AnyKey("next_batch"))
        rooms = try container.decodeIfPresent(Rooms.self, forKey: AnyKey("rooms")) ?? Rooms()
        accountData = container.lenientEvents("account_data") ?? LossyArray()
        toDevice = container.lenientEvents("to_device")
    }

    /// The rooms with news, by what the user is in them.
    public struct Rooms: Decodable, Hashable, Sendable {
        /// Rooms that the user is in.
        public var join: [RoomID: JoinedRoom]

        /// Rooms that the user is invited to.
        public var invite: [RoomID: InvitedRoom]

        /// Rooms that the user has left, or was made to leave.
        public var leave: [RoomID: LeftRoom]

        /// The rooms that could not be read, each left out of the rest.
        public var failures: [RoomDecodingFailure]

        /// Makes a section.
        public init(
            join: [RoomID: JoinedRoom] = [:], invite: [RoomID: InvitedRoom] = [:], leave: [RoomID: LeftRoom] = [:],
            failures: [RoomDecodingFailure] = []
        ) {
            self.join = join
            self.invite = invite
            self.leave = leave
            self.failures = failures
        }

        /// Reads room by room; throws only where a section is no object.
        public init(from decoder: any Decoder) throws {
            self.init()
            let container = try decoder.container(keyedBy: AnyKey.self)
            join = try Self.rooms(in: container, "join", &failures)
            invite = try Self.rooms(in: container, "invite", &failures)
            leave = try Self.rooms(in: container, "leave", &failures)
        }

        private static func rooms<Room: Decodable>(
            in container: KeyedDecodingContainer<AnyKey>, _ section: String, _ failures: inout [RoomDecodingFailure]
        ) throws -> [RoomID: Room] {
            guard container.contains(AnyKey(section)), try !container.decodeNil(forKey: AnyKey(section)) else {
                return [:]
            }
            let container = try container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey(section))
            var rooms: [RoomID: Room] = [:]
            for key in container.allKeys {
                do {
                    rooms[RoomID(key.stringValue)] = try container.decode(Room.self, forKey: key)
                } catch {
                    let reason = DecodingFailure.describe(error)
                    failures.append(RoomDecodingFailure(roomID: RoomID(key.stringValue), description: reason))
                }
            }
            return rooms
        }
    }
}

/// Why one room of a sync was left out.
public struct RoomDecodingFailure: Hashable, Sendable, CustomStringConvertible {
    /// The room.
    public var roomID: RoomID

    /// The key path inside the answer and what was wrong there; free of message content.
    public var description: String

    /// Makes a failure.
    public init(roomID: RoomID, description: String) {
        self.roomID = roomID
        self.description = description
    }
}

/// A piece of account data.
public struct AccountDataEvent: Decodable, Hashable, Sendable {
    /// What kind of data it is.
    public var type: String

    /// The content as it came.
    public var content: JSONValue

    /// Makes an event.
    public init(type: String, content: JSONValue) {
        self.type = type
        self.content = content
    }
}

/// A message to this device.
public struct ToDeviceEvent: Decodable, Hashable, Sendable {
    /// What kind of message it is.
    public var type: String

    /// Who sent it.
    public var sender: UserID

    /// The content as it came.
    public var content: JSONValue

    /// Makes an event.
    public init(type: String, sender: UserID, content: JSONValue) {
        self.type = type
        self.sender = sender
        self.content = content
    }
}

/// The object around a list of events.
struct EventsSection<Event: Decodable & Sendable>: Decodable, Sendable {
    /// The events; empty where the list is missing.
    var events: LossyArray<Event>

    /// Reads the list.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        events = try container.decodeIfPresent(LossyArray<Event>.self, forKey: AnyKey("events")) ?? LossyArray()
    }
}

extension KeyedDecodingContainer<AnyKey> {
    /// The events of a section, empty where it is missing; throws where it is there and malformed.
    func events<Event: Decodable & Sendable>(_ section: String) throws -> LossyArray<Event> {
        try decodeIfPresent(EventsSection<Event>.self, forKey: AnyKey(section))?.events ?? LossyArray()
    }

    /// The events of a section that nothing hangs on; nil where it is missing or malformed.
    func lenientEvents<Event: Decodable & Sendable>(_ section: String) -> LossyArray<Event>? {
        try? decode(EventsSection<Event>.self, forKey: AnyKey(section)).events
    }
}
