package import MatrixAPI

/// A room as the bridge knows it.
package struct BridgeRoom: Hashable, Sendable {
    /// Where the bot stands in a room.
    package enum Membership: String, Sendable { case invited, joined, left }

    /// The room's id; opaque.
    package var roomID: RoomID
    /// Where the bot stands in it.
    package var membership: Membership
    /// When the bot joined, in milliseconds since 1970 by the homeserver's clock; nil where it was not seen.
    package var joinedAt: Int64?
    /// Whether the invite called it a direct chat.
    package var isMarkedDirect: Bool
    /// How many have joined, the bot included; 0 where the server has not said.
    package var joinedMembers: Int
    /// How many are invited.
    package var invitedMembers: Int
    /// Whether the room is encrypted; it never becomes false again.
    package var isEncrypted: Bool
    /// The room's name, where it has one.
    package var name: String?
    /// The room that has taken this one's place; nothing that is said here after that is answered.
    package var successor: RoomID?

    /// Creates a room.
    package init(
        roomID: RoomID,
        membership: Membership,
        joinedAt: Int64? = nil,
        isMarkedDirect: Bool = false,
        joinedMembers: Int = 0,
        invitedMembers: Int = 0,
        isEncrypted: Bool = false,
        name: String? = nil,
        successor: RoomID? = nil
    ) {
        self.roomID = roomID
        self.membership = membership
        self.joinedAt = joinedAt
        self.isMarkedDirect = isMarkedDirect
        self.joinedMembers = joinedMembers
        self.invitedMembers = invitedMembers
        self.isEncrypted = isEncrypted
        self.name = name
        self.successor = successor
    }

    /// Whether every message in the room is meant for the bot: at most one other person is in it.
    ///
    /// Where the server has not said how many there are, the invite decides.
    package var isDirect: Bool {
        joinedMembers > 0 ? joinedMembers + invitedMembers <= 2 : isMarkedDirect
    }
}

/// What one sync response brings, stored in one transaction.
package struct Admission: Sendable {
    /// The token to go on from.
    package var nextBatch: String
    /// The rooms that have changed, as they now are.
    package var rooms: [BridgeRoom]
    /// What is to be dealt with, in order.
    package var items: [NewInboxItem]

    /// Creates an admission.
    package init(nextBatch: String, rooms: [BridgeRoom] = [], items: [NewInboxItem] = []) {
        self.nextBatch = nextBatch
        self.rooms = rooms
        self.items = items
    }
}

/// Something that has arrived and is not stored yet.
package struct NewInboxItem: Hashable, Sendable {
    /// What makes the item the same one when it arrives again: the event id, where there is one.
    package var key: String
    /// The room that it belongs to.
    package var roomID: RoomID
    /// What has arrived.
    package var content: InboxContent

    /// Creates an item.
    package init(key: String, roomID: RoomID, content: InboxContent) {
        self.key = key
        self.roomID = roomID
        self.content = content
    }
}

/// What has arrived.
package enum InboxContent: Hashable, Sendable {
    /// An event of a room's timeline.
    case event(RoomEvent)
    /// An invite to the room.
    case invite(from: UserID, isEncrypted: Bool)
    /// That another room has taken the room's place, by the word of its tombstone.
    case upgrade(to: RoomID, by: UserID)
    /// That the bot is in the room no more; nobody is named where it is not known who saw to that.
    case departure(by: UserID?, isBanned: Bool)
}

/// Something that has arrived and waits for its room's queue.
package struct InboxItem: Hashable, Sendable {
    /// The place in the order of admission, over all rooms.
    package var sequence: Int64
    /// What makes the item the same one when it arrives again.
    package var key: String
    /// The room that it belongs to.
    package var roomID: RoomID
    /// What has arrived.
    package var content: InboxContent

    /// Creates an item.
    package init(sequence: Int64, key: String, roomID: RoomID, content: InboxContent) {
        self.sequence = sequence
        self.key = key
        self.roomID = roomID
        self.content = content
    }
}

/// That an item has been dealt with, and all that follows from it, stored in one transaction.
package struct Settlement: Sendable {
    /// What happens to the question that a person was asked to confirm.
    package enum ConfirmationChange: Hashable, Sendable {
        /// A question is asked; it replaces one that was open.
        case ask(Confirmation)
        /// The question is answered or withdrawn.
        case close(userID: UserID, place: ThreadPlace)
    }

    /// The item's place in the order of admission.
    package var sequence: Int64
    /// The turn that it begins.
    package var turn: NewTurn?
    /// The event that answers it, such as a command's reply.
    package var reply: NewOutgoingEvent?
    /// What greets a person at the first contact; one with a known transaction id has been sent before.
    package var welcome: NewOutgoingEvent?
    /// The thread that its place goes on with.
    package var newThread: NewThread?
    /// What changes about conversations, before the new thread begins.
    package var conversation: ConversationChange?
    /// What happens to the open question.
    package var confirmation: ConfirmationChange?
    /// Whether the turns of the item's room that are not answered yet are to be stopped.
    package var stopsTurns: Bool
    /// What happens to a turn that there is already.
    package var change: TurnChange?
    /// Whether the turn joins one of the same person at the same place that is not begun yet, where there is one.
    package var mergesTurn: Bool
    /// What goes on in another room.
    package var move: RoomMove?

    /// Creates a settlement; without more, the item has no consequence.
    package init(
        sequence: Int64,
        turn: NewTurn? = nil,
        reply: NewOutgoingEvent? = nil,
        welcome: NewOutgoingEvent? = nil,
        newThread: NewThread? = nil,
        conversation: ConversationChange? = nil,
        confirmation: ConfirmationChange? = nil,
        stopsTurns: Bool = false,
        change: TurnChange? = nil,
        mergesTurn: Bool = false,
        move: RoomMove? = nil
    ) {
        self.sequence = sequence
        self.turn = turn
        self.reply = reply
        self.welcome = welcome
        self.newThread = newThread
        self.conversation = conversation
        self.confirmation = confirmation
        self.stopsTurns = stopsTurns
        self.change = change
        self.mergesTurn = mergesTurn
        self.move = move
    }
}

/// What goes on in the room that has taken the item's room's place: its threads, its open questions, and the turns that
/// are not begun yet.
package struct RoomMove: Hashable, Sendable {
    /// The room that has taken the place.
    package var successor: RoomID

    /// Creates a move.
    package init(successor: RoomID) {
        self.successor = successor
    }
}

/// A question that waits for `!yes` or `!no`, or for a number.
package struct Confirmation: Hashable, Sendable {
    /// Who was asked.
    package var userID: UserID
    /// Where they were asked, and so where they answer.
    package var place: ThreadPlace
    /// The command that goes on when they agree.
    package var command: String
    /// When they were asked, in milliseconds since 1970.
    package var askedAt: Int64
    /// What the numbers from 1 stand for; empty where the answer is yes or no.
    package var options: [String]

    /// Creates a question.
    package init(userID: UserID, place: ThreadPlace, command: String, askedAt: Int64, options: [String] = []) {
        self.userID = userID
        self.place = place
        self.command = command
        self.askedAt = askedAt
        self.options = options
    }
}
