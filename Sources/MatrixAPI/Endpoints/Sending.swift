// What a user does in a room.

/// The event that a request made.
public struct EventIDResponse: Decodable, Hashable, Sendable {
    /// The event.
    public var eventID: EventID

    /// Makes an answer.
    public init(eventID: EventID) {
        self.eventID = eventID
    }

    private enum CodingKeys: String, CodingKey {
        case eventID = "event_id"
    }
}

/// Sends an event.
///
/// The server makes one event of all requests with the same path from one device, so a repetition must keep all of it.
public struct SendEvent: MatrixEndpoint {
    /// The event.
    public typealias Response = EventIDResponse

    /// The room.
    public var roomID: RoomID

    /// What kind of event it is.
    public var type: String

    /// The id that makes a repetition harmless.
    public var transactionID: TransactionID

    /// The content, an object.
    public var content: JSONValue

    /// Makes a request.
    public init(
        roomID: RoomID, type: String = EventType.roomMessage, transactionID: TransactionID, content: JSONValue
    ) {
        self.roomID = roomID
        self.type = type
        self.transactionID = transactionID
        self.content = content
    }

    /// PUT.
    public var method: MatrixMethod { .put }
    /// The path.
    public var path: String {
        PercentEncoding.path(
            "/_matrix/client/v3/rooms", roomID.rawValue, "send", type, transactionID.rawValue)
    }
    /// The content.
    public var body: JSONValue? { content }
}

/// Redacts an event, in rooms of every version.
public struct RedactEvent: MatrixEndpoint {
    /// The redaction.
    public typealias Response = EventIDResponse

    /// The room.
    public var roomID: RoomID

    /// The event to redact.
    public var eventID: EventID

    /// The id that makes a repetition harmless.
    public var transactionID: TransactionID

    /// Why, for people to read.
    public var reason: String?

    /// Makes a request.
    public init(roomID: RoomID, eventID: EventID, transactionID: TransactionID, reason: String? = nil) {
        self.roomID = roomID
        self.eventID = eventID
        self.transactionID = transactionID
        self.reason = reason
    }

    /// PUT.
    public var method: MatrixMethod { .put }
    /// The path.
    public var path: String {
        PercentEncoding.path(
            "/_matrix/client/v3/rooms", roomID.rawValue, "redact", eventID.rawValue, transactionID.rawValue)
    }
    /// The reason.
    public var body: JSONValue? { .object(reason.map { ["reason": .string($0)] } ?? [:]) }
}

/// Shows, or stops showing, that the user is typing.
public struct Typing: MatrixEndpoint {
    /// Nothing of interest.
    public typealias Response = EmptyResponse

    /// The room.
    public var roomID: RoomID

    /// The user of the access token.
    public var userID: UserID

    /// Whether the user is typing.
    public var isTyping: Bool

    /// How long it shows unless repeated, in milliseconds.
    public var timeout: Int

    /// Makes a request.
    public init(roomID: RoomID, userID: UserID, isTyping: Bool, timeout: Int = 30_000) {
        self.roomID = roomID
        self.userID = userID
        self.isTyping = isTyping
        self.timeout = timeout
    }

    /// PUT.
    public var method: MatrixMethod { .put }
    /// The path.
    public var path: String {
        PercentEncoding.path("/_matrix/client/v3/rooms", roomID.rawValue, "typing", userID.rawValue)
    }
    /// Whether, and how long.
    public var body: JSONValue? {
        isTyping ? ["typing": true, "timeout": .integer(Int64(timeout))] : ["typing": false]
    }
}

/// Marks everything up to an event as read, for all to see.
public struct ReadReceipt: MatrixEndpoint {
    /// Nothing of interest.
    public typealias Response = EmptyResponse

    /// Which part of a room a receipt counts for (client-server API, "Threaded read receipts").
    public enum Scope: Hashable, Sendable {
        /// The whole room, threads included.
        case unthreaded
        /// The main timeline only.
        case main
        /// The thread under a root.
        case thread(EventID)
    }

    /// The room.
    public var roomID: RoomID

    /// The last event read.
    public var eventID: EventID

    /// Which part of the room it counts for.
    public var scope: Scope

    /// Makes a request.
    public init(roomID: RoomID, eventID: EventID, scope: Scope = .unthreaded) {
        self.roomID = roomID
        self.eventID = eventID
        self.scope = scope
    }

    /// POST.
    public var method: MatrixMethod { .post }
    /// The path.
    public var path: String {
        PercentEncoding.path("/_matrix/client/v3/rooms", roomID.rawValue, "receipt", "m.read", eventID.rawValue)
    }
    /// The scope as `thread_id`.
    public var body: JSONValue? {
        switch scope {
        case .unthreaded: [:]
        case .main: ["thread_id": "main"]
        case .thread(let root): ["thread_id": .string(root.rawValue)]
        }
    }
    /// True: a receipt that stands already changes nothing.
    public var isIdempotent: Bool { true }
}
