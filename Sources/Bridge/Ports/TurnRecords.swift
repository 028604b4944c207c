package import MatrixAPI

/// A message of a person that is to be answered, before it is stored.
package struct NewTurn: Hashable, Sendable {
    /// The message; there is one turn for each.
    package var sourceEventID: EventID
    /// Where the conversation takes place.
    package var place: ThreadPlace
    /// The agent's thread that it belongs to.
    package var threadID: String
    /// Who wrote the message.
    package var sender: UserID
    /// What they wrote.
    package var text: String
    /// What they replied to, as a Markdown quote; a stored turn has it in its text.
    package var quote: String?
    /// The files that came with it, in order; a message has one at most, a turn of several messages more.
    package var files: [MessageFile]

    /// Creates a turn.
    package init(
        sourceEventID: EventID,
        place: ThreadPlace,
        threadID: String,
        sender: UserID,
        text: String,
        quote: String? = nil,
        files: [MessageFile] = []
    ) {
        self.sourceEventID = sourceEventID
        self.place = place
        self.threadID = threadID
        self.sender = sender
        self.text = text
        self.quote = quote
        self.files = files
    }

    /// The id of the turn, derived from the message that it answers.
    package var turnID: String { "turn-\(sourceEventID)" }
}

/// One message of a person and the answer to it.
package struct Turn: Hashable, Sendable {
    /// How far a turn has come.
    package enum State: String, Sendable {
        /// It waits for its room's queue.
        case queued
        /// The agent has been asked.
        case running
        /// The whole answer is stored; its delivery may not be complete.
        case answered
        /// The answer has been delivered.
        case done
    }

    /// The id of the turn.
    package var turnID: String
    /// The message and where it belongs.
    package var question: NewTurn
    /// How far it has come.
    package var state: State
    /// The run that answers it; nil before the first.
    package var runID: String?
    /// How many runs there have been.
    package var attempt: Int
    /// How much of its run has been shown, so that a restart goes on from there.
    package var progress: TurnProgress?
    /// The answer, once it is stored.
    package var answer: Answer?
    /// Whether a person wants no more of it.
    package var isStopRequested: Bool
    /// How often the question has been changed, or asked again, after its answer had begun.
    package var revision: Int
    /// Whether the question was taken back, so that its reply is to be taken back as well.
    package var isWithdrawn: Bool

    /// Creates a turn.
    package init(
        turnID: String,
        question: NewTurn,
        state: State,
        runID: String? = nil,
        attempt: Int = 0,
        progress: TurnProgress? = nil,
        answer: Answer? = nil,
        isStopRequested: Bool = false,
        revision: Int = 0,
        isWithdrawn: Bool = false
    ) {
        self.turnID = turnID
        self.question = question
        self.state = state
        self.runID = runID
        self.attempt = attempt
        self.progress = progress
        self.answer = answer
        self.isStopRequested = isStopRequested
        self.revision = revision
        self.isWithdrawn = isWithdrawn
    }
}

/// How much of a turn's run has been shown.
package struct TurnProgress: Hashable, Sendable {
    /// The number of the last event of the run that it takes in.
    package var seq: Int
    /// The agent's text up to there, in Markdown.
    package var text: String
    /// The agent's files up to there.
    package var files: [OutgoingFile]

    /// Creates a progress.
    package init(seq: Int, text: String, files: [OutgoingFile] = []) {
        self.seq = seq
        self.text = text
        self.files = files
    }
}

/// The end of a turn: what the reply finally says.
package struct Answer: Hashable, Sendable {
    /// How the answer came to its end.
    package enum Ending: String, Sendable {
        /// The agent has said all.
        case complete
        /// A person stopped it.
        case stopped
        /// The agent failed.
        case failed
    }

    /// How it came to its end.
    package var ending: Ending
    /// The agent's text, in Markdown; what there is of it where it was stopped or failed.
    package var text: String
    /// A sentence of the bridge's own below the text, such as why it ends early.
    package var remark: String?
    /// The tokens that it took; zero where the agent does not say.
    package var tokensUsed: Int
    /// The model that has answered; nil where the agent does not say.
    package var model: String?
    /// The files that the agent gives with it, in order.
    package var files: [OutgoingFile]

    /// Creates an answer.
    package init(
        ending: Ending, text: String, remark: String? = nil, tokensUsed: Int = 0, model: String? = nil,
        files: [OutgoingFile] = []
    ) {
        self.ending = ending
        self.text = text
        self.remark = remark
        self.tokensUsed = tokensUsed
        self.model = model
        self.files = files
    }
}
