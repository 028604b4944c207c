package import MatrixAPI

/// What happens to a turn because somebody has changed their mind, decided by the store in one transaction.
package enum TurnChange: Hashable, Sendable {
    /// The answer is stopped, where it is not whole yet.
    case stop(turnID: String)
    /// A turn that has its answer is answered again.
    case retry(turnID: String)
    /// One of a turn's questions has another text.
    case rewrite(turnID: String, source: EventID, text: String)
    /// One of a turn's questions is taken back; with the last of them, the reply is.
    case redact(turnID: String, source: EventID)

    /// The turn that it concerns.
    package var turnID: String {
        switch self {
        case .stop(let turnID), .retry(let turnID), .rewrite(let turnID, _, _), .redact(let turnID, _): turnID
        }
    }
}

/// A message that a turn answers.
package struct TurnSource: Hashable, Sendable {
    /// The most messages that one turn answers.
    package static let maximumCount = 16

    /// The message.
    package var eventID: EventID
    /// What it replies to, as a Markdown quote.
    package var quote: String?
    /// What the person wrote; nil once it is redacted or forgotten.
    package var text: String?
    /// The file that came with it.
    package var file: MessageFile?

    /// Creates a source.
    package init(eventID: EventID, quote: String?, text: String?, file: MessageFile? = nil) {
        self.eventID = eventID
        self.quote = quote
        self.text = text
        self.file = file
    }

    /// The message that begins a turn, or joins one.
    package init(_ question: NewTurn) {
        self.init(
            eventID: question.sourceEventID, quote: question.quote, text: question.text, file: question.files.first)
    }

    /// What the agent is asked: all texts with what they reply to, with a blank line between.
    package static func question(of sources: [TurnSource]) -> String {
        sources.flatMap { source in source.text.map { [source.quote, $0].compactMap { $0 } } ?? [] }
            .filter { !$0.isEmpty }
            .joined(separator: "\n\n")
    }
}

// MARK: - Rules that every store follows

extension NewTurn {
    /// Whether there is nothing to ask.
    package var isEmpty: Bool { text.isEmpty && files.isEmpty }

    /// Takes what its messages say and carry.
    package mutating func ask(_ sources: [TurnSource]) {
        text = TurnSource.question(of: sources)
        files = sources.compactMap(\.file)
    }
}

extension Turn {
    /// Whether a question can join the turn, which is the last of its place: nobody has begun to answer it.
    package func accepts(_ question: NewTurn, besides sources: [TurnSource]) -> Bool {
        state == .queued && revision == 0 && !isStopRequested && !isWithdrawn
            && self.question.sender == question.sender && self.question.threadID == question.threadID
            && self.question.place == question.place && sources.count < TurnSource.maximumCount
    }

    /// Applies a change to the turn and to its sources, and says whether there is anything to store.
    package mutating func apply(_ change: TurnChange, to sources: inout [TurnSource]) -> Bool {
        guard !isWithdrawn else { return false }
        switch change {
        case .stop:
            guard state == .queued || state == .running, !isStopRequested else { return false }
            isStopRequested = true
        case .retry:
            guard state == .answered || state == .done, !question.isEmpty else { return false }
            answerAnew()
        case .rewrite(_, let eventID, let text):
            guard let index = sources.firstIndex(where: { $0.eventID == eventID }), sources[index].text != text,
                !text.isEmpty || sources[index].file != nil
            else { return false }
            sources[index].text = text
            ask(sources)
        case .redact(_, let eventID):
            guard let index = sources.firstIndex(where: { $0.eventID == eventID }) else { return false }
            sources[index].text = nil
            sources[index].quote = nil
            sources[index].file = nil
            if let last = sources.last(where: { $0.text != nil }) {
                question.sourceEventID = last.eventID
                ask(sources)
            } else {
                question.text = ""
                question.files = []
                isWithdrawn = true
                answerAnew()
            }
        }
        return true
    }

    /// Takes the sources' present texts; an answer that has begun is begun anew.
    private mutating func ask(_ sources: [TurnSource]) {
        question.ask(sources)
        if state != .queued { answerAnew() }
    }

    /// Puts the turn back to its beginning, its reply's messages kept; attempts count from zero again.
    private mutating func answerAnew() {
        revision += 1
        state = .queued
        runID = nil
        attempt = 0
        progress = nil
        answer = nil
        isStopRequested = false
    }
}
