/// Waits for news, or gets everything at once the first time.
public struct Sync: MatrixEndpoint {
    /// What the sync does to the user's presence.
    public enum Presence: String, Hashable, Sendable {
        /// Nothing: for a bot, which would otherwise be shown as online for ever.
        case offline
        /// The user is online.
        case online
        /// The user is idle.
        case unavailable
    }

    /// The news.
    public typealias Response = SyncResponse

    /// The `next_batch` of the last answer; nil for the first sync.
    public var since: String?

    /// The id of an uploaded filter, or a filter's JSON.
    public var filter: String?

    /// How long the server waits for news, in milliseconds.
    public var timeout: Int

    /// What it does to the user's presence.
    public var setPresence: Presence

    /// Whether all state comes along; the server does not wait then, whatever the timeout.
    public var fullState: Bool

    /// Makes a request.
    public init(
        since: String? = nil, filter: String? = nil, timeout: Int = 30_000, setPresence: Presence = .offline,
        fullState: Bool = false
    ) {
        self.since = since
        self.filter = filter
        self.timeout = timeout
        self.setPresence = setPresence
        self.fullState = fullState
    }

    /// GET.
    public var method: MatrixMethod { .get }
    /// The path.
    public var path: String { "/_matrix/client/v3/sync" }
    /// The parameters that differ from the spec's defaults.
    public var query: [MatrixQueryItem] {
        var items: [MatrixQueryItem] = []
        if let since { items.append(MatrixQueryItem(name: "since", value: since)) }
        if let filter { items.append(MatrixQueryItem(name: "filter", value: filter)) }
        items.append(MatrixQueryItem(name: "timeout", value: String(timeout)))
        items.append(MatrixQueryItem(name: "set_presence", value: setPresence.rawValue))
        if fullState { items.append(MatrixQueryItem(name: "full_state", value: "true")) }
        return items
    }
    /// The timeout.
    public var longPollMilliseconds: Int { fullState ? 0 : timeout }
}

/// Uploads a filter for `Sync`.
public struct CreateFilter: MatrixEndpoint {
    /// The filter's id.
    public struct Response: Decodable, Hashable, Sendable {
        /// The id to sync with.
        public var filterID: String

        /// Makes an answer.
        public init(filterID: String) {
            self.filterID = filterID
        }

        private enum CodingKeys: String, CodingKey {
            case filterID = "filter_id"
        }
    }

    /// The user who will sync.
    public var userID: UserID

    /// The filter.
    public var filter: SyncFilter

    /// Makes a request.
    public init(userID: UserID, filter: SyncFilter) {
        self.userID = userID
        self.filter = filter
    }

    /// POST.
    public var method: MatrixMethod { .post }
    /// The path.
    public var path: String { PercentEncoding.path("/_matrix/client/v3/user", userID.rawValue, "filter") }
    /// The filter.
    public var body: JSONValue? { filter.json }
    /// True: equal filters are as good as one.
    public var isIdempotent: Bool { true }
}

/// What a sync leaves out (client-server API, "Filtering").
///
/// Presence, typing and receipts never come; of the account data only what is asked for.
public struct SyncFilter: Hashable, Sendable {
    /// How many events of a room's timeline come at most; a larger gap makes the timeline limited.
    public var timelineLimit: Int

    /// Whether only the members who sent something come; the list of members is incomplete then.
    public var lazyLoadMembers: Bool

    /// The types of global account data that come.
    public var accountDataTypes: [String]

    /// The types of room account data that come.
    public var roomAccountDataTypes: [String]

    /// Makes a filter.
    public init(
        timelineLimit: Int = 50, lazyLoadMembers: Bool = true, accountDataTypes: [String] = [EventType.direct],
        roomAccountDataTypes: [String] = []
    ) {
        self.timelineLimit = timelineLimit
        self.lazyLoadMembers = lazyLoadMembers
        self.accountDataTypes = accountDataTypes
        self.roomAccountDataTypes = roomAccountDataTypes
    }

    /// The filter as the homeserver reads it.
    public var json: JSONValue {
        [
            "presence": ["not_types": ["*"]],
            "account_data": Self.only(accountDataTypes),
            "room": [
                "timeline": [
                    "limit": .integer(Int64(timelineLimit)), "lazy_load_members": .bool(lazyLoadMembers),
                ],
                "state": ["lazy_load_members": .bool(lazyLoadMembers)],
                "ephemeral": ["not_types": ["*"]],
                "account_data": Self.only(roomAccountDataTypes),
            ],
        ]
    }

    private static func only(_ types: [String]) -> JSONValue {
        // Servers read an empty list of types differently; a list of what not to send is clear.
        types.isEmpty ? ["not_types": ["*"]] : ["types": .array(types.map { .string($0) })]
    }
}
