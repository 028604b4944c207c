package import MatrixAPI

/// An event by which somebody changes their mind about an earlier one.
package enum ChangeOfMind: Hashable, Sendable {
    /// A message has another text now (client-server API, "Event replacements").
    case edit(of: EventID, MessageContent)
    /// A message is taken back.
    case redaction(of: EventID)
    /// 🛑: an answer is to stop.
    case stop(EventID)
    /// 🔁: an answer is to be given again.
    case retry(EventID)

    /// Reads an event; nil where it is none of these.
    package init?(_ event: RoomEvent) {
        guard event.stateKey == nil else { return nil }
        switch event.type {
        case EventType.roomMessage:
            guard case .replace(let original) = event.relation, let content = event.message?.newContent else {
                return nil
            }
            self = .edit(of: original, content)
        case EventType.roomRedaction:
            guard let target = event.redacts else { return nil }
            self = .redaction(of: target)
        case EventType.reaction:
            guard case .annotation(let target, let key) = event.relation else { return nil }
            // Clients add the selector of the colourful form to an emoji, or leave it out.
            switch key.unicodeScalars.filter({ $0 != "\u{FE0F}" }).map(String.init).joined() {
            case "\u{1F6D1}": self = .stop(target)
            case "\u{1F501}": self = .retry(target)
            default: return nil
            }
        default: return nil
        }
    }

    /// The event that it is about.
    package var target: EventID {
        switch self {
        case .edit(let target, _), .redaction(let target), .stop(let target), .retry(let target): target
        }
    }
}
