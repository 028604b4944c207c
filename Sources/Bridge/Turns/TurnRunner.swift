import Foundation
package import Logging
package import PlatformSDK

/// Answers one turn: asks the agent, shows the reply as it grows, and stores how far it has come at each step.
package struct TurnRunner: Sendable {
    /// How often the agent is asked for one answer: a question that brings the program down must not do so for ever.
    package static let maximumAttempts = 5
    private static let stopPatience: Duration = .seconds(5)

    private let homeserver: any Homeserver
    private let store: any BridgeStore
    private let platform: any PlatformClient
    private let attachments: (any AttachmentSource)?
    private let shelf: (any FileShelf)?
    private let outbox: Outbox
    private let directory: RoomDirectory
    private let renderer: ReplyRenderer
    private let policy: EditPolicy
    private let notices: any Notices
    private let clock: BridgeClock
    private let logger: Logger

    /// Creates a runner.
    package init(
        homeserver: any Homeserver,
        store: any BridgeStore,
        platform: any PlatformClient,
        attachments: (any AttachmentSource)?,
        shelf: (any FileShelf)?,
        outbox: Outbox,
        directory: RoomDirectory,
        renderer: ReplyRenderer,
        policy: EditPolicy,
        notices: any Notices,
        clock: BridgeClock,
        logger: Logger
    ) {
        self.homeserver = homeserver
        self.store = store
        self.platform = platform
        self.attachments = attachments
        self.shelf = shelf
        self.outbox = outbox
        self.directory = directory
        self.renderer = renderer
        self.policy = policy
        self.notices = notices
        self.clock = clock
        self.logger = logger
    }

    /// Returns when the turn is done, or has moved to the room that has taken its room's place meanwhile.
    ///
    /// Throws `CancellationError` when its task is cancelled, and what the store throws; the turn can be run again then.
    ///
    /// - Parameter stop: Raised when a person wants no more of the answer.
    package func run(_ pending: Turn, stop: WakeSignal) async throws {
        guard !pending.isWithdrawn else { return try await withdraw(pending) }
        let runID = pending.runID ?? "run-\(UUID().uuidString.lowercased())"
        let turn = pending.answer == nil ? try await store.beginRun(of: pending.turnID, runID: runID) : pending
        // Its question may have changed since it was read, or its room; whoever runs it next reads it anew.
        guard turn.revision == pending.revision, turn.question.place == pending.question.place else { return }
        let roomID = turn.question.place.roomID
        let feed = ReplyFeed(turn)
        let delivery = ReplyDelivery(
            turn: turn,
            isReply: directory.room(roomID)?.isDirect != true,
            renderer: renderer,
            policy: policy,
            outbox: outbox,
            store: store,
            notices: notices,
            clock: clock
        )
        guard turn.answer == nil else {
            try await delivery.run(feed)
            try await files.run(turn)
            return try await conclude(turn)
        }
        try await answer(turn, feed: feed, delivery: delivery, stop: stop)
        if let answered = try await store.turn(turn.turnID), answered.revision == turn.revision {
            try await files.run(answered)
        }
        try await conclude(turn)
    }

    /// Marks a question that has no answer yet as read and shows typing, for as long as the body works on it.
    package func showingWork(on turn: Turn, _ body: () async throws -> Void) async throws {
        guard turn.answer == nil, !turn.isWithdrawn else { return try await body() }
        let (question, roomID) = (turn.question, turn.question.place.roomID)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await homeserver.markRead(question.sourceEventID, in: roomID, thread: question.place.root)
                await typing.run(in: roomID)
            }
            defer { group.cancelAll() }
            try await body()
        }
        // A question that has changed is worked on further.
        if try await store.turn(turn.turnID)?.state == .done { await typing.end(in: roomID) }
    }

    /// Marks a turn as done, unless its room was replaced before its answer could be delivered there.
    private func conclude(_ turn: Turn) async throws {
        if let successor = directory.successor(of: turn.question.place.roomID) {
            let events = try await store.outgoingEvents(of: turn.turnID)
            let isDelivered = events.contains { stored in
                guard case .sent = stored.state else { return false }
                return ReplyRenderer.endsReply(stored.event.content, of: turn)
            }
            // Rooms that replace each other in a circle take no answer, and are not gone round for ever.
            let wasThere = events.contains { $0.event.roomID == successor }
            if !isDelivered, !wasThere { return try await store.move(turn.turnID, to: successor) }
        }
        try await store.finish(turn.turnID, revision: turn.revision)
    }

    private func withdraw(_ turn: Turn) async throws {
        try await ReplyWithdrawal(outbox: outbox, store: store).run(turn)
        try await store.finish(turn.turnID, revision: turn.revision)
        await typing.end(in: turn.question.place.roomID)
    }

    private enum Step { case answered, delivered, outdated }

    /// Answers and delivers side by side; the delivery's end ends it all, also when the room takes no answer any more.
    private func answer(_ turn: Turn, feed: ReplyFeed, delivery: ReplyDelivery, stop: WakeSignal) async throws {
        try await withThrowingTaskGroup(of: Step.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                try await delivery.run(feed)
                return .delivered
            }
            group.addTask {
                let answer = try await self.answer(to: turn, feed: feed, stop: stop)
                self.logger.debug("the answer is complete", metadata: ["turn": "\(turn.turnID)"])
                guard try await self.keep(answer, of: turn) else { return .outdated }
                feed.finish(answer)
                if answer.ending != .complete { await self.stop(turn) }
                return .answered
            }
            var isAnswered = false
            while let step = try await group.next(), step != .delivered, step != .outdated {
                isAnswered = isAnswered || step == .answered
            }
            // The agent is to hear of a stop, however fast the room was told.
            while feed.current.answer?.ending == .stopped, !isAnswered, let step = try await group.next() {
                isAnswered = step == .answered
            }
        }
        // What the group's tasks throw while it is cancelled is lost with it; a cancelled turn is not done.
        try Task.checkCancellation()
    }

    /// Tells the agent that nobody wants a turn's run any more, as far as it can be told soon.
    package func stop(_ turn: Turn) async {
        guard let runID = turn.runID else { return }
        _ = await clock.limited(to: Self.stopPatience) { [platform] in try await platform.stopRun(runID) }
    }

    private func answer(to turn: Turn, feed: ReplyFeed, stop: WakeSignal) async throws -> Answer {
        guard !stop.isRaised else {
            let said = feed.current
            return Answer(ending: .stopped, text: said.text, remark: notices.stopped, files: said.files)
        }
        guard turn.attempt <= Self.maximumAttempts else {
            logger.error("a question was interrupted too often", metadata: ["turn": "\(turn.turnID)"])
            let said = feed.current
            return Answer(
                ending: .failed, text: said.text, remark: notices.interruptedTooOften, files: said.files)
        }
        return try await AgentRun(
            platform: platform, store: store, attachments: attachments, shelf: shelf, notices: notices, logger: logger
        )
        .answer(to: turn, feed: feed, stop: stop)
    }

    /// Stores the answer, for as long as the store fails: the agent is not asked twice for what it has said already.
    ///
    /// Returns false where the question has changed meanwhile, so that nobody waits for this answer any more.
    private func keep(_ answer: Answer, of turn: Turn) async throws -> Bool {
        var backoff = RetryBackoff()
        while true {
            do {
                return try await store.storeAnswer(answer, of: turn.turnID, revision: turn.revision)
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.error("an answer cannot be stored", metadata: ["turn": "\(turn.turnID)", "error": "\(error)"])
                try await clock.sleep(for: backoff.next())
            }
        }
    }

    private var files: FileDelivery {
        FileDelivery(
            homeserver: homeserver,
            store: store,
            outbox: outbox,
            directory: directory,
            renderer: renderer,
            notices: notices,
            clock: clock,
            logger: logger
        )
    }

    private var typing: TypingNotice {
        TypingNotice(homeserver: homeserver, clock: clock)
    }
}
