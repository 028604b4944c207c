import Foundation
import MatrixAPI

/// Shows one reply in its room as it grows, and goes on with the same messages after a restart.
package struct ReplyDelivery: Sendable {
    private let turn: Turn
    private let isReply: Bool
    private let renderer: ReplyRenderer
    private let policy: EditPolicy
    private let outbox: Outbox
    private let store: any BridgeStore
    private let notices: any Notices
    private let clock: BridgeClock

    /// Creates a delivery.
    ///
    /// - Parameter isReply: Whether the first message points to the question.
    package init(
        turn: Turn,
        isReply: Bool,
        renderer: ReplyRenderer,
        policy: EditPolicy,
        outbox: Outbox,
        store: any BridgeStore,
        notices: any Notices,
        clock: BridgeClock
    ) {
        self.turn = turn
        self.isReply = isReply
        self.renderer = renderer
        self.policy = policy
        self.outbox = outbox
        self.store = store
        self.notices = notices
        self.clock = clock
    }

    /// Returns when the whole answer has reached the room, or never can; throws `CancellationError` and what the store throws.
    package func run(_ feed: ReplyFeed) async throws {
        await outbox.openReply(turn.turnID)
        do {
            try await deliver(feed)
        } catch {
            await outbox.closeReply(turn.turnID)
            throw error
        }
        await outbox.closeReply(turn.turnID)
    }

    private func deliver(_ feed: ReplyFeed) async throws {
        guard var machine = try await restored() else { return }
        var pending: ReplyStateMachine.Plan?
        while true {
            let snapshot = feed.current
            machine.update(snapshot.text, now: clock.now)
            if let answer = snapshot.answer { machine.finish(finalText(of: answer)) }
            switch machine.next(now: clock.now) {
            case .done:
                return
            case .idle:
                await feed.changed.wait()
                try Task.checkCancellation()
            case .wait(let instant):
                // More text changes nothing before that instant; only the end of the answer does.
                try await waitForAnswer(of: feed, until: instant)
            case .send(let plan):
                try await note(snapshot)
                try await perform(plan, of: snapshot.answer, on: &machine, pending: &pending)
            }
        }
    }

    /// Stores how much of the run is about to be shown, so that a restart need not begin it again.
    private func note(_ snapshot: ReplyFeed.Snapshot) async throws {
        guard snapshot.answer == nil, snapshot.seq > 0, let runID = turn.runID else { return }
        let progress = TurnProgress(seq: snapshot.seq, text: snapshot.text, files: snapshot.files)
        try await store.noteProgress(progress, of: turn.turnID, runID: runID, isAdvance: snapshot.isAdvance)
    }

    private func waitForAnswer(of feed: ReplyFeed, until instant: Duration) async throws {
        while feed.current.answer == nil, clock.now < instant {
            await feed.changed.wait(until: instant, clock: clock)
            try Task.checkCancellation()
        }
    }

    private func perform(
        _ plan: ReplyStateMachine.Plan,
        of answer: Answer?,
        on machine: inout ReplyStateMachine,
        pending: inout ReplyStateMachine.Plan?
    ) async throws {
        if plan.canWait,
            case .wait(let instant) = await outbox.askForEdit(of: turn.turnID, isFirstText: plan.showsFirstText)
        {
            // The first of those that wait for one slot stands for them all.
            if pending == nil { pending = plan }
            return machine.postponed(until: instant)
        }
        if let overtaken = pending, overtaken.text != plan.text { await outbox.countSavedEdit() }
        pending = nil
        let event = NewOutgoingEvent(
            turnID: turn.turnID,
            part: plan.part,
            kind: plan.kind,
            roomID: turn.question.place.roomID,
            content: renderer.content(
                of: plan, for: turn, tokensUsed: answer?.tokensUsed ?? 0, model: answer?.model,
                isReply: isReply && plan.part == 0),
            transactionID: TransactionID(rawValue: "rialto-\(UUID().uuidString.lowercased())"),
            deviceID: outbox.deviceID
        )
        let delivery =
            plan.canWait ? try await outbox.deliverGranted(event) : try await outbox.deliver(event)
        switch delivery {
        case .sent(let eventID): machine.sent(plan, as: eventID, now: clock.now)
        case .refused: machine.refused(plan)
        case .postponed(let instant): machine.postponed(until: instant)
        }
    }

    private func finalText(of answer: Answer) -> String {
        guard let remark = answer.remark else { return answer.text }
        let text = CodeFences.closingOpenFence(answer.text)
        return text.isEmpty ? remark : "\(text)\n\n\(remark)"
    }

    /// Takes up what an earlier run of the program has sent for this turn, and sends again what it may not have; nil
    /// when the end of the reply is among it.
    private func restored() async throws -> ReplyStateMachine? {
        let splitter = ReplySplitter(maximumCost: ReplyRenderer.maximumContentBytes) { [renderer, turn] text in
            renderer.cost(of: text, for: turn)
        }
        var machine = ReplyStateMachine(
            policy: policy,
            splitter: splitter,
            retiredText: notices.retiredPart,
            refusedText: notices.refusedAnswer
        )
        for stored in try await store.outgoingEvents(of: turn.turnID) {
            // What was sent to the room that this turn was moved from cannot be edited here.
            guard stored.event.roomID == turn.question.place.roomID, stored.event.kind.isText else { continue }
            guard !isOvertaken(stored.event) else {
                if stored.state == .pending { try await store.conclude(stored.id, .superseded) }
                continue
            }
            guard case .sent(let eventID) = try await settled(stored) else { continue }
            if ReplyRenderer.endsReply(stored.event.content, of: turn) { return nil }
            if stored.event.kind != .final { machine.restore(part: stored.event.part, eventID: eventID) }
        }
        return machine
    }

    /// Whether the present run shows anew what the event did: an edit, or the end that an earlier run gave a message.
    private func isOvertaken(_ event: NewOutgoingEvent) -> Bool {
        switch event.kind {
        case .edit: true
        case .final: !ReplyRenderer.belongs(event.content, to: turn)
        case .draft, .message, .file, .redaction, .notice: false
        }
    }

    private func settled(_ stored: OutgoingEvent) async throws -> Outbox.Delivery {
        switch stored.state {
        case .pending: try await outbox.deliver(stored)
        case .sent(let eventID): .sent(eventID)
        case .superseded, .refused: .refused
        }
    }
}
