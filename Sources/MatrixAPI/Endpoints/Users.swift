// Profiles and account data.

/// What a user shows of themselves.
public struct Profile: Decodable, Hashable, Sendable {
    /// The name, or nil.
    public var displayname: String?

    /// The `mxc://` URL of the picture, or nil.
    public var avatarURL: String?

    /// Makes a profile.
    public init(displayname: String? = nil, avatarURL: String? = nil) {
        self.displayname = displayname
        self.avatarURL = avatarURL
    }

    /// Reads a profile leniently; the list of a room's members spells the name `display_name`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        displayname =
            (try? container.decode(String.self, forKey: AnyKey("displayname")))
            ?? (try? container.decode(String.self, forKey: AnyKey("display_name")))
        avatarURL = try? container.decode(String.self, forKey: AnyKey("avatar_url"))
    }
}

/// Gets a user's profile.
public struct GetProfile: MatrixEndpoint {
    /// The profile.
    public typealias Response = Profile

    /// The user.
    public var userID: UserID

    /// Makes a request.
    public init(userID: UserID) {
        self.userID = userID
    }

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String { PercentEncoding.path("/_matrix/client/v3/profile", userID.rawValue) }
}

/// Sets the user's own name.
public struct SetDisplayName: MatrixEndpoint {
    /// Nothing of interest.
    public typealias Response = EmptyResponse

    /// The user of the access token.
    public var userID: UserID

    /// The new name.
    public var displayname: String

    /// Makes a request.
    public init(userID: UserID, displayname: String) {
        self.userID = userID
        self.displayname = displayname
    }

    /// PUT.
    public var method: MatrixMethod { .put }
    /// The path.
    public var path: String {
        PercentEncoding.path("/_matrix/client/v3/profile", userID.rawValue, "displayname")
    }
    /// The name.
    public var body: JSONValue? { ["displayname": .string(displayname)] }
}

/// Sets the user's own picture.
public struct SetAvatarURL: MatrixEndpoint {
    /// Nothing of interest.
    public typealias Response = EmptyResponse

    /// The user of the access token.
    public var userID: UserID

    /// The `mxc://` URL of the picture.
    public var avatarURL: String

    /// Makes a request.
    public init(userID: UserID, avatarURL: String) {
        self.userID = userID
        self.avatarURL = avatarURL
    }

    /// PUT.
    public var method: MatrixMethod { .put }
    /// The path.
    public var path: String {
        PercentEncoding.path("/_matrix/client/v3/profile", userID.rawValue, "avatar_url")
    }
    /// The picture.
    public var body: JSONValue? { ["avatar_url": .string(avatarURL)] }
}

/// Gets a piece of the user's global account data, such as `m.direct`.
public struct GetAccountData: MatrixEndpoint {
    /// The content.
    public typealias Response = JSONValue

    /// The user of the access token.
    public var userID: UserID

    /// What kind of data it is.
    public var type: String

    /// Makes a request.
    public init(userID: UserID, type: String) {
        self.userID = userID
        self.type = type
    }

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String {
        PercentEncoding.path("/_matrix/client/v3/user", userID.rawValue, "account_data", type)
    }
}

/// Sets a piece of the user's global account data.
public struct SetAccountData: MatrixEndpoint {
    /// Nothing of interest.
    public typealias Response = EmptyResponse

    /// The user of the access token.
    public var userID: UserID

    /// What kind of data it is.
    public var type: String

    /// The content, an object.
    public var content: JSONValue

    /// Makes a request.
    public init(userID: UserID, type: String, content: JSONValue) {
        self.userID = userID
        self.type = type
        self.content = content
    }

    /// PUT.
    public var method: MatrixMethod { .put }
    /// The path.
    public var path: String {
        PercentEncoding.path("/_matrix/client/v3/user", userID.rawValue, "account_data", type)
    }
    /// The content.
    public var body: JSONValue? { content }
}

/// The content of `m.direct`: which rooms are direct chats with whom (client-server API, "Direct messaging").
public struct DirectRooms: Hashable, Sendable {
    /// The rooms for each user.
    public var rooms: [UserID: [RoomID]]

    /// Makes a content.
    public init(rooms: [UserID: [RoomID]] = [:]) {
        self.rooms = rooms
    }

    /// Reads foreign content; what is malformed is left out.
    public init(content: JSONValue) {
        rooms = [:]
        for (user, list) in content.objectValue ?? [:] {
            guard let list = list.arrayValue else { continue }
            rooms[UserID(user)] = list.compactMap { $0.stringValue.map(RoomID.init(rawValue:)) }
        }
    }

    /// Foreign content with one more room for a user; all else stays as it came, malformed or not.
    public static func adding(_ roomID: RoomID, for user: UserID, to content: JSONValue) -> JSONValue {
        var members = content.objectValue ?? [:]
        var list = members[user.rawValue]?.arrayValue ?? []
        let room = JSONValue.string(roomID.rawValue)
        if !list.contains(room) { list.append(room) }
        members[user.rawValue] = .array(list)
        return .object(members)
    }

    /// Every room that is a direct chat with somebody.
    public var allRoomIDs: Set<RoomID> { Set(rooms.values.joined()) }

    /// The content.
    public var json: JSONValue {
        var members: [String: JSONValue] = [:]
        for (user, list) in rooms {
            members[user.rawValue] = .array(list.map { .string($0.rawValue) })
        }
        return .object(members)
    }
}
