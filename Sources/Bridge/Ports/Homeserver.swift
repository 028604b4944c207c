package import MatrixAPI

/// What the bridge asks of the homeserver, for the one account that it is.
///
/// Each call is one attempt: when and whether to try again is the bridge's decision.
package protocol Homeserver: Sendable {
    /// The account's Matrix id.
    var userID: UserID { get }
    /// The device whose transaction ids make sends idempotent.
    var deviceID: DeviceID { get }
    /// How often somebody has logged in anew so far: each time the server may have forgotten the transaction ids of before.
    var logins: Int { get }

    /// Sends an event; a second call with the same transaction id, from the same device, sends nothing twice.
    func send(
        _ content: JSONValue,
        type: String,
        transactionID: TransactionID,
        to roomID: RoomID
    ) async throws(HomeserverError) -> EventID
    /// Redacts an event; a second call with the same transaction id, from the same device, redacts nothing twice.
    func redact(
        _ eventID: EventID,
        transactionID: TransactionID,
        in roomID: RoomID
    ) async throws(HomeserverError) -> EventID
    /// One event of a room.
    func event(_ eventID: EventID, in roomID: RoomID) async throws(HomeserverError) -> RoomEvent
    /// Shows, for `timeout`, that the bot is typing; nil ends it.
    func setTyping(in roomID: RoomID, for timeout: Duration?) async throws(HomeserverError)
    /// Marks the room's main timeline, or a thread of it, as read up to an event.
    func markRead(_ eventID: EventID, in roomID: RoomID, thread: EventID?) async throws(HomeserverError)
    /// Accepts an invite, or joins a room that lets the bot in.
    ///
    /// - Parameter via: Servers that are in the room, for a homeserver that is not.
    func join(_ roomID: RoomID, via: [String]) async throws(HomeserverError)
    /// Declines an invite, or leaves a room.
    func leave(_ roomID: RoomID, reason: String?) async throws(HomeserverError)
    /// The events of a room before a token, newest first; without a token from the room's end.
    ///
    /// - Parameter end: The token at which to stop, where the server honours it.
    func history(
        of roomID: RoomID,
        before token: String?,
        until end: String?
    ) async throws(HomeserverError) -> HistoryPage
    /// A piece of the account's global account data; an empty object where there is none.
    func accountData(_ type: String) async throws(HomeserverError) -> JSONValue
    /// Replaces a piece of the account's global account data.
    func setAccountData(_ type: String, to content: JSONValue) async throws(HomeserverError)
    /// Hands over a kept file for people to see, and returns its `mxc://` URL.
    func upload(_ file: OutgoingFile) async throws(HomeserverError) -> String
    /// The content of a piece of a room's state; nil where the room has none.
    func state(_ type: String, key: String, in roomID: RoomID) async throws(HomeserverError) -> JSONValue?
    /// Sets a piece of a room's state; setting it to what it is changes nothing.
    func setState(
        _ type: String,
        key: String,
        to content: JSONValue,
        in roomID: RoomID
    ) async throws(HomeserverError)
    /// The room that has taken a room's place, as its tombstone says; nil where it has none.
    func successor(of roomID: RoomID) async throws(HomeserverError) -> RoomID?
    /// The display name of a user, where they have one.
    func displayName(of userID: UserID) async throws(HomeserverError) -> String?
}

/// A stretch of a room's history.
package struct HistoryPage: Sendable {
    /// The events, newest first.
    package var events: LossyEvents
    /// The token to go on from; nil where the history begins or the stretch that was asked for ends.
    package var next: String?

    /// Creates a page.
    package init(events: LossyEvents, next: String?) {
        self.events = events
        self.next = next
    }
}

/// Why the homeserver did not do what it was asked.
package struct HomeserverError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, and so what can be done about it.
    package enum Kind: Hashable, Sendable {
        /// Too many requests (429): try again after this time; nil where the server does not say.
        case limited(retryAfter: Duration?)
        /// The request may or may not have arrived: network failure, timeout or a 5xx; try again.
        case unreachable
        /// Something that is not the homeserver answered, such as a proxy that refuses this one request.
        case unintelligible
        /// The access token is not valid any more.
        case unknownToken
        /// The server understood and refused, with its error code; trying again does not help.
        case rejected(MatrixErrorCode)
        /// The task was cancelled.
        case cancelled
    }

    /// What kind of failure it is.
    package let kind: Kind
    /// What happened and where, without secrets and without what people wrote.
    package let message: String

    /// Creates an error.
    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}
