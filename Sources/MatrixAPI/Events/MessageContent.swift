/// The kind of a message, `msgtype`; open, as other values are passed on.
public struct MessageType: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral {
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

    /// What a person writes.
    public static let text: MessageType = "m.text"
    /// What a bot says aside; clients do not notify for it and bots must not answer it.
    public static let notice: MessageType = "m.notice"
    /// What somebody does, told in the third person.
    public static let emote: MessageType = "m.emote"
    /// An image.
    public static let image: MessageType = "m.image"
    /// A file.
    public static let file: MessageType = "m.file"
    /// A sound.
    public static let audio: MessageType = "m.audio"
    /// A video.
    public static let video: MessageType = "m.video"
}

/// What an `m.room.message` event says, read leniently.
public struct MessageContent: Hashable, Sendable {
    /// The kind of message.
    public var msgtype: MessageType

    /// The plain text; empty where the sender gave none.
    ///
    /// For an edit this is only the fallback for clients without edits: the text is in `newContent`.
    public var body: String

    /// The formatted text, HTML where `format` says so.
    public var formattedBody: String?

    /// The format of `formattedBody`, in practice `org.matrix.custom.html`.
    public var format: String?

    /// How the message relates to another event.
    public var relation: EventRelation?

    /// Whom the message mentions on purpose; nil where the sender does not say (an old client).
    public var mentions: Mentions?

    /// The content as it came.
    public var content: JSONValue

    /// Reads foreign content; nil without a `msgtype`, as the content of a redacted message is.
    public init?(content: JSONValue) {
        guard let msgtype = content["msgtype"]?.stringValue else { return nil }
        self.msgtype = MessageType(rawValue: msgtype)
        body = content["body"]?.stringValue ?? ""
        formattedBody = content["formatted_body"]?.stringValue
        format = content["format"]?.stringValue
        relation = EventRelation(content: content)
        mentions = content["m.mentions"].flatMap(Mentions.init(json:))
        self.content = content
    }

    /// What an edit replaces the original's content with; nil without a readable `m.new_content`.
    ///
    /// A relation in there does not count: the original's stays (client-server API, "Event replacements").
    public var newContent: MessageContent? {
        guard let json = content["m.new_content"], var new = MessageContent(content: json) else { return nil }
        new.relation = nil
        return new
    }

    /// Whether the message says that it is still being written (MSC4357).
    public var isLive: Bool {
        content[OutgoingMessage.liveMarker]?.objectValue != nil
    }
}

/// Whom a message mentions on purpose (client-server API, "User and room mentions").
public struct Mentions: Hashable, Sendable {
    /// The users mentioned.
    public var userIDs: Set<UserID>

    /// Whether the whole room is mentioned.
    public var room: Bool

    /// Mentions nobody unless told.
    public init(userIDs: Set<UserID> = [], room: Bool = false) {
        self.userIDs = userIDs
        self.room = room
    }

    /// Reads foreign JSON; nil unless it is an object, and what is not a string in its list is left out.
    public init?(json: JSONValue) {
        guard json.objectValue != nil else { return nil }
        let users = json["user_ids"]?.arrayValue ?? []
        self.init(
            userIDs: Set(users.compactMap { $0.stringValue.map(UserID.init(rawValue:)) }),
            room: json["room"]?.boolValue ?? false
        )
    }

    /// Whether nobody is mentioned.
    public var isEmpty: Bool { userIDs.isEmpty && !room }

    /// Those in here that are not in `others`.
    public func subtracting(_ others: Mentions) -> Mentions {
        Mentions(userIDs: userIDs.subtracting(others.userIDs), room: room && !others.room)
    }

    /// The value of `m.mentions`: `{}` where nobody is mentioned.
    public var json: JSONValue {
        var members: [String: JSONValue] = [:]
        if !userIDs.isEmpty { members["user_ids"] = .array(userIDs.sorted().map { .string($0.rawValue) }) }
        if room { members["room"] = true }
        return .object(members)
    }
}
