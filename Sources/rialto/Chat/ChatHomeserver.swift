import MatrixAPI

/// What `rialto chat` asks of the homeserver, as the person who writes.
protocol ChatHomeserver: Sendable {
    /// The person's account.
    var userID: UserID { get }

    /// The direct room with somebody that the person is in, newest first where there are several; nil without one.
    func directRoom(with other: UserID) async throws -> RoomID?
    /// Makes a direct room, invites the other and remembers the room as theirs.
    func createDirectRoom(with other: UserID) async throws -> RoomID
    /// Whether somebody has joined a room.
    func hasJoined(_ user: UserID, _ room: RoomID) async throws -> Bool
    /// Waits for what is new; nil as token asks for the present state.
    func sync(since token: String?, room: RoomID, timeout: Duration) async throws -> ChatUpdate
    /// Sends a text; the same transaction id sends it once.
    func send(_ text: String, to room: RoomID, transactionID: TransactionID) async throws -> EventID
}

/// What a sync brought for the room of a chat.
struct ChatUpdate: Sendable {
    /// The token to go on from.
    var nextBatch: String
    /// The room's events, in order.
    var events: [RoomEvent] = []
    /// Who is typing; nil where that has not changed.
    var typing: Set<UserID>?
}

/// Why a chat cannot go on.
struct ChatError: Error, CustomStringConvertible {
    /// The kind of an error.
    struct Code: Hashable, Sendable {
        private let name: String

        /// The other side has not joined the room in time.
        static let notJoined = Code(name: "not_joined")
        /// A reply has not become complete in time.
        static let noReply = Code(name: "no_reply")
        /// The script cannot be read.
        static let script = Code(name: "script")
    }

    /// The kind of the error.
    let code: Code
    /// What happened, and what to do.
    let message: String

    /// Whether the same may succeed later.
    var isRetryable: Bool { code != .script }

    var description: String { message }
}
