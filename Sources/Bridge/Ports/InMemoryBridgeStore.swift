package import Foundation
package import MatrixAPI

/// The bridge's memory without a file, for tests: the same semantics as the durable store, gone with the process.
package actor InMemoryBridgeStore: BridgeStore {
    private struct StoredItem {
        var item: InboxItem
        var isSettled = false
    }

    struct StoredThread {
        var thread: ConversationThread
        var isCurrent = true

        func has(_ threadID: String) -> Bool { thread.threadID == threadID }
    }

    private struct Asked: Hashable {
        var userID: UserID
        var place: ThreadPlace
    }

    private let now: @Sendable () -> Date
    private var token: String?
    private var begunAt: Int64?
    private var knownRooms: [RoomID: BridgeRoom] = [:]
    private var inbox: [StoredItem] = []
    private var knownKeys: Set<String> = []
    private(set) var threads: [StoredThread] = []
    private(set) var turns: [Turn] = []
    private var sources: [String: [TurnSource]] = [:]
    private var outbox = InMemoryOutbox()
    private var moves: [String: Int64] = [:]
    private var resumed: [ThreadPlace: String] = [:]
    private var saves: [SavedConversation] = []
    private var confirmations: [Asked: Confirmation] = [:]
    private var offers: [RoomID: [String: String]] = [:]

    /// Creates an empty store.
    ///
    /// - Parameter now: The time at which a thread begins.
    package init(now: @escaping @Sendable () -> Date = { Date() }) {
        self.now = now
    }

    // MARK: Inbox

    package func syncToken() -> String? { token }

    package func firstSync() -> Int64? { begunAt }

    package func admit(_ admission: Admission) -> [RoomID] {
        token = admission.nextBatch
        begunAt = begunAt ?? milliseconds
        admission.rooms.forEach(store)
        var changed: [RoomID] = []
        for new in admission.items where knownKeys.insert(new.key).inserted {
            let sequence = Int64(inbox.count) + 1
            let item = InboxItem(sequence: sequence, key: new.key, roomID: new.roomID, content: new.content)
            inbox.append(StoredItem(item: item))
            if !changed.contains(new.roomID) { changed.append(new.roomID) }
        }
        return changed
    }

    package func isAdmitted(_ key: String) -> Bool {
        knownKeys.contains(key)
    }

    package func rooms() -> [BridgeRoom] {
        knownRooms.values.sorted { $0.roomID < $1.roomID }
    }

    package func update(_ room: BridgeRoom) { store(room) }

    package func roomsWithOpenItems() -> [RoomID] {
        var seen: Set<RoomID> = []
        return inbox.filter { !$0.isSettled }.map(\.item.roomID).filter { seen.insert($0).inserted }
    }

    package func nextOpenItem(in roomID: RoomID) -> InboxItem? {
        inbox.first { !$0.isSettled && $0.item.roomID == roomID }?.item
    }

    package func settle(_ settlement: Settlement) throws {
        guard let index = inbox.firstIndex(where: { $0.item.sequence == settlement.sequence }) else {
            throw UnknownRecord(description: "There is no inbox item \(settlement.sequence).")
        }
        guard !inbox[index].isSettled else { return }
        try check(settlement)
        if settlement.stopsTurns { stopTurns(in: inbox[index].item.roomID) }
        if let change = settlement.conversation { apply(change) }
        if let newThread = settlement.newThread { begin(newThread) }
        if let turn = settlement.turn { begin(turn, merges: settlement.mergesTurn) }
        if let change = settlement.change { apply(change) }
        if let welcome = settlement.welcome { _ = insert(welcome) }
        if let reply = settlement.reply { _ = insert(reply) }
        switch settlement.confirmation {
        case .ask(let question):
            confirmations[Asked(userID: question.userID, place: question.place)] = question
        case .close(let userID, let place):
            confirmations[Asked(userID: userID, place: place)] = nil
        case nil: break
        }
        if let move = settlement.move { apply(move, from: inbox[index].item.roomID) }
        inbox[index].isSettled = true
    }

    private func store(_ room: BridgeRoom) {
        var room = room
        if knownRooms[room.roomID]?.isEncrypted == true { room.isEncrypted = true }
        knownRooms[room.roomID] = room
    }

    /// Looks for what a settlement refers to before anything is changed, for there is no rollback.
    private func check(_ settlement: Settlement) throws {
        if let turn = settlement.turn {
            guard turn.threadID == settlement.newThread?.threadID || threads.contains(where: { $0.has(turn.threadID) })
            else { throw UnknownRecord(description: "There is no thread \(turn.threadID).") }
        }
        switch settlement.conversation {
        case .resume(let threadID, _), .rename(let threadID, _), .archive(let threadID), .setModel(let threadID, _):
            try checkThread(threadID)
        case .save(let save): try checkThread(save.threadID)
        case .removeSave, nil: break
        }
        if let turnID = settlement.reply?.turnID, turnID != settlement.turn?.turnID { _ = try turnIndex(turnID) }
    }

    private func checkThread(_ threadID: String) throws {
        guard threads.contains(where: { $0.has(threadID) }) else {
            throw UnknownRecord(description: "There is no thread \(threadID).")
        }
    }

    // MARK: Threads

    package func currentThread(in place: ThreadPlace) -> ConversationThread {
        if let threadID = resumed[place], let index = threads.firstIndex(where: { $0.has(threadID) }) {
            var thread = threads[index].thread
            thread.place = place
            return thread
        }
        if let current = threads.first(where: { $0.isCurrent && $0.thread.place == place }) { return current.thread }
        begin(NewThread(threadID: ConversationThread.makeID(), place: place))
        return threads[threads.count - 1].thread
    }

    package func thread(_ threadID: String) -> ConversationThread? {
        threads.first { $0.has(threadID) }?.thread
    }

    package func takesPart(inThread root: EventID, of roomID: RoomID) -> Bool {
        turns.contains { $0.question.place == ThreadPlace(roomID: roomID, root: root) }
            || outbox.events.contains { stored in
                guard stored.event.roomID == roomID else { return false }
                switch stored.state {
                case .sent(root): return true
                case .sent, .pending: return stored.event.threadRoot == root
                case .superseded, .refused: return false
                }
            }
    }

    private func begin(_ new: NewThread) {
        guard !threads.contains(where: { $0.has(new.threadID) }) else { return }
        for index in threads.indices where threads[index].thread.place == new.place {
            threads[index].isCurrent = false
        }
        resumed[new.place] = nil
        let startedAt = Int64((now().timeIntervalSince1970 * 1000).rounded())
        let thread = ConversationThread(
            threadID: new.threadID, place: new.place, startedAt: startedAt, model: new.model, passages: new.passages)
        threads.append(StoredThread(thread: thread))
    }

    package func conversations(at place: ThreadPlace) -> [ConversationThread] {
        threads.map(\.thread).filter { $0.place == place }
            .sorted { ($0.startedAt, $0.threadID) < ($1.startedAt, $1.threadID) }
    }

    package func savedConversations(of userID: UserID) -> [SavedConversation] {
        saves.filter { $0.userID == userID }.sorted { ($0.savedAt, $0.name) < ($1.savedAt, $1.name) }
    }

    package func commandOffers(in roomID: RoomID) -> [String: String] {
        offers[roomID] ?? [:]
    }

    package func noteCommandOffer(_ fingerprint: String?, stateKey: String, in roomID: RoomID) {
        offers[roomID, default: [:]][stateKey] = fingerprint
    }

    private func apply(_ change: ConversationChange) {
        switch change {
        case .rename(let threadID, let title): edit(threadID) { $0.title = title }
        case .setModel(let threadID, let model): edit(threadID) { $0.model = model }
        case .archive(let threadID): edit(threadID) { $0.isArchived = true }
        case .save(let save):
            saves.removeAll { $0.userID == save.userID && $0.name == save.name }
            saves.append(save)
        case .removeSave(let userID, let name):
            saves.removeAll { $0.userID == userID && $0.name == name }
        case .resume(let threadID, let place):
            resume(threadID, at: place)
        }
    }

    private func edit(_ threadID: String, _ body: (inout ConversationThread) -> Void) {
        for index in threads.indices where threads[index].has(threadID) { body(&threads[index].thread) }
    }

    private func resume(_ threadID: String, at place: ThreadPlace) {
        guard threads.contains(where: { $0.has(threadID) && $0.thread.place == place }) else {
            resumed[place] = threadID
            return
        }
        resumed[place] = nil
        for index in threads.indices where threads[index].thread.place == place {
            threads[index].isCurrent = threads[index].has(threadID)
            if threads[index].has(threadID) { threads[index].thread.isArchived = false }
        }
    }

    // MARK: Turns

    package func unfinishedTurns() -> [Turn] {
        turns.filter { $0.state != .done }
    }

    package func beginRun(of turnID: String, runID: String) throws -> Turn {
        let index = try turnIndex(turnID)
        _ = turns[index].begin(runID: runID)
        return turns[index]
    }

    package func noteProgress(_ progress: TurnProgress, of turnID: String, runID: String, isAdvance: Bool) throws {
        _ = turns[try turnIndex(turnID)].note(progress, of: runID, isAdvance: isAdvance)
    }

    package func turn(_ turnID: String) -> Turn? {
        turns.first { $0.turnID == turnID }
    }

    package func turn(concerning eventID: EventID) -> Turn? {
        let asking = sources.first { $0.value.contains { $0.eventID == eventID } }?.key
        let answering = outbox.events.first { $0.state == .sent(eventID) }?.event.turnID
        return (asking ?? answering).flatMap(turn)
    }

    package func lastTurn(at place: ThreadPlace) -> Turn? {
        turns.last { $0.question.place == place }
    }

    private func begin(_ question: NewTurn, merges: Bool) {
        let new = TurnSource(question)
        guard turn(concerning: question.sourceEventID) == nil else { return }
        if merges, let index = turns.lastIndex(where: { $0.question.place == question.place }),
            turns[index].accepts(question, besides: sources[turns[index].turnID] ?? [])
        {
            sources[turns[index].turnID, default: []].append(new)
            turns[index].question.sourceEventID = question.sourceEventID
            turns[index].question.ask(sources[turns[index].turnID] ?? [])
            return
        }
        var stored = question
        stored.text = TurnSource.question(of: [new])
        stored.quote = nil
        sources[question.turnID] = [new]
        turns.append(Turn(turnID: question.turnID, question: stored, state: .queued))
    }

    private func apply(_ change: TurnChange) {
        guard let index = turns.firstIndex(where: { $0.turnID == change.turnID }) else { return }
        _ = turns[index].apply(change, to: &sources[change.turnID, default: []])
    }

    package func storeAnswer(_ answer: Answer, of turnID: String, revision: Int) throws -> Bool {
        let index = try turnIndex(turnID)
        guard turns[index].revision == revision else { return false }
        guard turns[index].state != .done else { return true }
        if turns[index].state != .answered {
            for thread in threads.indices where threads[thread].has(turns[index].question.threadID) {
                threads[thread].thread.count(answer)
            }
        }
        turns[index].state = .answered
        turns[index].progress = nil
        turns[index].answer = answer
        return true
    }

    package func finish(_ turnID: String, revision: Int) throws {
        let index = try turnIndex(turnID)
        guard turns[index].revision == revision else { return }
        turns[index].state = .done
    }

    package func move(_ turnID: String, to roomID: RoomID) throws {
        let index = try turnIndex(turnID)
        if turns[index].state != .done { turns[index].question.place.roomID = roomID }
        moves[turnID] = milliseconds
    }

    package func turnsMoved(before time: Int64) -> [Turn] {
        turns.filter { turn in turn.state != .done && (moves[turn.turnID].map { $0 < time } ?? false) }
    }

    private var milliseconds: Int64 { Int64(now().timeIntervalSince1970 * 1_000) }

    private func apply(_ move: RoomMove, from roomID: RoomID) {
        for index in threads.indices where threads[index].isCurrent && threads[index].thread.place.roomID == roomID {
            let place = ThreadPlace(roomID: move.successor, root: threads[index].thread.place.root)
            guard !threads.contains(where: { $0.isCurrent && $0.thread.place == place }) else { continue }
            threads[index].thread.place = place
        }
        for (place, threadID) in resumed where place.roomID == roomID {
            let moved = ThreadPlace(roomID: move.successor, root: place.root)
            if resumed[moved] == nil { resumed[moved] = threadID }
            resumed[place] = nil
        }
        for (asked, question) in confirmations where asked.place.roomID == roomID {
            confirmations[asked] = nil
            let place = ThreadPlace(roomID: move.successor, root: asked.place.root)
            let moved = Asked(userID: asked.userID, place: place)
            guard confirmations[moved] == nil else { continue }
            confirmations[moved] = question
            confirmations[moved]?.place = place
        }
        for index in turns.indices where turns[index].question.place.roomID == roomID {
            let isMoved =
                switch turns[index].state {
                case .queued: !turns[index].isWithdrawn
                case .running, .answered: false
                case .done: turns[index].question.place.root != nil
                }
            guard isMoved else { continue }
            turns[index].question.place.roomID = move.successor
            moves[turns[index].turnID] = milliseconds
        }
    }

    private func stopTurns(in roomID: RoomID) {
        for index in turns.indices where turns[index].question.place.roomID == roomID {
            guard turns[index].state == .queued || turns[index].state == .running else { continue }
            turns[index].isStopRequested = true
        }
    }

    private func turnIndex(_ turnID: String) throws -> Int {
        guard let index = turns.firstIndex(where: { $0.turnID == turnID }) else {
            throw UnknownRecord(description: "There is no turn \(turnID).")
        }
        return index
    }

    // MARK: Outbox

    package func enqueue(_ event: NewOutgoingEvent) throws -> OutgoingEvent {
        if let turnID = event.turnID { _ = try turnIndex(turnID) }
        return insert(event)
    }

    package func conclude(_ id: Int64, _ conclusion: OutgoingConclusion) throws {
        guard outbox.conclude(id, conclusion) else {
            throw UnknownRecord(description: "There is no outgoing event \(id).")
        }
    }

    package func roomsWithPendingNotices() -> [RoomID] {
        var seen: Set<RoomID> = []
        return outbox.pendingNotices.map(\.event.roomID).filter { seen.insert($0).inserted }
    }

    package func pendingNotices(in roomID: RoomID) -> [OutgoingEvent] {
        outbox.pendingNotices.filter { $0.event.roomID == roomID }
    }

    package func outgoingEvents(of turnID: String) -> [OutgoingEvent] {
        outbox.events.filter { $0.event.turnID == turnID }
    }

    package func isOwnEvent(_ eventID: EventID) -> Bool {
        outbox.events.contains { $0.state == .sent(eventID) }
    }

    private func insert(_ event: NewOutgoingEvent) -> OutgoingEvent {
        outbox.insert(event, at: milliseconds)
    }

    // MARK: Open questions

    package func openConfirmation(of userID: UserID, at place: ThreadPlace) -> Confirmation? {
        confirmations[Asked(userID: userID, place: place)]
    }
}
