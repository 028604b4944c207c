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
    private var isServerDown = false
    private var deliveries = 0

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
    }

    /// The device that new events belong to.
    package nonisolated var deviceID: DeviceID { homeserver.deviceID }

    /// Holds back a slot for the end of a reply.
    package func openReply() {
        budget.openReply()
    }

    /// Releases the slot of a reply.
    package func closeReply() {
        budget.closeReply()
    }

    /// Asks whether an event that can wait may go out now; its token is taken then.
    package func takeIfSpare() -> SendBudget.Grant {
        budget.takeIfSpare(now: clock.now)
    }

    /// Counts an event that the account sends by other ways, such as a join: servers count it as well.
    package func countEvent() {
        budget.takeForRequiredEvent(now: clock.now)
    }

    /// Stores an event and sends it until the server has it, repeating it exactly.
    ///
    /// Throws what the store throws, and `CancellationError`; the event stays pending then.
    ///
    /// - Parameter hasToken: Whether its token was taken before, by `takeIfSpare`.
    package func deliver(_ event: NewOutgoingEvent, hasToken: Bool = false) async throws -> Delivery {
        try await deliver(store.enqueue(event), hasToken: hasToken)
    }

    /// Sends a stored event until the server has it, repeating it exactly.
    package func deliver(_ stored: OutgoingEvent, hasToken: Bool = false) async throws -> Delivery {
        if case .sent(let eventID) = stored.state { return .sent(eventID) }
        if !hasToken { countEvent() }
        if stored.event.deviceID != deviceID, let eventID = try await alreadySent(stored.event) {
            try await store.conclude(stored.id, .sent(eventID))
            return .sent(eventID)
        }
        return try await send(stored, isOvertakable: false)
    }

    /// Stores an edit that a newer one may overtake, and sends it unless the server asks for a pause.
    package func deliverEdit(_ event: NewOutgoingEvent) async throws -> Delivery {
        let stored = try await store.enqueue(event)
        return try await send(stored, isOvertakable: true)
    }

    /// Repeats an event until its fate is known.
    ///
    /// An edit whose fate is unknown is repeated as well: taken late, after a newer one, it would be what people see.
    private func send(_ stored: OutgoingEvent, isOvertakable: Bool) async throws -> Delivery {
        var backoff = RetryBackoff()
        var refusals = RefusalCount(deliveries: deliveries)
        var isTokenRefused = false
        while true {
            try await waitForServer()
            // A login that was ended takes the transaction ids with it: what may have arrived is looked for.
            if isTokenRefused, let eventID = try await alreadySent(stored.event) {
                noteServerUp()
                try await store.conclude(stored.id, .sent(eventID))
                return .sent(eventID)
            }
            let eventID: EventID
            do {
                eventID = try await attempt(stored.event)
            } catch {
                switch error.kind {
                case .limited(let retryAfter):
                    pause(for: retryAfter)
                    guard isOvertakable else { continue }
                    try await store.conclude(stored.id, .superseded)
                    return .postponed(until: budget.pausedUntil)
                case .unreachable:
                    noteServerDown(error)
                case .unknownToken:
                    isTokenRefused = true
                    noteServerDown(error)
                case .unintelligible:
                    if refusals.isFinal(deliveries: deliveries) {
                        return try await refuse(stored, because: error.message)
                    }
                    noteServerDown(error)
                case .rejected(let code):
                    return try await refuse(stored, because: "\(code): \(error.message)")
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

    /// Looks for an event among the room's latest: a transaction id means nothing to a device that did not use it.
    private func alreadySent(_ event: NewOutgoingEvent) async throws -> EventID? {
        do {
            let page = try await homeserver.history(of: event.roomID, before: nil, until: nil)
            return page.events.elements.first { $0.sender == homeserver.userID && $0.content == event.content }?.eventID
        } catch {
            if error.kind == .cancelled { throw CancellationError() }
            return nil
        }
    }

    private func refuse(_ stored: OutgoingEvent, because reason: String) async throws -> Delivery {
        logger.error(
            "the homeserver refused a message",
            metadata: [
                "room": "\(stored.event.roomID)", "kind": "\(stored.event.kind.rawValue)", "reason": "\(reason)",
            ]
        )
        try await store.conclude(stored.id, .refused(reason))
        return .refused
    }

    private func waitForServer() async throws {
        while clock.now < budget.pausedUntil {
            try await clock.sleep(until: budget.pausedUntil)
        }
    }

    private func pause(for retryAfter: Duration?) {
        let pause = min(max(retryAfter ?? .seconds(5), .milliseconds(50)), .seconds(600))
        budget.limited(retryAfter: pause, now: clock.now)
        logger.debug("the homeserver asked for a pause", metadata: ["seconds": "\(pause)"])
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
