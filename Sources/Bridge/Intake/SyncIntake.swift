package import Logging
package import MatrixAPI

/// Stores what a sync response brings, and only then lets the next one be asked for.
package struct SyncIntake: SyncConsumer {
    private let store: any BridgeStore
    private let directory: RoomDirectory
    private let policy: IntakePolicy
    private let gaps: GapFiller
    private let wake: @Sendable ([RoomID]) -> Void
    private let speech: SpeechCheck
    private let arrived: @Sendable ([RoomID]) -> Void
    private let empowered: @Sendable ([RoomID]) -> Void
    private let logger: Logger
    private let firstAnswered: Int64

    /// Creates an intake.
    ///
    /// - Parameters:
    ///   - firstStartMaximumAge: How old what is answered at the very first start may be.
    ///   - arrived: Told the rooms that the bot has come into.
    ///   - empowered: Told the rooms that the bot has come into, and those whose power levels have changed.
    ///   - wake: Told the rooms that have something new, after it is stored.
    package init(
        homeserver: any Homeserver,
        store: any BridgeStore,
        directory: RoomDirectory,
        clock: BridgeClock,
        firstStartMaximumAge: Duration = .zero,
        logger: Logger,
        arrived: @escaping @Sendable ([RoomID]) -> Void = { _ in },
        empowered: @escaping @Sendable ([RoomID]) -> Void = { _ in },
        wake: @escaping @Sendable ([RoomID]) -> Void
    ) {
        self.store = store
        self.directory = directory
        self.policy = IntakePolicy(userID: homeserver.userID)
        self.gaps = GapFiller(homeserver: homeserver, store: store, clock: clock, logger: logger)
        self.logger = logger
        speech = SpeechCheck(userID: homeserver.userID)
        self.wake = wake
        self.arrived = arrived
        self.empowered = empowered
        firstAnswered = clock.milliseconds - Int64(firstStartMaximumAge / .milliseconds(1))
    }

    package func syncToken() async throws -> String? {
        try await store.syncToken()
    }

    package func consume(_ response: SyncResponse, since: String?) async throws {
        reportMalformed(response)
        var admission: Admission
        if let since {
            let response = try await gaps.filled(response, since: since)
            admission = policy.admission(of: response, known: directory.all, isFirst: false)
        } else {
            admission = try await beginning(with: response)
        }
        admission.items = try await knownChanges(admission.items)
        // The homeserver forgets nothing, but it is not asked again: from here on the store answers for the events.
        let rooms = try await store.admit(admission)
        let entered = admission.rooms.filter { room in
            room.membership == .joined && directory.room(room.roomID)?.membership != .joined
        }
        directory.update(admission.rooms)
        reportSilence(response)
        if !entered.isEmpty { arrived(entered.map(\.roomID)) }
        let governed = response.rooms.join.filter { room in
            (room.value.state.elements + room.value.timeline.events.elements).contains(where: \.setsPowerLevels)
        }
        let empoweredRooms = Set(governed.keys).union(entered.map(\.roomID))
        if !empoweredRooms.isEmpty { empowered(empoweredRooms.sorted()) }
        if !rooms.isEmpty { wake(rooms) }
    }

    /// The items without the changes of mind about events that the bridge has nothing to do with.
    private func knownChanges(_ items: [NewInboxItem]) async throws -> [NewInboxItem] {
        var kept: [NewInboxItem] = []
        var keys: Set<String> = []
        for item in items {
            if case .event(let event) = item.content, let target = ChangeOfMind(event)?.target,
                !keys.contains(target.rawValue), try await !store.isAdmitted(target.rawValue),
                try await !store.isOwnEvent(target)
            {
                continue
            }
            keys.insert(item.key)
            kept.append(item)
        }
        return kept
    }

    /// What a response without a position brings.
    ///
    /// At the very first start that is what was said shortly before, as far as that is to be answered. Where the bridge has
    /// listened before, and the homeserver has lost its place, it is what was said after the last message that was heard.
    private func beginning(with response: SyncResponse) async throws -> Admission {
        let known = directory.all
        var admission = policy.admission(of: response, known: known, isFirst: true)
        guard let begunAt = try await store.firstSync() else {
            try await addRecent(of: response, to: &admission)
            return admission
        }
        for (roomID, room) in response.rooms.join.sorted(by: { $0.key < $1.key }) {
            let wasJoined = known[roomID]?.membership == .joined
            let missed = try await gaps.missed(
                in: roomID, endingWith: room.timeline, since: wasJoined ? begunAt : .min)
            admission.items += policy.items(missed, in: roomID)
        }
        return admission
    }

    /// Adds what was said before the very first start, but not before the bot came, nor before it last spoke itself: an
    /// earlier installation has dealt with that.
    private func addRecent(of response: SyncResponse, to admission: inout Admission) async throws {
        for (roomID, room) in response.rooms.join.sorted(by: { $0.key < $1.key }) {
            let entered = admission.rooms.first { $0.roomID == roomID }
            guard entered?.successor == nil else { continue }
            // The join may stand in the state, before the timeline.
            let oldest = max(firstAnswered, entered?.joinedAt ?? .min)
            let recent = try await gaps.recent(in: roomID, endingWith: room.timeline, since: oldest)
            admission.items += policy.items(recent, in: roomID)
        }
    }

    /// Says which rooms the bot may not speak in: there it would be seen to read and never to answer.
    private func reportSilence(_ response: SyncResponse) {
        for (roomID, room) in response.rooms.join where directory.room(roomID)?.successor == nil {
            guard let lack = speech.lack(in: room.state.elements + room.timeline.events.elements) else { continue }
            logger.warning(
                "the bot may not send messages in a room: raise its power level, or lower what messages need",
                metadata: ["room": "\(roomID)", "level": "\(lack.level)", "needed": "\(lack.needed)"]
            )
        }
    }

    private func reportMalformed(_ response: SyncResponse) {
        for failure in response.rooms.failures {
            logger.warning(
                "a room that cannot be read was left out",
                metadata: ["room": "\(failure.roomID)", "reason": "\(failure.description)"]
            )
        }
        for (roomID, room) in response.rooms.join {
            report(room.timeline.events.failures + room.state.failures, in: roomID)
        }
        for (roomID, room) in response.rooms.invite { report(room.inviteState.failures, in: roomID) }
    }

    private func report(_ failures: [DecodingFailure], in roomID: RoomID) {
        for failure in failures {
            logger.warning(
                "an event that cannot be read was left out",
                metadata: ["room": "\(roomID)", "reason": "\(failure.description)"]
            )
        }
    }
}

extension RoomEvent {
    /// Whether the event says anew who may do what in the room.
    fileprivate var setsPowerLevels: Bool { type == EventType.roomPowerLevels && stateKey == "" }
}
