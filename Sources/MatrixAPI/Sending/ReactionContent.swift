/// The content of an `m.reaction` event.
public struct ReactionContent: Hashable, Sendable {
    /// The event that is reacted to.
    public var target: EventID

    /// The emoji, or whatever text the reaction is.
    public var key: String

    /// Makes a reaction.
    public init(target: EventID, key: String) {
        self.target = target
        self.key = key
    }

    /// The event content.
    public var json: JSONValue {
        ["m.relates_to": EventRelation.annotation(target, key: key).json]
    }
}

/// The content of an `m.room.redaction` event for rooms of version 11 and later, where it can be sent as any event.
///
/// The `RedactEvent` endpoint works for every room version and needs none of this.
public struct RedactionContent: Hashable, Sendable {
    /// The event to redact.
    public var redacts: EventID

    /// Why, for people to read.
    public var reason: String?

    /// Makes a redaction.
    public init(redacts: EventID, reason: String? = nil) {
        self.redacts = redacts
        self.reason = reason
    }

    /// The event content.
    public var json: JSONValue {
        var members: [String: JSONValue] = ["redacts": .string(redacts.rawValue)]
        members["reason"] = reason.map { .string($0) }
        return .object(members)
    }
}
