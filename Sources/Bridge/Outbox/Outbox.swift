package import Logging
package import MatrixAPI

/// Sends stored events and stores how that ended, within what the account may send.
package actor Outbox {
    /// How the sending of an event ended, as its sender has to know it.
    package enum Delivery: Hashable, Sendable {
        /// The server has it under this id.
        case sent(EventID)
        /// The server refused it for good, or the room may not have it.
        case refused
        /// It was not sent; a newer edit may go out after this instant.
        case postponed(until: Duration)
    }

    private let homeserver: any Homeserver
    private let store: any BridgeStore
    private let directory: RoomDirectory
    private let clock: BridgeClock
    private let logger: Logger
    private var budget: SendBudget
    private let startedAt: Int64
    private var isServerDown = false
    private var deliveries = 0
    /// How long a transaction id is relied on, in milliseconds: Synapse forgets it after a day.
    private static let transactionLife: Int64 = 12 * 3_600_000

    /// Creates an outbox with a full budget.
    package init(
        homeserver: any Homeserver,
        store: any BridgeStore,
        directory: RoomDirectory,
        budget: SendBudget,
        clock: BridgeClock,
        logger: Logger
    ) {
        self.homeserver = homeserver
        self.store = store
        self.directory = directory
        self.budget = budget
        self.clock = clock
        self.logger = logger
        startedAt = clock.milliseconds
    }

    /// The device that new events belong to.
    package nonisolated var deviceID: DeviceID { homeserver.deviceID }

    /// How the budget was used so far.
    package private(set) var counts = SendCounts()

    /// What is known of the server's limit.
    package var limit: LearnedLimit { budget.limit }

    /// Holds back a slot for the end of a turn's reply.
    package func openReply(_ turnID: String) {
        budget.openReply(turnID)
    }

    /// Releases the slot of a turn's reply.
    package func closeReply(_ turnID: String) {
        budget.closeReply(turnID)
    }

    /// Asks whether a draft or an edit of a turn's reply may go out now; once granted, it has to be delivered.
    ///
    /// - Parameter isFirstText: Whether the room shows nothing of the reply yet.
    package func askForEdit(of turnID: String, isFirstText: Bool) -> SendBudget.Grant {
        budget.askForEdit(of: turnID, isFirstText: isFirstText, now: clock.now)
    }

    /// Counts an edit that was never sent, as a newer text took its place.
    package func countSavedEdit() {
        counts.saved += 1
    }

    /// Counts an event that the account sends by other ways, such as a join: servers count it as well.
    package func countEvent() {
        budget.countEvent(now: clock.now)
    }

    /// Makes a request that counts as an event and that nobody waits for, once the account has a slot to spare; it is made
    /// again as often as the server refuses it for its limit.
    ///
    /// Throws `HomeserverError` where the request fails for another reason, and `CancellationError`.
    package func perform(_ request: @Sendable () async throws(HomeserverError) -> Void) async throws {
        while true {
            while case .wait(let instant) = budget.askInBackground(now: clock.now) {
                try await clock.sleep(until: instant)
            }
            do {
                try await request()
                budget.accepted(now: clock.now)
                return
            } catch {
                guard case .limited(let retryAfter) = error.kind else {
                    budget.failed()
                    throw error
                }
                pause(for: retryAfter)
            }
        }
    }

    /// Stores an event and sends it until the server has it, repeating it exactly.
    ///
    /// Throws what the store throws, and `CancellationError`; the event stays pending then.
    package func deliver(_ event: NewOutgoingEvent) async throws -> Delivery {
        try await deliver(store.enqueue(event))
    }

    /// Sends a stored event until the server has it, repeating it exactly.
    package func deliver(_ stored: OutgoingEvent) async throws -> Delivery {
        if case .sent(let eventID) = stored.state { return .sent(eventID) }
        return try await send(stored, isOvertakable: false, isGranted: false)
    }

    /// Whether the homeserver may have an event whose transaction id it has forgotten.
    ///
    /// That is so for what an earlier run of the program has stored, whose device may have been logged out since, and for
    /// what has waited too long.
    private func isUncertain(_ stored: OutgoingEvent) -> Bool {
        stored.storedAt < startedAt || stored.event.deviceID != deviceID
            || clock.milliseconds - stored.storedAt > Self.transactionLife
    }

    /// Stores a draft or an edit that `askForEdit` has granted, and sends it. An edit that meets a pause is postponed: a
    /// newer one may overtake it. A draft is repeated, since its message has to come to be once and no more.
    package func deliverGranted(_ event: NewOutgoingEvent) async throws -> Delivery {
        let stored: OutgoingEvent
        do {
            stored = try await store.enqueue(event)
        } catch {
            budget.failed()
            throw error
        }
        let delivery = try await send(stored, isOvertakable: event.kind == .edit, isGranted: true)
        if case .sent = delivery { counts.edits += 1 }
        return delivery
    }

    /// Repeats an event until its fate is known.
    ///
    /// An edit whose fate is unknown is repeated as well: taken late, after a newer one, it would be what people see.
    private func send(_ stored: OutgoingEvent, isOvertakable: Bool, isGranted: Bool) async throws -> Delivery {
        var backoff = RetryBackoff()
        var refusals = RefusalCount(deliveries: deliveries)
        var isUncertain = isUncertain(stored)
        var isGranted = isGranted
        var loginsBefore: Int?
        while true {
            if isUncertain {
                switch try await sighting(of: stored) {
                case .found(let eventID):
                    noteServerUp()
                    try await store.conclude(stored.id, .sent(eventID))
                    return .sent(eventID)
                case .absent:
                    isUncertain = false
                case .unknown:
                    try await clock.sleep(for: backoff.next())
                    continue
                }
            }
            if !isGranted { try await waitForSlot(of: stored.event) }
            isGranted = false
            // Whoever has logged in anew since the last attempt has ended what its transaction id stood for.
            if let loginsBefore, loginsBefore != homeserver.logins {
                budget.failed()
                isUncertain = true
            }
            loginsBefore = homeserver.logins
            if isUncertain { continue }
            let eventID: EventID
            do {
                eventID = try await attempt(stored.event)
                budget.accepted(now: clock.now)
            } catch {
                if case .limited(let retryAfter) = error.kind { pause(for: retryAfter) } else { budget.failed() }
                switch error.kind {
                case .limited:
                    guard isOvertakable else { continue }
                    try await store.conclude(stored.id, .superseded)
                    return .postponed(until: budget.pausedUntil)
                case .unreachable:
                    noteServerDown(error)
                case .unknownToken:
                    // A login that was ended takes the transaction ids with it: what may have arrived is looked for.
                    isUncertain = true
                    noteServerDown(error)
                case .unintelligible:
                    if refusals.isFinal(deliveries: deliveries) {
                        return try await refuse(stored, because: error.message)
                    }
                    noteServerDown(error)
                case .rejected(let code):
                    var isFinal = code != .forbidden
                    if !isFinal { isFinal = try await knowsReplacement(of: stored.event.roomID) }
                    if isFinal {
                        return try await refuse(stored, because: "\(code): \(error.message)")
                    }
                case .cancelled:
                    throw CancellationError()
                }
                try await clock.sleep(for: backoff.next())
                continue
            }
            noteServerUp()
            try await store.conclude(stored.id, .sent(eventID))
            return .sent(eventID)
        }
    }

    private func attempt(_ event: NewOutgoingEvent) async throws(HomeserverError) -> EventID {
        guard directory.room(event.roomID)?.isEncrypted != true else {
            throw HomeserverError(.rejected(.forbidden), "the room is encrypted, and plain text never goes into one")
        }
        guard directory.room(event.roomID)?.membership != .left else {
            throw HomeserverError(.rejected(.forbidden), "the bot is not in the room any more")
        }
        if event.kind == .redaction, let target = event.content["redacts"]?.stringValue {
            return try await homeserver.redact(
                EventID(target),
                transactionID: event.transactionID,
                in: event.roomID
            )
        }
        return try await homeserver.send(
            event.content,
            type: event.type,
            transactionID: event.transactionID,
            to: event.roomID
        )
    }

    private enum Sighting { case found(EventID), absent, unknown }

    private func sighting(of stored: OutgoingEvent) async throws -> Sighting {
        do {
            return try await search.eventID(of: stored).map(Sighting.found) ?? .absent
        } catch let error as HomeserverError {
            return try await isPassing(error) ? .unknown : .absent
        }
    }

    /// Whether it is known if a room that takes no message has been replaced.
    private func knowsReplacement(of roomID: RoomID) async throws -> Bool {
        do throws(HomeserverError) {
            try await replacement.look(for: roomID)
            return true
        } catch {
            return try await !isPassing(error)
        }
    }

    private var search: SentEventSearch { SentEventSearch(homeserver: homeserver, store: store) }
    private var replacement: RoomReplacement { RoomReplacement(homeserver: homeserver, directory: directory) }

    /// Whether a question to the homeserver is to be asked again later; throws where nobody waits for that.
    private func isPassing(_ error: HomeserverError) async throws -> Bool {
        switch error.kind {
        case .cancelled: throw CancellationError()
        case .limited(let retryAfter): pause(for: retryAfter)
        case .unreachable, .unknownToken: noteServerDown(error)
        case .unintelligible, .rejected: return false
        }
        return true
    }

    private func refuse(_ stored: OutgoingEvent, because reason: String) async throws -> Delivery {
        let metadata: Logger.Metadata = [
            "room": "\(stored.event.roomID)", "kind": "\(stored.event.kind.rawValue)", "reason": "\(reason)",
        ]
        let successor = directory.successor(of: stored.event.roomID)
        if let successor, stored.event.turnID == nil, let moved = stored.event.moved(to: successor) {
            _ = try await store.enqueue(moved)
        }
        if directory.room(stored.event.roomID)?.membership == .left || successor != nil {
            logger.info("a message has lost its room", metadata: metadata)
        } else {
            logger.error("the homeserver refused a message", metadata: metadata)
        }
        try await store.conclude(stored.id, .refused(reason))
        return .refused
    }

    /// Waits for the turn of an event that must go out; it waits only where the server has asked for a pause.
    private func waitForSlot(of event: NewOutgoingEvent) async throws {
        if let turnID = event.turnID { budget.withdrawEdit(of: turnID) }
        let ticket = budget.ticket()
        while case .wait(let instant) = budget.ask(for: ticket, now: clock.now) {
            do {
                try await clock.sleep(until: instant)
            } catch {
                budget.giveUp(ticket)
                throw error
            }
        }
    }

    private func pause(for retryAfter: Duration?) {
        let pause = min(max(retryAfter ?? .seconds(5), .milliseconds(50)), .seconds(600))
        counts.throttled += 1
        budget.refused(retryAfter: pause, now: clock.now)
        logger.debug(
            "the homeserver asked for a pause",
            metadata: ["seconds": "\(pause / .seconds(1))", "events_per_second": "\(budget.limit.rate)"]
        )
    }

    private func noteServerUp() {
        deliveries += 1
        guard isServerDown else { return }
        isServerDown = false
        logger.info("the homeserver takes messages again")
    }

    private func noteServerDown(_ error: HomeserverError) {
        guard !isServerDown else { return }
        isServerDown = true
        logger.warning("the homeserver takes no messages; trying again until it does", metadata: ["error": "\(error)"])
    }
}

/// Tells a proxy that refuses one event from one that is in the way of all: only the first is worth giving up for.
private struct RefusalCount {
    private static let maximum = 5

    private let deliveriesBefore: Int
    private var refusals = 0

    init(deliveries: Int) {
        deliveriesBefore = deliveries
    }

    /// Counts a refusal; true after several, while other events have gone out.
    mutating func isFinal(deliveries: Int) -> Bool {
        refusals += 1
        return refusals >= Self.maximum && deliveries > deliveriesBefore
    }
}
