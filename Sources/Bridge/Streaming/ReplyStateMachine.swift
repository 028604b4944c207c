package import MatrixAPI

/// Decides, for one reply, what goes to the room next: a draft, an edit that shows more, the final text, or nothing yet.
///
/// A reply is one message, or several where it is too long for one; all but the last are complete as soon as the text
/// has outgrown them. One event is under way at a time, which keeps the edits of a message in order.
package struct ReplyStateMachine: Sendable {
    /// An event to be sent.
    package struct Plan: Hashable, Sendable {
        /// Which of the reply's messages it belongs to.
        package var part: Int
        /// What it is for; never `notice`.
        package var kind: NewOutgoingEvent.Kind
        /// The Markdown of that message.
        package var text: String
        /// The message that it edits; nil when it makes one.
        package var target: EventID?
        /// Whether it ends the reply: names the asker, and carries the tokens.
        package var endsReply: Bool
        /// Whether a later event can say the same, so that it may wait for a slot that no reply's end needs.
        package var canWait: Bool

        /// Whether the room shows nothing of the reply before it.
        package var showsFirstText: Bool { kind == .draft && part == 0 }
    }

    /// What to do next.
    package enum Action: Hashable, Sendable {
        /// Send this, and then say how it ended.
        case send(Plan)
        /// Nothing before this instant, unless there is more text.
        case wait(until: Duration)
        /// Nothing until there is more text, or until the event under way has ended.
        case idle
        /// The reply is complete.
        case done
    }

    private struct Part {
        var eventID: EventID?
        var shown: String?
        var isComplete = false
        var endsReply = false
        var edits = 0
    }

    private let policy: EditPolicy
    private let splitter: ReplySplitter
    private let retiredText: String
    private let refusedText: String
    private var parts: [Part] = []
    private var text = ""
    private var finalTexts: [String]?
    private var progress = ReplySplitter.Progress()
    private var isUnderWay = false
    private var isHeldBack = false
    private var isGivenUp = false
    private var firstTextAt: Duration?
    private var nextEditAt: Duration = .zero

    /// Creates a machine for a reply of which nothing is known yet.
    ///
    /// - Parameters:
    ///   - retiredText: What a message says that an earlier run made and the final answer has no use for.
    ///   - refusedText: What stands in place of a text that the server refuses.
    package init(policy: EditPolicy, splitter: ReplySplitter, retiredText: String, refusedText: String) {
        self.policy = policy
        self.splitter = splitter
        self.retiredText = retiredText
        self.refusedText = refusedText
    }

    /// Takes up a message that was sent before a restart; its text is shown anew.
    package mutating func restore(part index: Int, eventID: EventID) {
        grow(to: index + 1)
        parts[index].eventID = eventID
    }

    /// Takes the text as far as the agent has said it; one that does not go on from the last takes its place.
    package mutating func update(_ text: String, now: Duration) {
        guard finalTexts == nil else { return }
        if !text.utf8.starts(with: self.text.utf8) { progress = ReplySplitter.Progress() }
        self.text = text
        if firstTextAt == nil, !text.isEmpty { firstTextAt = now }
    }

    /// Takes the whole text; nothing changes it any more.
    package mutating func finish(_ text: String) {
        guard finalTexts == nil else { return }
        // A final text that does not go on from what was shown is split afresh.
        if !text.utf8.starts(with: self.text.utf8) { progress = ReplySplitter.Progress() }
        finalTexts = splitter.split(text, from: &progress)
    }

    /// What to do now.
    package mutating func next(now: Duration) -> Action {
        if isGivenUp { return .done }
        if isUnderWay { return .idle }
        let action = if let finalTexts { nextFinal(finalTexts) } else { nextStreaming(now: now) }
        if case .send = action { isUnderWay = true }
        return action
    }

    /// Notes that a planned event has reached the server.
    package mutating func sent(_ plan: Plan, as eventID: EventID, now: Duration) {
        isUnderWay = false
        grow(to: plan.part + 1)
        if parts[plan.part].eventID == nil { parts[plan.part].eventID = eventID }
        parts[plan.part].shown = plan.text
        parts[plan.part].isComplete = plan.kind == .final || plan.kind == .message
        parts[plan.part].endsReply = plan.endsReply
        if plan.kind == .edit { parts[plan.part].edits += 1 }
        nextEditAt = now + policy.spacing(afterEdits: parts[plan.part].edits)
    }

    /// Notes that a draft or an edit was not sent, and that a newer one may be after this instant.
    package mutating func postponed(until instant: Duration) {
        isUnderWay = false
        nextEditAt = max(nextEditAt, instant)
    }

    /// Notes that the server has refused a planned event for good.
    ///
    /// Before the end, nothing more is shown until the answer is whole: its final text may be taken where this was not.
    /// A refused final text is replaced by a short one once, so that the person is told.
    package mutating func refused(_ plan: Plan) {
        isUnderWay = false
        guard let texts = finalTexts else {
            isHeldBack = true
            return
        }
        if plan.text == refusedText || plan.part >= texts.count {
            isGivenUp = true
        } else {
            finalTexts = Array(texts.prefix(plan.part)) + [refusedText]
        }
    }

    private func nextFinal(_ texts: [String]) -> Action {
        // The end comes last of all: once it is there, a restart has nothing left to do.
        for index in texts.count..<max(texts.count, parts.count) where parts[index].shown != retiredText {
            return .send(completion(of: index, parts[index], text: retiredText, endsReply: false))
        }
        for (index, text) in texts.enumerated() {
            let endsReply = index == texts.count - 1
            let part = index < parts.count ? parts[index] : Part()
            if part.isComplete, part.shown == text, part.endsReply == endsReply { continue }
            return .send(completion(of: index, part, text: text, endsReply: endsReply))
        }
        return .done
    }

    private mutating func nextStreaming(now: Duration) -> Action {
        guard let firstTextAt, !isHeldBack else { return .idle }
        let earliest = max(parts.isEmpty ? firstTextAt + policy.draftDelay : .zero, nextEditAt)
        guard now >= earliest else { return .wait(until: earliest) }
        let texts = splitter.split(text, from: &progress)
        for (index, text) in texts.enumerated().dropLast() {
            let part = index < parts.count ? parts[index] : Part()
            if part.isComplete, part.shown == text { continue }
            return .send(completion(of: index, part, text: text, endsReply: false))
        }
        guard let last = texts.last else { return .idle }
        let index = texts.count - 1
        guard index < parts.count, let target = parts[index].eventID else {
            return .send(Plan(part: index, kind: .draft, text: last, target: nil, endsReply: false, canWait: true))
        }
        guard parts[index].edits < EditPolicy.maximumEdits else {
            // Only text that outgrows the message is shown from here on, and that need not be looked for at each chunk.
            nextEditAt = now + policy.spacing(afterEdits: parts[index].edits)
            return .wait(until: nextEditAt)
        }
        guard parts[index].shown != last else { return .idle }
        return .send(Plan(part: index, kind: .edit, text: last, target: target, endsReply: false, canWait: true))
    }

    /// The event that completes a message. One that does not end the reply begins as a draft even so: a new text would
    /// notify, and only the end does.
    private func completion(of index: Int, _ part: Part, text: String, endsReply: Bool) -> Plan {
        let kind: NewOutgoingEvent.Kind = part.eventID != nil ? .final : endsReply ? .message : .draft
        return Plan(
            part: index,
            kind: kind,
            text: text,
            target: part.eventID,
            endsReply: endsReply,
            canWait: false
        )
    }

    private mutating func grow(to count: Int) {
        while parts.count < count { parts.append(Part()) }
    }
}
