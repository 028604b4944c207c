import Bridge
import MatrixAPI

/// What a room's messages look like to a reader: each message with its latest edit, in the order of the timeline.
///
/// Events may come more than once, and edits before their messages. The oldest messages are forgotten past `capacity`.
struct ConversationView: Sendable {
    /// A message as it stands.
    struct Message: Hashable, Sendable {
        /// The id of its first event.
        let eventID: EventID
        /// Who wrote it.
        let sender: UserID
        /// The content that counts: that of the latest edit, or of the message itself.
        var content: MessageContent
        /// How many edits have been applied.
        var edits: Int
        /// Whether it was redacted.
        var isRedacted: Bool

        /// The text, in Markdown.
        var text: String { isRedacted ? "" : content.body }
        /// Whether it may still grow: it bears the live marker, or says that more of the reply follows.
        var isComplete: Bool { isRedacted || !content.isLive }
        /// The tokens that the reply took; nil where the message does not say.
        var tokensUsed: Int64? { properties?["tokens_used"]?.intValue }
        /// Whether it ends a reply: a reply in several messages says so in its last.
        var endsReply: Bool { isComplete && (isRedacted || properties == nil || tokensUsed != nil) }

        private var properties: JSONValue? { content.content[ReplyRenderer.propertiesKey] }
    }

    /// How many messages are kept.
    let capacity: Int
    /// The messages, oldest first.
    private(set) var messages: [Message] = []

    private var edits: [EventID: [RoomEvent]] = [:]
    private var redacted: Set<EventID> = []
    private var timestamps: [EventID: RoomEvent] = [:]

    /// Makes an empty view.
    init(capacity: Int = 200) {
        self.capacity = max(capacity, 1)
    }

    /// Takes the next event of the timeline; returns the message that looks different now, or nil.
    mutating func apply(_ event: RoomEvent) -> EventID? {
        if let target = event.redacts { return redact(target) }
        guard event.type == EventType.roomMessage, let message = event.message else { return nil }
        if case .replace(let original) = message.relation {
            return edit(original, with: event)
        }
        guard timestamps[event.eventID] == nil else { return nil }
        timestamps[event.eventID] = event
        messages.append(
            Message(eventID: event.eventID, sender: event.sender, content: message, edits: 0, isRedacted: false)
        )
        refresh(event.eventID)
        forgetOldest()
        return event.eventID
    }

    /// A message by the id of its first event.
    subscript(_ eventID: EventID) -> Message? {
        messages.last { $0.eventID == eventID }
    }

    /// The messages of a sender after one that the reader wrote; empty as long as that one has not arrived.
    func replies(to question: EventID, from sender: UserID) -> [Message] {
        guard let index = messages.lastIndex(where: { $0.eventID == question }) else { return [] }
        return messages[(index + 1)...].filter { $0.sender == sender }
    }

    /// Whether the reply to a message is there and will not grow any more.
    func isAnswered(_ question: EventID, by sender: UserID) -> Bool {
        let replies = replies(to: question, from: sender)
        return replies.allSatisfy(\.isComplete) && replies.last?.endsReply == true
    }

    private mutating func edit(_ original: EventID, with event: RoomEvent) -> EventID? {
        guard event.message?.newContent != nil,
            edits[original]?.contains(where: { $0.eventID == event.eventID }) != true
        else { return nil }
        if edits.count > capacity, edits[original] == nil { return nil }
        edits[original, default: []].append(event)
        return refresh(original)
    }

    private mutating func redact(_ target: EventID) -> EventID? {
        guard redacted.count < capacity * 4, redacted.insert(target).inserted else { return nil }
        let original = edits.first { $0.value.contains { $0.eventID == target } }?.key ?? target
        return refresh(original)
    }

    /// Works out anew what a message looks like; returns its id where that has changed.
    @discardableResult
    private mutating func refresh(_ eventID: EventID) -> EventID? {
        guard let index = messages.lastIndex(where: { $0.eventID == eventID }), let first = timestamps[eventID] else {
            return nil
        }
        // Only the sender can edit; of two edits the later one counts (client-server API, "Event replacements").
        let valid = (edits[eventID] ?? []).filter { $0.sender == first.sender && !redacted.contains($0.eventID) }
        let latest = valid.max { ($0.originServerTS, $0.eventID) < ($1.originServerTS, $1.eventID) }
        var message = messages[index]
        if let content = latest?.message?.newContent ?? first.message { message.content = content }
        message.edits = valid.count
        message.isRedacted = redacted.contains(eventID)
        guard message != messages[index] else { return nil }
        messages[index] = message
        return eventID
    }

    private mutating func forgetOldest() {
        guard messages.count > capacity else { return }
        let forgotten = messages.removeFirst()
        timestamps[forgotten.eventID] = nil
        edits[forgotten.eventID] = nil
    }
}
