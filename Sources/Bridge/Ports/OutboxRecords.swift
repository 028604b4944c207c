package import MatrixAPI

/// An event that is to be sent, before it is stored.
package struct NewOutgoingEvent: Hashable, Sendable {
    /// What an event is for.
    package enum Kind: String, Sendable {
        /// The first, unfinished text of a part of a reply, which later edits complete.
        case draft
        /// An edit that shows more of a reply, and that a newer one may overtake.
        case edit
        /// The edit that completes a part of a reply.
        case final
        /// A part of a reply that is complete at once.
        case message
        /// A file of the agent's that belongs to a reply.
        case file
        /// Takes back a message of a reply whose question was taken back.
        case redaction
        /// A message of no turn, such as a command's reply.
        case notice

        /// Whether it shows text of a reply.
        package var isText: Bool {
            switch self {
            case .draft, .edit, .final, .message: true
            case .file, .redaction, .notice: false
            }
        }
    }

    /// The turn that it belongs to; nil for a notice.
    package var turnID: String?
    /// Which of the reply's messages it belongs to, from 0.
    package var part: Int
    /// What it is for.
    package var kind: Kind
    /// The room that it goes to.
    package var roomID: RoomID
    /// The type of the event.
    package var type: String
    /// The content of the event.
    package var content: JSONValue
    /// What makes a repeated send the same one; unique over all events of the bridge.
    package var transactionID: TransactionID
    /// The device that the transaction id belongs to.
    package var deviceID: DeviceID

    /// Creates an event.
    package init(
        turnID: String?,
        part: Int = 0,
        kind: Kind,
        roomID: RoomID,
        type: String = "m.room.message",
        content: JSONValue,
        transactionID: TransactionID,
        deviceID: DeviceID
    ) {
        self.turnID = turnID
        self.part = part
        self.kind = kind
        self.roomID = roomID
        self.type = type
        self.content = content
        self.transactionID = transactionID
        self.deviceID = deviceID
    }
}

extension NewOutgoingEvent {
    /// Takes back a message of a reply; each message is taken back once, whoever asks for it how often.
    package static func redaction(
        of eventID: EventID,
        in roomID: RoomID,
        turnID: String,
        deviceID: DeviceID
    ) -> NewOutgoingEvent {
        NewOutgoingEvent(
            turnID: turnID,
            kind: .redaction,
            roomID: roomID,
            type: EventType.roomRedaction,
            content: ["redacts": .string(eventID.rawValue)],
            transactionID: TransactionID(rawValue: "rialto-redact-\(eventID)"),
            deviceID: deviceID
        )
    }
}

/// A stored event of the outbox.
package struct OutgoingEvent: Hashable, Sendable {
    /// How far the sending has come.
    package enum State: Hashable, Sendable {
        /// It is to be sent, or may have been sent without the server's word of it.
        case pending
        /// The server has it under this id.
        case sent(EventID)
        /// A newer edit has taken its place.
        case superseded
        /// The server refused it for good.
        case refused(String)
    }

    /// The order in which events were stored.
    package var id: Int64
    /// The event.
    package var event: NewOutgoingEvent
    /// How far the sending has come.
    package var state: State
    /// When it was stored, before its first send; in milliseconds since 1970.
    package var storedAt: Int64

    /// Creates a stored event.
    package init(id: Int64, event: NewOutgoingEvent, state: State, storedAt: Int64) {
        self.id = id
        self.event = event
        self.state = state
        self.storedAt = storedAt
    }
}

/// How the sending of an event ended.
package enum OutgoingConclusion: Hashable, Sendable {
    /// The server has it under this id.
    case sent(EventID)
    /// A newer edit has taken its place.
    case superseded
    /// The server refused it for good, and why.
    case refused(String)
}
