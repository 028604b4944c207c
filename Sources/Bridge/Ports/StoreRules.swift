// Rules that every store follows.

import Foundation
package import MatrixAPI

extension ConversationThread {
    /// A new, random id for a thread, so that no two threads of any installation share one.
    package static func makeID() -> String {
        "thr-" + UUID().uuidString.replacing("-", with: "").lowercased()
    }

    /// Adds an answer to the thread's sums, which stop at the largest number instead of overflowing.
    package mutating func count(_ answer: Answer) {
        let (sum, overflow) = tokensUsed.addingReportingOverflow(max(answer.tokensUsed, 0))
        tokensUsed = overflow ? .max : sum
        turns += 1
    }
}

extension Turn {
    /// Begins a run, or goes on with the one that is under way, and says whether that changes anything.
    ///
    /// Either is one more attempt, and only the run under way keeps what was shown of it. An answered turn needs no more.
    package mutating func begin(runID: String) -> Bool {
        switch state {
        case .answered, .done: return false
        case .queued where isWithdrawn: return false
        case .queued, .running:
            state = .running
            if self.runID != runID { progress = nil }
            self.runID = runID
            attempt += 1
            return true
        }
    }

    /// Notes how much of a run has been shown, and says whether that changes anything.
    package mutating func note(_ progress: TurnProgress, of runID: String, isAdvance: Bool) -> Bool {
        guard state == .running, self.runID == runID else { return false }
        self.progress = progress
        if isAdvance { attempt = 1 }
        return true
    }
}

extension OutgoingEvent.State {
    /// Applies a conclusion: the first one stands, except that an event which turns out to be sent is sent.
    package mutating func conclude(_ conclusion: OutgoingConclusion) {
        switch (self, conclusion) {
        case (.sent, _): return
        case (_, .sent(let eventID)): self = .sent(eventID)
        case (.pending, .superseded): self = .superseded
        case (.pending, .refused(let reason)): self = .refused(reason)
        case (.superseded, _), (.refused, _): return
        }
    }
}

extension NewOutgoingEvent {
    /// The root of the Matrix thread that the event belongs to by its relation; nil outside threads.
    package var threadRoot: EventID? {
        guard let relation = content["m.relates_to"], relation["rel_type"]?.stringValue == "m.thread" else {
            return nil
        }
        return relation["event_id"]?.stringValue.map(EventID.init(rawValue:))
    }
}
