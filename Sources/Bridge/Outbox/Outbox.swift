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
        var backoff = RetryBackoff()
        while true {
            try await waitForServer()
            do {
                return try await attempt(stored)
            } catch {
                switch error.kind {
                case .limited(let retryAfter):
                    pause(for: retryAfter)
                case .unreachable, .unknownToken:
                    noteServerDown(error)
                    try await clock.sleep(for: backoff.next())
                case .rejected(let code):
                    return try await refuse(stored, because: "\(code): \(error.message)")
                case .cancelled:
                    throw CancellationError()
                }
            }
        }
    }

    /// Stores an edit that a newer one may overtake, and tries once to send it.
    package func deliverEdit(_ event: NewOutgoingEvent) async throws -> Delivery {
        let stored = try await store.enqueue(event)
        do {
            return try await attempt(stored)
        } catch {
            switch error.kind {
            case .rejected(let code):
                return try await refuse(stored, because: "\(code): \(error.message)")
            case .limited(let retryAfter):
                pause(for: retryAfter)
            case .unreachable, .unknownToken:
                noteServerDown(error)
                budget.limited(retryAfter: .seconds(1), now: clock.now)
            case .cancelled:
                break
            }
            try await store.conclude(stored.id, .superseded)
            if error.kind == .cancelled { throw CancellationError() }
            return .postponed(until: budget.pausedUntil)
        }
    }

    private func attempt(_ stored: OutgoingEvent) async throws(HomeserverError) -> Delivery {
        let event = stored.event
        guard directory.room(event.roomID)?.isEncrypted != true else {
            throw HomeserverError(.rejected(.forbidden), "the room is encrypted, and plain text never goes into one")
        }
        let eventID = try await homeserver.send(
            event.content,
            type: event.type,
            transactionID: event.transactionID,
            to: event.roomID
        )
        if isServerDown {
            isServerDown = false
            logger.info("the homeserver takes messages again")
        }
        do {
            try await store.conclude(stored.id, .sent(eventID))
        } catch {
            // The event stays pending and is repeated later with the same transaction id, which sends nothing twice.
            logger.error("a sent event could not be recorded", metadata: ["error": "\(error)"])
        }
        return .sent(eventID)
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

    private func noteServerDown(_ error: HomeserverError) {
        guard !isServerDown else { return }
        isServerDown = true
        logger.warning("the homeserver takes no messages; trying again until it does", metadata: ["error": "\(error)"])
    }
}
