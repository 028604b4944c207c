package import MatrixAPI

/// The bridge's memory: rooms, inbox, threads, turns, outbox and open questions.
///
/// Each function is one transaction that is durable when it returns and is not undone by the cancellation of its task.
package protocol BridgeStore: ConversationLibrary, CommandOfferStore {
    // MARK: Inbox

    /// The token of the last admitted sync response; nil before the first.
    func syncToken() async throws -> String?
    /// When the first sync response was admitted, in milliseconds since 1970; nil before.
    func firstSync() async throws -> Int64?
    /// Stores rooms, items and `next_batch` together; an item whose key is known already is left out.
    ///
    /// - Returns: The rooms that have new items, each once.
    func admit(_ admission: Admission) async throws -> [RoomID]
    /// Whether an item with this key has ever been admitted.
    func isAdmitted(_ key: String) async throws -> Bool
    /// All rooms that the bridge knows.
    func rooms() async throws -> [BridgeRoom]
    /// Stores what has changed about a room outside a sync, such as that it was joined.
    func update(_ room: BridgeRoom) async throws
    /// The rooms that have items which are not settled, each once.
    func roomsWithOpenItems() async throws -> [RoomID]
    /// The first item of a room that is not settled, in the order of admission.
    func nextOpenItem(in roomID: RoomID) async throws -> InboxItem?
    /// Marks an item as dealt with, together with all that follows from it.
    func settle(_ settlement: Settlement) async throws

    // MARK: Threads

    /// The agent's thread that a timeline or a Matrix thread of a room belongs to now; begun at the first call.
    ///
    /// One that was begun at another place and is resumed here has this place.
    func currentThread(in place: ThreadPlace) async throws -> ConversationThread
    /// Whether the bridge has answered in a Matrix thread, or is about to.
    func takesPart(inThread root: EventID, of roomID: RoomID) async throws -> Bool

    // MARK: Turns

    /// All turns that are not `done`, oldest first.
    func unfinishedTurns() async throws -> [Turn]
    /// Marks a turn as running under a run id, its attempt counted up; returns it as it now stands.
    func beginRun(of turnID: String, runID: String) async throws -> Turn
    /// Stores how much of a run has been shown; a run that is not the turn's any more changes nothing.
    ///
    /// - Parameter isAdvance: True where the run was taken up again and has come further than ever before: then only one
    ///   attempt counts, so that a restart which helps is never one too many.
    func noteProgress(_ progress: TurnProgress, of turnID: String, runID: String, isAdvance: Bool) async throws
    /// A turn, where it is known.
    func turn(_ turnID: String) async throws -> Turn?
    /// The turn that an event belongs to: one of its questions, or one of its reply's messages.
    func turn(concerning eventID: EventID) async throws -> Turn?
    /// The turn that began last at a place.
    func lastTurn(at place: ThreadPlace) async throws -> Turn?
    /// Stores the whole answer of a turn, which is `answered` then, and adds its tokens to the thread's.
    ///
    /// - Parameter revision: That of the question which it answers; an answer to an earlier one is not stored.
    /// - Returns: Whether the turn still is at that revision.
    @discardableResult
    func storeAnswer(_ answer: Answer, of turnID: String, revision: Int) async throws -> Bool
    /// Marks a turn as done: its answer has been delivered, or can never be. A turn that is at another revision is not.
    func finish(_ turnID: String, revision: Int) async throws
    /// Moves a turn that is not done to another room.
    func move(_ turnID: String, to roomID: RoomID) async throws
    /// The turns that are not done and were moved before a time, in milliseconds since 1970; oldest first.
    func turnsMoved(before time: Int64) async throws -> [Turn]

    // MARK: Outbox

    /// Stores an event before its first send; a known transaction id returns the event that it was stored for.
    func enqueue(_ event: NewOutgoingEvent) async throws -> OutgoingEvent
    /// Stores how the sending of an event ended.
    func conclude(_ id: Int64, _ conclusion: OutgoingConclusion) async throws
    /// The rooms that have events of no turn which are still to be sent, each once.
    func roomsWithPendingNotices() async throws -> [RoomID]
    /// The events of no turn that are still to be sent to a room, oldest first.
    func pendingNotices(in roomID: RoomID) async throws -> [OutgoingEvent]
    /// All events of a turn in the order in which they were stored.
    func outgoingEvents(of turnID: String) async throws -> [OutgoingEvent]
    /// Whether an event is one that the bridge has sent.
    func isOwnEvent(_ eventID: EventID) async throws -> Bool

    // MARK: Open questions

    /// What a person was asked to confirm at a place, where they have not answered yet.
    func openConfirmation(of userID: UserID, at place: ThreadPlace) async throws -> Confirmation?
}
