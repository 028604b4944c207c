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
    /// Begins a run, and says whether that changes anything.
    ///
    /// A repeat of the run that is under way is the same attempt, and an answered turn needs no more runs.
    package mutating func begin(runID: String) -> Bool {
        switch state {
        case .answered, .done: return false
        case .queued where isWithdrawn: return false
        case .running where self.runID == runID: return false
        case .queued, .running:
            state = .running
            self.runID = runID
            attempt += 1
            return true
        }
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
