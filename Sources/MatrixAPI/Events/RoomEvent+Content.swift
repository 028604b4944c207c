// Typed views over foreign content. None of them throws: what has the wrong type counts as missing.

extension RoomEvent {
    /// The content as a message; nil for other events, state events, redacted messages, and without `msgtype`.
    public var message: MessageContent? {
        guard type == EventType.roomMessage, stateKey == nil else { return nil }
        return MessageContent(content: content)
    }

    /// The content as membership; nil for other events and without `membership`.
    ///
    /// The member is the event's `stateKey`, not its sender.
    public var membership: MemberContent? {
        guard type == EventType.roomMember, stateKey != nil else { return nil }
        return MemberContent(content: content)
    }

    /// How the event relates to another one, whatever its type.
    public var relation: EventRelation? {
        EventRelation(content: content)
    }

    /// Whether the homeserver says that the event was redacted.
    public var isRedacted: Bool {
        unsigned?["redacted_because"]?.objectValue != nil
    }

    /// The transaction id with which this very device sent the event, or nil.
    public var transactionID: TransactionID? {
        unsigned?["transaction_id"]?.stringValue.map(TransactionID.init(rawValue:))
    }
}

/// What an `m.room.member` event says.
public struct MemberContent: Hashable, Sendable {
    /// The state of a membership; open, as other values are passed on.
    public struct Membership: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral {
        /// The value as it came.
        public let rawValue: String

        /// Wraps a value.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// Wraps a literal.
        public init(stringLiteral value: String) {
            self.init(rawValue: value)
        }

        /// In the room.
        public static let join: Membership = "join"
        /// Invited.
        public static let invite: Membership = "invite"
        /// Not in the room, by own will or kicked.
        public static let leave: Membership = "leave"
        /// Banned.
        public static let ban: Membership = "ban"
        /// Asks to be let in.
        public static let knock: Membership = "knock"
    }

    /// The member's state.
    public var membership: Membership

    /// The member's name in this room.
    public var displayname: String?

    /// Whether an invite is to a direct chat; false unless it says so.
    public var isDirect: Bool

    /// Why the membership changed, in the words of who changed it.
    public var reason: String?

    /// Makes a content.
    public init(membership: Membership, displayname: String? = nil, isDirect: Bool = false, reason: String? = nil) {
        self.membership = membership
        self.displayname = displayname
        self.isDirect = isDirect
        self.reason = reason
    }

    /// Reads foreign content; nil without a `membership`.
    public init?(content: JSONValue) {
        guard let membership = content["membership"]?.stringValue else { return nil }
        self.init(
            membership: Membership(rawValue: membership),
            displayname: content["displayname"]?.stringValue,
            isDirect: content["is_direct"]?.boolValue ?? false,
            reason: content["reason"]?.stringValue
        )
    }
}
