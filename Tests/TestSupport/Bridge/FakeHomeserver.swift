package import Bridge
import Foundation
package import MatrixAPI
import Synchronization

/// A homeserver in memory: it keeps what it is sent, knows transactions again, and fails as it is told to.
package final class FakeHomeserver: Homeserver {
    /// An event as the server keeps it.
    package struct SentEvent: Hashable, Sendable {
        /// The id that the server gave it.
        package let eventID: EventID
        /// The room that it was sent to.
        package let roomID: RoomID
        /// Its type.
        package let type: String
        /// Its content.
        package let content: JSONValue
    }

    /// A read receipt of the bot.
    package struct Receipt: Hashable, Sendable {
        /// The event up to which the bot has read.
        package let eventID: EventID
        /// The root of the thread; nil for the main timeline.
        package let thread: EventID?

        /// Creates a receipt.
        package init(eventID: EventID, thread: EventID?) {
            self.eventID = eventID
            self.thread = thread
        }
    }

    /// A file that was handed over.
    package struct Upload: Hashable, Sendable {
        /// The file.
        package let file: OutgoingFile
        /// The URL that it was given.
        package let url: String
    }

    /// What happens to the next send.
    package enum Fault: Sendable {
        /// It fails before the server has taken it.
        case before(HomeserverError)
        /// The server takes it, and the answer is lost.
        case after(HomeserverError)
        /// The session has ended, and the server's memory of its transactions with it; a new one is there at once.
        case logout
        /// It is under way until its task is cancelled, and takes a while to be torn down then.
        case hang
    }

    private struct State {
        var sent: [SentEvent] = []
        var transactions: [TransactionID: EventID] = [:]
        var attempts: [TransactionID] = []
        var logins = 0
        var faults: [Fault] = []
        var joined: [RoomID] = []
        var left: [RoomID] = []
        var accountData: [String: JSONValue] = [:]
        var joinFaults: [HomeserverError] = []
        var vias: [RoomID: [String]] = [:]
        var closed: Set<RoomID> = []
        var successors: [RoomID: RoomID] = [:]
        var successorFaults: [HomeserverError] = []
        var typing: [RoomID: Bool] = [:]
        var names: [UserID: String] = [:]
        var history: [RoomID: [RoomEvent]] = [:]
        var historyPageSize = 3
        var historyFaults: [HomeserverError] = []
        var historyRequests = 0
        var redacted: Set<EventID> = []
        var events: [EventID: RoomEvent] = [:]
        var receipts: [Receipt] = []
        var uploads: [Upload] = []
        var uploadFaults: [HomeserverError] = []
        var roomState: [StatePiece: JSONValue] = [:]
        var stateChanges: [StatePiece] = []
        var stateFaults: [HomeserverError] = []
    }

    package let userID: UserID
    package let deviceID: DeviceID
    private let state: Mutex<State>

    /// Creates a homeserver with one account, the bot's.
    package init(
        userID: UserID = "@rialto:example.org",
        deviceID: DeviceID = "FAKEDEVICE",
        names: [UserID: String] = [:]
    ) {
        self.userID = userID
        self.deviceID = deviceID
        state = Mutex(State(names: names))
    }

    /// The same homeserver, after the bot has logged in as another device.
    package convenience init(_ other: FakeHomeserver, deviceID: DeviceID) throws {
        self.init(userID: other.userID, deviceID: deviceID)
        let known = other.state.withLock { $0 }
        state.withLock { state in
            state.sent = known.sent
            state.transactions = known.transactions
        }
        for roomID in Set(known.sent.map(\.roomID)) {
            let events = known.sent.filter { $0.roomID == roomID }.reversed().map { event in
                SyncFactory.event(
                    event.eventID.rawValue,
                    type: event.type,
                    from: other.userID,
                    at: Self.now,
                    content: event.content
                )
            }
            try setHistory(Array(events), of: roomID)
        }
    }

    /// All events, in the order in which the server took them.
    package var sent: [SentEvent] { state.withLock { $0.sent } }
    /// The transaction id of each attempt, repeated ones included.
    package var attempts: [TransactionID] { state.withLock { $0.attempts } }
    package var logins: Int { state.withLock { $0.logins } }
    /// The rooms that the bot has joined.
    package var joinedRooms: [RoomID] { state.withLock { $0.joined } }
    /// The servers by which the bot has joined a room.
    package func vias(of roomID: RoomID) -> [String]? { state.withLock { $0.vias[roomID] } }
    /// Makes the next attempts to join fail, the last error first.
    package func failJoins(_ errors: [HomeserverError]) { state.withLock { $0.joinFaults += errors } }
    /// Lets a room take no more messages of the bot.
    package func close(_ roomID: RoomID) { state.withLock { _ = $0.closed.insert(roomID) } }
    /// Lets another room take a room's place, which is closed then; no sync tells of it.
    ///
    /// - Parameter faults: What the first questions for the tombstone meet, the last error first.
    package func replace(_ roomID: RoomID, by successor: RoomID, faults: [HomeserverError] = []) {
        state.withLock { state in
            state.closed.insert(roomID)
            state.successors[roomID] = successor
            state.successorFaults = faults
        }
    }
    /// The rooms that the bot has left, or whose invite it declined.
    package var leftRooms: [RoomID] { state.withLock { $0.left } }

    /// Whether the bot is typing in a room.
    package func isTyping(in roomID: RoomID) -> Bool { state.withLock { $0.typing[roomID] ?? false } }

    /// The files that were handed over.
    package var uploads: [Upload] { state.withLock { $0.uploads } }

    /// Makes the next uploads fail.
    package func failUploads(_ errors: [HomeserverError]) { state.withLock { $0.uploadFaults += errors } }

    package func upload(_ file: OutgoingFile) async throws(HomeserverError) -> String {
        let result = state.withLock { state -> Result<String, HomeserverError> in
            guard state.uploadFaults.isEmpty else { return .failure(state.uploadFaults.removeFirst()) }
            let upload = Upload(file: file, url: "mxc://example.org/\(state.uploads.count + 1)")
            state.uploads.append(upload)
            return .success(upload.url)
        }
        return try result.get()
    }

    /// Makes the next sends fail, one fault each.
    package func fail(_ faults: [Fault]) {
        state.withLock { $0.faults += faults }
    }

    /// How often a room's history was asked for.
    package var historyRequests: Int { state.withLock { $0.historyRequests } }

    /// Lets a room have a history, newest first, before the timeline that a sync brings.
    package func setHistory(_ events: [JSONValue], of roomID: RoomID, faults: [HomeserverError] = []) throws {
        let decoded = try events.map { try MatrixJSON.decode(RoomEvent.self, from: $0.canonicalJSON()) }
        state.withLock { state in
            state.history[roomID] = decoded
            state.historyFaults = faults
        }
    }

    /// Forgets the faults that have not come up yet.
    package func clearFaults() {
        state.withLock { $0.faults.removeAll() }
    }

    /// The messages of a room as a client shows them: each in its latest edit, in the order of the originals.
    package func messages(in roomID: RoomID) -> [Message] {
        var messages: [Message] = []
        for event in sent where event.roomID == roomID && event.type == EventType.roomMessage {
            if case .replace(let original)? = EventRelation(content: event.content) {
                guard let index = messages.firstIndex(where: { $0.eventID == original }) else { continue }
                messages[index].content = event.content["m.new_content"] ?? .null
                messages[index].edits += 1
            } else {
                messages.append(Message(eventID: event.eventID, original: event.content, content: event.content))
            }
        }
        return messages
    }

    /// A message as a client shows it.
    package struct Message: Hashable, Sendable {
        /// The id of the original event.
        package let eventID: EventID
        /// The content of the original event.
        package let original: JSONValue
        /// The content of its latest edit.
        package var content: JSONValue
        /// How many edits it has had.
        package var edits = 0

        /// The text.
        package var body: String { content["body"]?.stringValue ?? "" }
        /// Whether it is finished: a text without the live marker.
        package var isFinal: Bool {
            content["msgtype"]?.stringValue == "m.text" && content[OutgoingMessage.liveMarker] == nil
        }
    }

    package func send(
        _ content: JSONValue,
        type: String,
        transactionID: TransactionID,
        to roomID: RoomID
    ) async throws(HomeserverError) -> EventID {
        let fault = state.withLock { state in
            state.attempts.append(transactionID)
            return state.faults.isEmpty ? nil : state.faults.removeFirst()
        }
        if case .hang = fault { throw await Self.hang() }
        if case .logout = fault {
            forgetTransactions()
            throw HomeserverError(.unknownToken, "logged out")
        }
        let transactionID = TransactionID("\(deviceID)/\(transactionID)")
        let result = state.withLock { state -> Result<EventID, HomeserverError> in
            if case .before(let error) = fault { return .failure(error) }
            if state.closed.contains(roomID) { return .failure(HomeserverError(.rejected(.forbidden), "forbidden")) }
            let eventID: EventID
            if let known = state.transactions[transactionID] {
                eventID = known
            } else {
                eventID = EventID("$event-\(state.sent.count + 1)")
                state.transactions[transactionID] = eventID
                state.sent.append(SentEvent(eventID: eventID, roomID: roomID, type: type, content: content))
            }
            if case .after(let error) = fault { return .failure(error) }
            return .success(eventID)
        }
        return try result.get()
    }

    /// The session has ended and begun again: the server does not know the transactions of before.
    ///
    /// - Parameter later: How many messages of people have come into each room since, and so stand before its latest ones.
    package func forgetTransactions(later: Int) throws {
        forgetTransactions()
        let messages = try (0..<later).map { number in
            try MatrixJSON.decode(
                RoomEvent.self,
                from: SyncFactory.message("$later-\(number)", from: "@alice:example.org", "later", at: Self.now)
                    .canonicalJSON())
        }
        state.withLock { state in
            for roomID in state.history.keys { state.history[roomID]?.insert(contentsOf: messages, at: 0) }
        }
    }

    private func forgetTransactions() {
        state.withLock { state in
            state.transactions = [:]
            state.logins += 1
            for roomID in Set(state.sent.map(\.roomID)) {
                let events = state.sent.filter { $0.roomID == roomID }.reversed().compactMap { event in
                    try? MatrixJSON.decode(
                        RoomEvent.self,
                        from: SyncFactory.event(
                            event.eventID.rawValue, type: event.type, from: userID, at: Self.now, content: event.content
                        ).canonicalJSON())
                }
                state.history[roomID] = events
            }
        }
    }

    /// Events have the time at which the server was asked for them: nothing that is searched for is older.
    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    private static func hang() async -> HomeserverError {
        while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
        for _ in 0..<1_000 { await Task.yield() }
        return HomeserverError(.cancelled, "cancelled")
    }

    /// Lets a room have a piece of state.
    package func presetState(_ piece: StatePiece, _ content: JSONValue?) {
        state.withLock { $0.roomState[piece] = content }
    }

    /// Makes the next attempts to set state fail, the first error first.
    package func failStateChanges(_ errors: [HomeserverError]) {
        state.withLock { $0.stateFaults += errors }
    }

    /// The content of a piece of a room's state.
    package func storedState(_ piece: StatePiece) -> JSONValue? { state.withLock { $0.roomState[piece] } }

    /// What the bot has set of the rooms' state, in order.
    package var stateChanges: [StatePiece] { state.withLock { $0.stateChanges } }

    package func state(_ type: String, key: String, in roomID: RoomID) async throws(HomeserverError) -> JSONValue? {
        storedState(StatePiece(type, key: key, in: roomID))
    }

    package func setState(
        _ type: String,
        key: String,
        to content: JSONValue,
        in roomID: RoomID
    ) async throws(HomeserverError) {
        let failure = state.withLock { state -> HomeserverError? in
            guard state.stateFaults.isEmpty else { return state.stateFaults.removeFirst() }
            let piece = StatePiece(type, key: key, in: roomID)
            state.roomState[piece] = content
            state.stateChanges.append(piece)
            return nil
        }
        if let failure { throw failure }
    }

    package func setTyping(in roomID: RoomID, for timeout: Duration?) async throws(HomeserverError) {
        state.withLock { $0.typing[roomID] = timeout != nil }
    }

    package func markRead(_ eventID: EventID, in roomID: RoomID, thread: EventID?) async throws(HomeserverError) {
        state.withLock { $0.receipts.append(Receipt(eventID: eventID, thread: thread)) }
    }

    package func redact(
        _ eventID: EventID,
        transactionID: TransactionID,
        in roomID: RoomID
    ) async throws(HomeserverError) -> EventID {
        let sent = try await send(
            ["redacts": .string(eventID.rawValue)], type: EventType.roomRedaction, transactionID: transactionID,
            to: roomID)
        state.withLock { _ = $0.redacted.insert(eventID) }
        return sent
    }

    package func event(_ eventID: EventID, in roomID: RoomID) async throws(HomeserverError) -> RoomEvent {
        guard let event = state.withLock({ $0.events[eventID] }) else {
            throw HomeserverError(.rejected(.notFound), "no such event")
        }
        return event
    }

    /// Lets the server have an event of a person that the bot can ask for.
    package func setEvent(_ event: JSONValue) throws {
        let event = try MatrixJSON.decode(RoomEvent.self, from: event.canonicalJSON())
        state.withLock { $0.events[event.eventID] = event }
    }

    /// What the bot has redacted.
    package var redacted: Set<EventID> { state.withLock { $0.redacted } }
    /// What the bot has marked as read, in order.
    package var receipts: [Receipt] { state.withLock { $0.receipts } }

    package func join(_ roomID: RoomID, via: [String]) async throws(HomeserverError) {
        let error = state.withLock { state in
            if let error = state.joinFaults.popLast() { return error as HomeserverError? }
            state.joined.append(roomID)
            state.vias[roomID] = via
            return nil
        }
        if let error { throw error }
    }

    package func leave(_ roomID: RoomID, reason: String?) async throws(HomeserverError) {
        state.withLock { $0.left.append(roomID) }
    }

    package func history(
        of roomID: RoomID,
        before token: String?,
        until end: String?
    ) async throws(HomeserverError) -> HistoryPage {
        let result = state.withLock { state -> Result<HistoryPage, HomeserverError> in
            state.historyRequests += 1
            if let error = state.historyFaults.popLast() { return .failure(error) }
            let history = state.history[roomID] ?? []
            let start = token.flatMap { Int($0) } ?? 0
            let chunk = history.dropFirst(start).prefix(state.historyPageSize)
            let next = start + chunk.count
            let page = HistoryPage(
                events: LossyEvents(Array(chunk)),
                next: next < history.count ? String(next) : nil
            )
            return .success(page)
        }
        return try result.get()
    }

    package func accountData(_ type: String) async throws(HomeserverError) -> JSONValue {
        // Whoever reads and writes without a lock is found out by the others who get in between.
        for _ in 0..<20 { await Task.yield() }
        return state.withLock { $0.accountData[type] ?? [:] }
    }

    package func setAccountData(_ type: String, to content: JSONValue) async throws(HomeserverError) {
        state.withLock { $0.accountData[type] = content }
    }

    /// What a piece of the bot's account data is now.
    package func storedAccountData(_ type: String) -> JSONValue? { state.withLock { $0.accountData[type] } }
    /// Lets the bot's account have data from elsewhere.
    package func presetAccountData(_ type: String, _ content: JSONValue) {
        state.withLock { $0.accountData[type] = content }
    }

    package func successor(of roomID: RoomID) async throws(HomeserverError) -> RoomID? {
        let result = state.withLock { state -> Result<RoomID?, HomeserverError> in
            if let error = state.successorFaults.popLast() { return .failure(error) }
            return .success(state.successors[roomID])
        }
        return try result.get()
    }

    package func displayName(of userID: UserID) async throws(HomeserverError) -> String? {
        state.withLock { $0.names[userID] }
    }
}
