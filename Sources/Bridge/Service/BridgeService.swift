package import Logging
import MatrixAPI
package import PlatformSDK
import ServiceLifecycle
import Synchronization

/// The bridge at work: a serial inbox and a serial queue of turns for each room, all rooms side by side.
///
/// On a graceful shutdown no further turn begins; those that run may finish until `drainLimit`, and what is left goes on
/// from the store at the next start.
package final class BridgeService: Service {
    private let configuration: BridgeConfiguration
    private let store: any BridgeStore
    private let directory: RoomDirectory
    private let handler: InboxHandler
    private let runner: TurnRunner
    private let outbox: Outbox
    private let clock: BridgeClock
    private let logger: Logger
    private let openTurns = OpenTurns()
    private let lanes = Mutex(LaneStateMachine())
    private let isDraining = Mutex(false)
    private let backingOff = Mutex(0)
    private let changed = WakeSignal()
    private let homeserver: any Homeserver
    private let offers: CommandOffers

    /// Creates the bridge for one account.
    package init(
        configuration: BridgeConfiguration,
        homeserver: any Homeserver,
        store: any BridgeStore,
        platform: any PlatformClient,
        attachments: (any AttachmentSource)? = nil,
        shelf: (any FileShelf)? = nil,
        markdown: any MarkdownRenderer,
        notices: any Notices = EnglishNotices(),
        clock: BridgeClock = BridgeClock(),
        logger: Logger
    ) {
        let directory = RoomDirectory()
        let renderer = ReplyRenderer(
            markdown: markdown,
            showsTokens: configuration.showsTokens,
            tokensLine: notices.tokens
        )
        let outbox = Outbox(
            homeserver: homeserver,
            store: store,
            directory: directory,
            budget: configuration.budget,
            clock: clock,
            logger: logger
        )
        let commands = CommandRegistry(prefix: configuration.commandPrefix, notices: notices)
        let typedCommands = TypedCommands(commands, notices: notices)
        offers = CommandOffers(
            homeserver: homeserver,
            store: store,
            outbox: outbox,
            directory: directory,
            descriptions: { roomID in
                guard configuration.offersCommands else { return [] }
                return typedCommands.descriptions { configuration.permissions.allowsSomebody($0, in: roomID) }
            },
            clock: clock,
            logger: logger
        )
        self.configuration = configuration
        self.store = store
        self.directory = directory
        self.outbox = outbox
        self.clock = clock
        self.logger = logger
        self.homeserver = homeserver
        handler = InboxHandler(
            homeserver: homeserver,
            outbox: outbox,
            store: store,
            platform: platform,
            directory: directory,
            policy: AnswerPolicy(
                userID: homeserver.userID,
                displayName: configuration.displayName,
                allowed: configuration.allowed,
                strangers: configuration.strangers,
                prefix: configuration.commandPrefix,
                typedCommands: typedCommands
            ),
            permissions: configuration.permissions,
            welcomes: configuration.welcomes,
            invites: configuration.invites,
            commands: commands,
            renderer: renderer,
            notices: notices,
            mergesQuestions: configuration.mergeWindow != nil,
            clock: clock,
            logger: logger
        )
        runner = TurnRunner(
            homeserver: homeserver,
            store: store,
            platform: platform,
            attachments: attachments,
            shelf: shelf,
            outbox: outbox,
            directory: directory,
            renderer: renderer,
            policy: configuration.editPolicy,
            notices: notices,
            clock: clock,
            logger: logger
        )
    }

    /// Takes what the sync loop brings; to be handed to it.
    package var intake: SyncIntake {
        SyncIntake(
            homeserver: homeserver,
            store: store,
            directory: directory,
            clock: clock,
            firstStartMaximumAge: configuration.firstStartMaximumAge,
            logger: logger,
            arrived: { [weak self] rooms in self?.wake(rooms.flatMap { [.turns($0), .notices($0)] }) },
            empowered: { [weak self] rooms in self?.offers.look(at: rooms) },
            wake: { [weak self] rooms in self?.wake(rooms.map(Lane.inbox)) }
        )
    }

    /// Reads the rooms from the store. Sync responses may only be taken after it has returned.
    package func prepare() async throws {
        directory.update(try await store.rooms())
        for turn in try await store.unfinishedTurns() { openTurns.note(turn, at: clock.now) }
        wake(try await store.roomsWithOpenItems().map(Lane.inbox))
        wake(openTurns.rooms.map(Lane.turns))
        wake(try await store.roomsWithPendingNotices().map(Lane.notices))
        offers.look(at: directory.all.keys.sorted())
    }

    /// Works until it is shut down or cancelled.
    package func run() async {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.offers.run() }
                await work(in: &group)
                await drain(in: &group)
                group.cancelAll()
            }
            await logSends()
        } onGracefulShutdown: {
            self.isDraining.withLock { $0 = true }
            self.changed.raise()
        }
    }

    private func work(in group: inout DiscardingTaskGroup) async {
        group.addTask { await self.stranded.run { self.wake([.turns($0)]) } }
        while !isEnding {
            startLanes(in: &group)
            await changed.wait()
        }
    }

    private var stranded: StrandedTurns {
        StrandedTurns(
            store: store, directory: directory, limit: configuration.successorLimit, clock: clock, logger: logger)
    }

    private func drain(in group: inout DiscardingTaskGroup) async {
        let deadline = clock.now + configuration.drainLimit
        while isWorking, clock.now < deadline, !Task.isCancelled {
            startLanes(in: &group)
            await changed.wait(until: deadline, clock: clock)
        }
        let left = openTurns.count
        if left > 0 {
            logger.info("answers that are not complete go on at the next start", metadata: ["turns": "\(left)"])
        }
    }

    private func logSends() async {
        let (counts, limit) = (await outbox.counts, await outbox.limit)
        logger.debug(
            "what was sent within the homeserver's limit",
            metadata: [
                "edits": "\(counts.edits)", "saved": "\(counts.saved)", "throttled": "\(counts.throttled)",
                "events_per_second": "\(limit.rate)", "burst": "\(limit.burst)",
            ]
        )
    }

    private func startLanes(in group: inout DiscardingTaskGroup) {
        for lane in lanes.withLock({ $0.takeStarts() }) {
            group.addTask { await self.run(lane) }
        }
    }

    /// Whether a lane does something; one that waits for its next attempt need not be waited for.
    private var isWorking: Bool {
        lanes.withLock(\.runningCount) > backingOff.withLock { $0 }
    }

    private var isEnding: Bool {
        isDraining.withLock { $0 } || Task.isCancelled
    }

    private func wake(_ woken: [Lane]) {
        lanes.withLock { lanes in
            for lane in woken { lanes.wake(lane) }
        }
        changed.raise()
    }

    /// Works off one lane, again and again while it is woken; a failing store is tried again, as nothing else can be done.
    private func run(_ lane: Lane) async {
        var backoff = RetryBackoff()
        repeat {
            do {
                try await workOff(lane)
                backoff.reset()
            } catch is CancellationError {
                continue
            } catch {
                logger.error("a queue is held up", metadata: ["queue": "\(lane)", "error": "\(error)"])
                await pause(for: backoff.next())
                if !isEnding { lanes.withLock { $0.wake(lane) } }
            }
        } while lanes.withLock { $0.finished(lane) } && !Task.isCancelled
        changed.raise()
    }

    private func pause(for duration: Duration) async {
        backingOff.withLock { $0 += 1 }
        changed.raise()
        try? await clock.sleep(for: duration)
        backingOff.withLock { $0 -= 1 }
    }

    private func workOff(_ lane: Lane) async throws {
        switch lane {
        case .inbox(let roomID):
            while !isEnding, let item = try await store.nextOpenItem(in: roomID) {
                try await deal(with: item)
            }
        case .turns(let roomID):
            while !isEnding, let entry = openTurns.begin(in: roomID) {
                guard let turn = try await store.turn(entry.turnID), turn.state != .done else {
                    openTurns.removeFirst(in: roomID)
                    continue
                }
                guard turn.question.place.roomID == roomID else {
                    queue(turn)
                    openTurns.removeFirst(in: roomID)
                    continue
                }
                // Turns that have moved to a room before the bot is in it wait until it is.
                guard canAnswer(in: roomID) else { return }
                try await work(on: turn, entry)
            }
        case .notices(let roomID):
            // What has moved to a room that the bot knows nothing of yet waits until it is in there.
            guard directory.room(roomID) != nil else { return }
            for pending in try await store.pendingNotices(in: roomID) {
                _ = try await outbox.deliver(pending)
            }
            if let successor = directory.successor(of: roomID) { wake([.notices(successor)]) }
        }
    }

    /// Answers a turn as it stands in the store, until it is done or its question changes.
    private func work(on turn: Turn, _ entry: OpenTurns.Entry) async throws {
        if turn.isStopRequested { entry.stop.raise() }
        // From the first moment: people see that they were heard, and the homeserver is done with it before text comes.
        try await runner.showingWork(on: turn) {
            if let window = configuration.mergeWindow, turn.state == .queued, turn.revision == 0, !turn.isStopRequested
            {
                try await clock.sleep(until: entry.queuedAt + window)
                if isEnding { return }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.runner.run(turn, stop: entry.stop) }
                group.addTask { try await self.waitForRevision(of: turn, entry.change) }
                defer { group.cancelAll() }
                try await group.next()
            }
            try Task.checkCancellation()
        }
    }

    /// Returns when the stored turn is at another revision, or when the task is cancelled.
    private func waitForRevision(of turn: Turn, _ change: WakeSignal) async throws {
        while !Task.isCancelled {
            await change.wait()
            let stored = try await store.turn(turn.turnID)
            if stored?.revision != turn.revision { return }
        }
    }

    private func deal(with item: InboxItem) async throws {
        let status = BridgeStatus(
            version: configuration.version,
            uptime: clock.now,
            rooms: directory.joinedCount,
            openTurnsInRoom: openTurns.count(in: item.roomID),
            openTurns: openTurns.count,
            sends: await outbox.counts,
            eventsPerSecond: await outbox.limit.rate
        )
        let outcome = try await handler.outcome(of: item, status: status)
        var changing: Turn?
        if let change = outcome.change { changing = try await store.turn(change.turnID) }
        try await store.settle(outcome)
        if outcome.stopsTurns { openTurns.stopAll(in: item.roomID) }
        // Nothing more goes to a room that the bot has left: what still waits for it is concluded as refused.
        if case .departure = item.content { wake([.turns(item.roomID), .notices(item.roomID)]) }
        try await note(outcome)
        if let changing { try await stopReplaced(changing) }
        // The lane of a room finds by itself which of its turns have moved.
        if outcome.move != nil { wake([.turns(item.roomID)]) }
        if outcome.reply != nil || outcome.welcome != nil { wake([.notices(item.roomID)]) }
    }

    /// Tells the queue of turns what has been stored.
    private func note(_ outcome: Settlement) async throws {
        if let question = outcome.turn, let turn = try await store.turn(concerning: question.sourceEventID) {
            queue(turn)
        }
        if let change = outcome.change, let turn = try await store.turn(change.turnID) { queue(turn) }
    }

    /// Ends the run of a question that has changed meanwhile: nobody waits for its answer any more.
    private func stopReplaced(_ turn: Turn) async throws {
        guard turn.state == .running, try await store.turn(turn.turnID)?.revision != turn.revision else { return }
        await runner.stop(turn)
    }

    private func queue(_ turn: Turn) {
        openTurns.note(turn, at: clock.now)
        wake([.turns(turn.question.place.roomID)])
    }

    private func canAnswer(in roomID: RoomID) -> Bool {
        switch directory.room(roomID)?.membership {
        case .joined, .left: true
        case .invited, nil: false
        }
    }
}
