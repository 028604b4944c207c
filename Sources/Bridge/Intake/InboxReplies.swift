import MatrixAPI
import PlatformSDK

/// Makes what the bridge itself says to what arrives: notices that answer a message, and the greeting.
struct InboxReplies: Sendable {
    let homeserver: any Homeserver
    let renderer: ReplyRenderer
    let notices: any Notices
    /// What commands begin with.
    let prefix: String
    /// Whether a person is greeted at the first contact.
    let welcomes: Bool

    /// The greeting at the first contact, where people are greeted: its transaction id makes it the same one for ever.
    func welcome(
        _ user: User,
        _ userID: UserID,
        in room: BridgeRoom,
        at place: ThreadPlace
    ) -> NewOutgoingEvent? {
        guard welcomes else { return nil }
        let text = notices.welcome(displayName: user.displayName, isDirectRoom: room.isDirect, prefix: prefix)
        return NewOutgoingEvent(
            turnID: nil,
            kind: .notice,
            roomID: place.roomID,
            content: renderer.notice(text, at: place),
            transactionID: TransactionID(rawValue: "rialto-welcome-\(userID)"),
            deviceID: homeserver.deviceID
        )
    }

    /// A notice that answers a message; each message gets one, whose transaction id makes it the same for ever.
    func notice(
        _ text: String,
        to event: RoomEvent,
        at place: ThreadPlace,
        as transactionID: TransactionID? = nil
    ) -> NewOutgoingEvent {
        NewOutgoingEvent(
            turnID: nil,
            kind: .notice,
            roomID: place.roomID,
            content: renderer.notice(text, at: place, answering: event.eventID),
            transactionID: transactionID ?? TransactionID(rawValue: "rialto-reply-\(event.eventID)"),
            deviceID: homeserver.deviceID
        )
    }
}
