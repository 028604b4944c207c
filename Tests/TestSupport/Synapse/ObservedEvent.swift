package import MatrixAPI

/// An event as the server showed it to a `SynapseUser`, with nothing left out.
package struct ObservedEvent: Sendable, Hashable {
    /// The whole event.
    package let json: JSONValue

    /// The `event_id`.
    package var id: String { json["event_id"]?.stringValue ?? "" }
    /// The `type`.
    package var type: String { json["type"]?.stringValue ?? "" }
    /// The `sender`.
    package var sender: String { json["sender"]?.stringValue ?? "" }
    /// The `content`, empty once the event is redacted.
    package var content: JSONValue { json["content"] ?? .object([:]) }
    /// The `state_key`; nil for an event that is no state.
    package var stateKey: String? { json["state_key"]?.stringValue }
    /// The `origin_server_ts` in milliseconds.
    package var timestamp: Int64 { json["origin_server_ts"]?.intValue ?? 0 }

    /// The `msgtype` of a message.
    package var messageType: String? { content["msgtype"]?.stringValue }
    /// The `body` of a message.
    package var body: String? { content["body"]?.stringValue }
    /// The content that an edit puts in the place of the original's.
    package var newContent: JSONValue? { content["m.new_content"] }

    /// The `rel_type` of its relation.
    package var relationType: String? { content["m.relates_to"]?["rel_type"]?.stringValue }
    /// The event that its relation names.
    package var relatedID: String? { content["m.relates_to"]?["event_id"]?.stringValue }
    /// The event that it replies to, fallbacks of threads included.
    package var repliedToID: String? { content["m.relates_to"]?["m.in_reply_to"]?["event_id"]?.stringValue }

    /// Whether it is an edit of this event.
    package func isEdit(of id: String) -> Bool { relationType == "m.replace" && relatedID == id }

    /// The users that its outer `m.mentions` names.
    package var mentionedUsers: [String] {
        content["m.mentions"]?["user_ids"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
}
