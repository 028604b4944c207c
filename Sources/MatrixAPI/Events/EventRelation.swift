/// How an event relates to another one, `m.relates_to` (client-server API, "Relationship types").
public enum EventRelation: Hashable, Sendable {
    /// In the thread under a root; `inReplyTo` is the event that clients without threads show it as a reply to.
    ///
    /// With `isFallingBack` that reply is only such a fallback; without, the sender replied to that event.
    case thread(root: EventID, inReplyTo: EventID?, isFallingBack: Bool)
    /// An edit of an event.
    case replace(EventID)
    /// A reply to an event, outside of any thread.
    case reply(EventID)
    /// A reaction to an event; the key is an emoji as a rule.
    case annotation(EventID, key: String)
    /// A plain reference to an event.
    case reference(EventID)
    /// A relation of another type; such an event cannot be the root of a thread either.
    case other(type: String, EventID)

    /// Reads the relation of a foreign content; nil where there is none or an incomplete one.
    ///
    /// An incomplete or unknown relation that carries `m.in_reply_to` counts as the reply that it also is.
    public init?(content: JSONValue) {
        guard let json = content["m.relates_to"], json.objectValue != nil else { return nil }
        let reply = Self.eventID(json["m.in_reply_to"])
        let type = json["rel_type"]?.stringValue
        let target = Self.eventID(json)
        switch (type, target) {
        case ("m.thread", .some(let root)):
            // Without the flag the reply is meant.
            self = .thread(root: root, inReplyTo: reply, isFallingBack: json["is_falling_back"]?.boolValue ?? false)
        case ("m.replace", .some(let original)):
            self = .replace(original)
        case ("m.reference", .some(let target)):
            self = .reference(target)
        case ("m.annotation", .some(let target)):
            guard let key = json["key"]?.stringValue else { return nil }
            self = .annotation(target, key: key)
        default:
            if let reply {
                self = .reply(reply)
            } else if let type, let target {
                self = .other(type: type, target)
            } else {
                return nil
            }
        }
    }

    private static func eventID(_ json: JSONValue?) -> EventID? {
        json?["event_id"]?.stringValue.map(EventID.init(rawValue:))
    }

    /// The value of `m.relates_to`.
    public var json: JSONValue {
        switch self {
        case .thread(let root, let inReplyTo, let isFallingBack):
            var members = Self.members("m.thread", root)
            members["is_falling_back"] = .bool(isFallingBack)
            members["m.in_reply_to"] = inReplyTo.map { ["event_id": .string($0.rawValue)] }
            return .object(members)
        case .replace(let target): return .object(Self.members("m.replace", target))
        case .reply(let target): return ["m.in_reply_to": ["event_id": .string(target.rawValue)]]
        case .annotation(let target, let key):
            var members = Self.members("m.annotation", target)
            members["key"] = .string(key)
            return .object(members)
        case .reference(let target): return .object(Self.members("m.reference", target))
        case .other(let type, let target): return .object(Self.members(type, target))
        }
    }

    private static func members(_ type: String, _ target: EventID) -> [String: JSONValue] {
        ["rel_type": .string(type), "event_id": .string(target.rawValue)]
    }
}
