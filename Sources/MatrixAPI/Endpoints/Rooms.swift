// Rooms and their members.

/// The room that a request made or joined.
public struct RoomIDResponse: Decodable, Hashable, Sendable {
    /// The room.
    public var roomID: RoomID

    /// Makes an answer.
    public init(roomID: RoomID) {
        self.roomID = roomID
    }

    private enum CodingKeys: String, CodingKey {
        case roomID = "room_id"
    }
}

/// Joins a room, by its id.
public struct JoinRoom: MatrixEndpoint {
    /// The room.
    public typealias Response = RoomIDResponse

    /// The room to join.
    public var roomID: RoomID

    /// Servers that are in the room, for a homeserver that is not; needed wherever there was no invite.
    public var via: [String]

    /// Makes a request.
    public init(roomID: RoomID, via: [String] = []) {
        self.roomID = roomID
        self.via = via
    }

    /// POST.
    public var method: MatrixMethod { .post }
    /// The path.
    public var path: String { PercentEncoding.path("/_matrix/client/v3/join", roomID.rawValue) }
    /// One `via` for each server, and the same as `server_name` for servers older than v1.12 of the spec.
    public var query: [MatrixQueryItem] {
        via.map { MatrixQueryItem(name: "via", value: $0) }
            + via.map { MatrixQueryItem(name: "server_name", value: $0) }
    }
    /// An empty object.
    public var body: JSONValue? { [:] }
    /// True: who is in the room joins it again without effect.
    public var isIdempotent: Bool { true }
}

/// Leaves a room, or rejects an invite to it.
public struct LeaveRoom: MatrixEndpoint {
    /// Nothing of interest.
    public typealias Response = EmptyResponse

    /// The room to leave.
    public var roomID: RoomID

    /// Why, for people to read.
    public var reason: String?

    /// Makes a request.
    public init(roomID: RoomID, reason: String? = nil) {
        self.roomID = roomID
        self.reason = reason
    }

    /// POST.
    public var method: MatrixMethod { .post }
    /// The path.
    public var path: String { PercentEncoding.path("/_matrix/client/v3/rooms", roomID.rawValue, "leave") }
    /// The reason.
    public var body: JSONValue? { .object(reason.map { ["reason": .string($0)] } ?? [:]) }
    /// True: who has left leaves again without effect.
    public var isIdempotent: Bool { true }
}

/// Makes a room.
public struct CreateRoom: MatrixEndpoint {
    /// Who may join and what they may do.
    public enum Preset: String, Hashable, Sendable {
        /// By invite.
        case privateChat = "private_chat"
        /// By invite, all with the same power.
        case trustedPrivateChat = "trusted_private_chat"
        /// Everybody.
        case publicChat = "public_chat"
    }

    /// The room.
    public typealias Response = RoomIDResponse

    /// Whether the invites say that the room is a direct chat.
    public var isDirect: Bool

    /// Whom to invite.
    public var invite: [UserID]

    /// Who may join and what they may do; nil leaves it to the server.
    public var preset: Preset?

    /// The name of the room.
    public var name: String?

    /// State that the room begins with; sender and event ids are the server's.
    public var initialState: [InitialStateEvent]

    /// Makes a request.
    public init(
        isDirect: Bool = false, invite: [UserID] = [], preset: Preset? = nil, name: String? = nil,
        initialState: [InitialStateEvent] = []
    ) {
        self.isDirect = isDirect
        self.invite = invite
        self.preset = preset
        self.name = name
        self.initialState = initialState
    }

    /// POST.
    public var method: MatrixMethod { .post }
    /// The path.
    public var path: String { "/_matrix/client/v3/createRoom" }
    /// What was asked for, without empty fields.
    public var body: JSONValue? {
        var members: [String: JSONValue] = ["is_direct": .bool(isDirect)]
        if !invite.isEmpty { members["invite"] = .array(invite.map { .string($0.rawValue) }) }
        members["preset"] = preset.map { .string($0.rawValue) }
        members["name"] = name.map { .string($0) }
        if !initialState.isEmpty { members["initial_state"] = .array(initialState.map(\.json)) }
        return .object(members)
    }

    /// One event of the state that a room begins with.
    public struct InitialStateEvent: Hashable, Sendable {
        /// What kind of state it is.
        public var type: String

        /// The key of the state.
        public var stateKey: String

        /// The content.
        public var content: JSONValue

        /// Makes an event.
        public init(type: String, stateKey: String = "", content: JSONValue) {
            self.type = type
            self.stateKey = stateKey
            self.content = content
        }

        /// The event as the homeserver reads it.
        var json: JSONValue {
            ["type": .string(type), "state_key": .string(stateKey), "content": content]
        }
    }
}

/// Invites a user to a room.
public struct InviteUser: MatrixEndpoint {
    /// Nothing of interest.
    public typealias Response = EmptyResponse

    /// The room.
    public var roomID: RoomID

    /// The user to invite.
    public var userID: UserID

    /// Why, for people to read.
    public var reason: String?

    /// Makes a request.
    public init(roomID: RoomID, userID: UserID, reason: String? = nil) {
        self.roomID = roomID
        self.userID = userID
        self.reason = reason
    }

    /// POST.
    public var method: MatrixMethod { .post }
    /// The path.
    public var path: String { PercentEncoding.path("/_matrix/client/v3/rooms", roomID.rawValue, "invite") }
    /// User and reason.
    public var body: JSONValue? {
        var members: [String: JSONValue] = ["user_id": .string(userID.rawValue)]
        members["reason"] = reason.map { .string($0) }
        return .object(members)
    }
}

/// Lists the rooms that the user is in.
public struct JoinedRooms: MatrixEndpoint {
    /// The rooms.
    public struct Response: Decodable, Hashable, Sendable {
        /// The rooms, in no order.
        public var joinedRooms: [RoomID]

        /// Makes an answer.
        public init(joinedRooms: [RoomID]) {
            self.joinedRooms = joinedRooms
        }

        private enum CodingKeys: String, CodingKey {
            case joinedRooms = "joined_rooms"
        }
    }

    /// Makes a request.
    public init() {}

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String { "/_matrix/client/v3/joined_rooms" }
}

/// Lists the members of a room who are in it.
public struct JoinedMembers: MatrixEndpoint {
    /// The members.
    public struct Response: Decodable, Hashable, Sendable {
        /// Each member's profile in the room.
        public var joined: [UserID: Profile]

        /// Makes an answer.
        public init(joined: [UserID: Profile]) {
            self.joined = joined
        }

        /// Reads the members; a malformed profile is an empty one, as the member is there all the same.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            let members = try container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("joined"))
            joined = [:]
            for key in members.allKeys {
                joined[UserID(key.stringValue)] = (try? members.decode(Profile.self, forKey: key)) ?? Profile()
            }
        }
    }

    /// The room.
    public var roomID: RoomID

    /// Makes a request.
    public init(roomID: RoomID) {
        self.roomID = roomID
    }

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String { PercentEncoding.path("/_matrix/client/v3/rooms", roomID.rawValue, "joined_members") }
}
