package import MatrixAPI

/// A message as its readers see it: an event and all edits of it.
package struct ObservedMessage: Sendable {
    /// The first event.
    package let original: ObservedEvent
    /// Its edits, in the order of the timeline.
    package let edits: [ObservedEvent]

    /// What a client shows: the content of the latest edit, else the message's own.
    package var content: JSONValue {
        edits.max { ($0.timestamp, $0.id) < ($1.timestamp, $1.id) }?.newContent ?? original.content
    }

    /// The text that a client shows.
    package var body: String { content["body"]?.stringValue ?? "" }
    /// The reply's own properties; nil for a command's reply.
    package var properties: JSONValue? { content["io.rialto.reply"] }
    /// The event that it answers.
    package var turn: String? { properties?["turn"]?.stringValue }
    /// Its place among the messages of a long reply, from 0.
    package var part: Int64 { properties?["part"]?.intValue ?? 0 }
    /// What the answer took; only the message that ends a reply has it.
    package var tokensUsed: Int64? { properties?["tokens_used"]?.intValue }
    /// The model that has answered; only the message that ends a reply has it.
    package var model: String? { properties?["model"]?.stringValue }
    /// Whether it does not grow any more.
    package var isComplete: Bool {
        content["msgtype"] == "m.text" && content["org.matrix.msc4357.live"] == nil
    }

    /// All its events, the first one first.
    package var events: [ObservedEvent] { [original] + edits }
}

/// All messages that answer one message of a person.
package struct ObservedReply: Sendable {
    /// Its messages by their place in the reply.
    package let messages: [ObservedMessage]

    /// Whether it has come to its end: all is complete, and the last message says so.
    package var isFinished: Bool {
        messages.allSatisfy(\.isComplete) && messages.last?.tokensUsed != nil
    }

    /// The whole text, without the line about tokens.
    package var text: String {
        messages.map { message in
            guard message.tokensUsed != nil, message.body.hasSuffix("token") || message.body.hasSuffix("tokens"),
                let end = message.body.lastParagraphBreak
            else { return message.body }
            return String(message.body[..<end])
        }.joined()
    }

    /// The events that ended it: with the tokens, and complete. There must be one.
    package var endings: [ObservedEvent] {
        messages.flatMap(\.events).filter {
            $0.content["io.rialto.reply"]?["tokens_used"] != nil && $0.messageType == "m.text"
        }
    }
}

extension Sequence where Element == ObservedEvent {
    /// The messages of a sender, with their edits.
    package func messages(from sender: String) -> [ObservedMessage] {
        let events = filter { $0.sender == sender && $0.type == "m.room.message" }
        return events.filter { $0.relationType != "m.replace" }.map { original in
            ObservedMessage(original: original, edits: events.filter { $0.isEdit(of: original.id) })
        }
    }

    /// What a sender has answered to an event.
    package func reply(to eventID: String, from sender: String) -> ObservedReply {
        let messages = messages(from: sender).filter { $0.turn == eventID }
        return ObservedReply(
            messages: messages.sorted { ($0.part, $0.original.timestamp) < ($1.part, $1.original.timestamp) })
    }
}

extension String {
    /// Where the empty line before the last paragraph begins.
    fileprivate var lastParagraphBreak: String.Index? {
        ranges(of: "\n\n").last?.lowerBound
    }
}
