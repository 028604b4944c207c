/// The content of an `m.room.message` event to be sent, or edited in.
public struct OutgoingMessage: Hashable, Sendable {
    /// How a message that is sent relates to another event.
    public enum Relation: Hashable, Sendable {
        /// In the thread under `root`, which must not have a `rel_type` itself.
        ///
        /// `inReplyTo` is the thread's latest event with `isFallingBack` true, or the event that is replied to with
        /// it false.
        case thread(root: EventID, inReplyTo: EventID, isFallingBack: Bool)
        /// A reply to an event in the main timeline.
        case reply(EventID)

        /// The relation as events carry it.
        public var eventRelation: EventRelation {
            switch self {
            case .thread(let root, let inReplyTo, let isFallingBack):
                .thread(root: root, inReplyTo: inReplyTo, isFallingBack: isFallingBack)
            case .reply(let target): .reply(target)
            }
        }
    }

    /// The key of the marker that says "still being written" (MSC4357).
    public static let liveMarker = "org.matrix.msc4357.live"

    /// The `format` of every formatted body.
    public static let htmlFormat = "org.matrix.custom.html"

    /// The kind of message.
    public var msgtype: MessageType

    /// The plain text.
    public var body: String

    /// The text as HTML, or nil where the plain text is all.
    public var formattedBody: String?

    /// Everybody whom the message mentions; written even when empty, or servers guess from the body.
    public var mentions: Mentions

    /// The relation of the message when it is sent; an edit leaves it out, as the original's stays.
    public var relation: Relation?

    /// Whether the message is still being written.
    public var isLive: Bool

    /// Namespaced fields besides those of the spec; a key that this type writes itself is ignored.
    public var extra: [String: JSONValue]

    /// Makes a message.
    public init(
        msgtype: MessageType = .text, body: String, formattedBody: String? = nil, mentions: Mentions = Mentions(),
        relation: Relation? = nil, isLive: Bool = false, extra: [String: JSONValue] = [:]
    ) {
        self.msgtype = msgtype
        self.body = body
        self.formattedBody = formattedBody
        self.mentions = mentions
        self.relation = relation
        self.isLive = isLive
        self.extra = extra
    }

    /// The event content.
    public var json: JSONValue {
        var members = members(prefix: "", mentions: mentions)
        members["m.relates_to"] = relation?.eventRelation.json
        return .object(members)
    }

    /// The content of the event that edits this message in.
    ///
    /// - Parameters:
    ///   - original: The first event of the message, never an edit of it.
    ///   - previouslyMentioned: Whom the message mentioned before. The others are newly mentioned, and only they are
    ///     notified.
    public func edit(of original: EventID, previouslyMentioned: Mentions = Mentions()) -> OutgoingEdit {
        OutgoingEdit(original: original, message: self, newlyMentioned: mentions.subtracting(previouslyMentioned))
    }

    /// Everything but the relation; the prefix goes before the text in both forms.
    fileprivate func members(prefix: String, mentions: Mentions) -> [String: JSONValue] {
        var members = extra.filter { !Self.reservedKeys.contains($0.key) }
        members["msgtype"] = .string(msgtype.rawValue)
        members["body"] = .string(prefix + body)
        if let formattedBody {
            members["format"] = .string(Self.htmlFormat)
            members["formatted_body"] = .string(prefix + formattedBody)
        }
        members["m.mentions"] = mentions.json
        if isLive { members[Self.liveMarker] = [:] }
        return members
    }

    private static let reservedKeys: Set<String> = [
        "msgtype", "body", "format", "formatted_body", "m.mentions", "m.relates_to", "m.new_content", liveMarker,
    ]
}

/// The content of an event that replaces a message (client-server API, "Event replacements").
///
/// Both copies of the text count towards the size of the event: an edit has half the room of a message.
public struct OutgoingEdit: Hashable, Sendable {
    /// The first event of the message.
    public let original: EventID

    /// The complete new message; its relation is not sent.
    public let message: OutgoingMessage

    /// Whom this edit notifies: those whom the message did not mention before.
    public let newlyMentioned: Mentions

    /// The event content.
    public var json: JSONValue {
        var members = message.members(prefix: "* ", mentions: newlyMentioned)
        members["m.new_content"] = .object(message.members(prefix: "", mentions: message.mentions))
        members["m.relates_to"] = EventRelation.replace(original).json
        return .object(members)
    }
}
