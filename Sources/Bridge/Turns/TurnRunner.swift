import Foundation
package import Logging
package import PlatformSDK

/// Answers one turn: asks the agent, shows the reply as it grows, and stores how far it has come at each step.
package struct TurnRunner: Sendable {
    private let homeserver: any Homeserver
    private let store: any BridgeStore
    private let platform: any PlatformClient
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
        self.outbox = outbox
        self.directory = directory
        self.renderer = renderer
        self.policy = policy
        self.notices = notices
        self.clock = clock
        self.logger = logger
    }

    /// Returns when the turn is done.
    ///
    /// Throws `CancellationError` when its task is cancelled, and what the store throws; the turn can be run again then.
    ///
    /// - Parameter stop: Raised when a person wants no more of the answer.
    package func run(_ pending: Turn, stop: WakeSignal) async throws {
        let turn =
            pending.answer == nil
            ? try await store.beginRun(of: pending.turnID, runID: "run-\(UUID().uuidString.lowercased())") : pending
        let roomID = turn.question.place.roomID
        let feed = ReplyFeed(answer: turn.answer)
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
        if turn.answer == nil {
            try await answer(turn, feed: feed, delivery: delivery, stop: stop)
        } else {
            try await delivery.run(feed)
        }
        try await store.finish(turn.turnID)
    }

    private func answer(_ turn: Turn, feed: ReplyFeed, delivery: ReplyDelivery, stop: WakeSignal) async throws {
        let question = turn.question
        let typing = TypingNotice(homeserver: homeserver, clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await delivery.run(feed) }
            group.addTask {
                try? await homeserver.markRead(
                    question.sourceEventID,
                    in: question.place.roomID,
                    thread: question.place.root
                )
                await typing.run(in: question.place.roomID)
            }
            let answer =
                stop.isRaised
                ? Answer(ending: .stopped, text: "", remark: notices.stopped)
                : try await AgentRun(platform: platform, notices: notices, logger: logger)
                    .answer(to: turn, feed: feed, stop: stop)
            try await store.storeAnswer(answer, of: turn.turnID)
            feed.finish(answer)
            // The typing ends with the delivery, which is the first of the two to return.
            try await group.next()
            group.cancelAll()
        }
        await typing.end(in: question.place.roomID)
    }
}
