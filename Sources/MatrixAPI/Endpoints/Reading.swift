// Reading a room's events and state, and setting state.

/// Gets all state of a room.
public struct RoomState: MatrixEndpoint {
    /// The state events, in no order.
    public typealias Response = LossyEvents

    /// The room.
    public var roomID: RoomID

    /// Makes a request.
    public init(roomID: RoomID) {
        self.roomID = roomID
    }

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String { PercentEncoding.path("/_matrix/client/v3/rooms", roomID.rawValue, "state") }
}

/// Gets the content of one piece of a room's state.
public struct GetStateEvent: MatrixEndpoint {
    /// The content.
    public typealias Response = JSONValue

    /// The room.
    public var roomID: RoomID

    /// What kind of state it is.
    public var type: String

    /// The key of the state.
    public var stateKey: String

    /// Makes a request.
    public init(roomID: RoomID, type: String, stateKey: String = "") {
        self.roomID = roomID
        self.type = type
        self.stateKey = stateKey
    }

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String {
        PercentEncoding.path("/_matrix/client/v3/rooms", roomID.rawValue, "state", type, stateKey)
    }
}

/// Sets one piece of a room's state.
public struct SetStateEvent: MatrixEndpoint {
    /// The event.
    public typealias Response = EventIDResponse

    /// The room.
    public var roomID: RoomID

    /// What kind of state it is.
    public var type: String

    /// The key of the state.
    public var stateKey: String

    /// The content, an object.
    public var content: JSONValue

    /// Makes a request.
    public init(roomID: RoomID, type: String, stateKey: String = "", content: JSONValue) {
        self.roomID = roomID
        self.type = type
        self.stateKey = stateKey
        self.content = content
    }

    /// PUT.
    public var method: MatrixMethod { .put }
    /// The path.
    public var path: String {
        PercentEncoding.path("/_matrix/client/v3/rooms", roomID.rawValue, "state", type, stateKey)
    }
    /// The content.
    public var body: JSONValue? { content }
}

/// Gets one event of a room.
public struct GetEvent: MatrixEndpoint {
    /// The event.
    public typealias Response = RoomEvent

    /// The room.
    public var roomID: RoomID

    /// The event.
    public var eventID: EventID

    /// Makes a request.
    public init(roomID: RoomID, eventID: EventID) {
        self.roomID = roomID
        self.eventID = eventID
    }

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String {
        PercentEncoding.path("/_matrix/client/v3/rooms", roomID.rawValue, "event", eventID.rawValue)
    }
}

/// Gets a page of a room's events.
public struct Messages: MatrixEndpoint {
    /// Which way to go from the token.
    public enum Direction: String, Hashable, Sendable {
        /// To older events, the newest first.
        case backward = "b"
        /// To newer events, the oldest first.
        case forward = "f"
    }

    /// A page.
    public struct Response: Decodable, Sendable, Hashable {
        /// The events, in the direction asked for.
        public var chunk: LossyEvents

        /// The token that the page began at.
        public var start: String?

        /// The token of the next page; nil where there is no more.
        public var end: String?

        /// State of use with the page, such as the membership of those who sent its events.
        public var state: LossyEvents

        /// Makes an answer.
        public init(
            chunk: LossyEvents = LossyEvents(), start: String? = nil, end: String? = nil,
            state: LossyEvents = LossyEvents()
        ) {
            self.chunk = chunk
            self.start = start
            self.end = end
            self.state = state
        }

        /// Reads a page; only `chunk` is indispensable.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            chunk = try container.decode(LossyEvents.self, forKey: AnyKey("chunk"))
            start = try? container.decode(String.self, forKey: AnyKey("start"))
            end = try? container.decode(String.self, forKey: AnyKey("end"))
            state = (try? container.decode(LossyEvents.self, forKey: AnyKey("state"))) ?? LossyEvents()
        }
    }

    /// The room.
    public var roomID: RoomID

    /// Where to begin: a `prev_batch`, `next_batch` or `end`; nil begins at the room's end, or its beginning.
    public var from: String?

    /// Where to stop, a token as for `from`; nil goes on to the room's beginning or end.
    public var to: String?

    /// Which way to go.
    public var direction: Direction

    /// How many events come at most.
    public var limit: Int

    /// A filter for room events, as an object; nil for none.
    public var filter: JSONValue?

    /// Makes a request.
    public init(
        roomID: RoomID, from: String? = nil, to: String? = nil, direction: Direction = .backward, limit: Int = 50,
        filter: JSONValue? = nil
    ) {
        self.roomID = roomID
        self.from = from
        self.to = to
        self.direction = direction
        self.limit = limit
        self.filter = filter
    }

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String { PercentEncoding.path("/_matrix/client/v3/rooms", roomID.rawValue, "messages") }
    /// Token, direction, limit and filter.
    public var query: [MatrixQueryItem] {
        var items = [MatrixQueryItem(name: "dir", value: direction.rawValue)]
        if let from { items.append(MatrixQueryItem(name: "from", value: from)) }
        if let to { items.append(MatrixQueryItem(name: "to", value: to)) }
        items.append(MatrixQueryItem(name: "limit", value: String(limit)))
        if let filter {
            items.append(
                MatrixQueryItem(name: "filter", value: String(decoding: filter.canonicalJSON(), as: UTF8.self)))
        }
        return items
    }
}
