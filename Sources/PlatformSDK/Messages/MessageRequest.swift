/// One message of a person to the agent.
public struct MessageRequest: Hashable, Sendable {
    /// The platform's id of the user who wrote it.
    public var userID: String
    /// The agent's conversation that it belongs to.
    public var threadID: String
    /// The run that answers it; also the id of the reply's chunks.
    public var runID: String
    /// The turn that the run belongs to: a further run of the same turn takes its place in the history. Nil where each
    /// run is a turn of its own.
    public var turnID: String?
    /// What the conversation begins with, before the thread's own turns: passages of other threads, oldest first.
    public var history: [ThreadPassage]
    /// What the person wrote.
    public var text: String
    /// The names of the skills that the user has switched on.
    public var skills: [String]
    /// Who the agent is for this user, as `UserSettings.soul` has it.
    public var soul: [String: String]
    /// The files that came with it.
    public var attachments: [Attachment]
    /// The trace that the answer belongs to, as the value of a W3C `traceparent`; nil where nothing is traced.
    public var traceparent: String?
    /// The model that is to answer, one of those that the agent offers; nil for the agent's default.
    public var model: String?

    /// Creates a request.
    public init(
        userID: String,
        threadID: String,
        runID: String,
        turnID: String? = nil,
        text: String,
        skills: [String] = [],
        soul: [String: String] = [:],
        attachments: [Attachment] = [],
        traceparent: String? = nil,
        model: String? = nil,
        history: [ThreadPassage] = []
    ) {
        self.userID = userID
        self.threadID = threadID
        self.runID = runID
        self.turnID = turnID
        self.text = text
        self.skills = skills
        self.soul = soul
        self.attachments = attachments
        self.traceparent = traceparent
        self.model = model
        self.history = history
    }
}

/// A piece of a reply while it is being made.
public struct MessageChunk: Hashable, Sendable {
    /// The id of the reply, the same in all its chunks.
    public var messageID: String
    /// The text that this chunk adds.
    public var delta: String
    /// Whether this is the last chunk.
    public var finished: Bool
    /// The tokens that the reply took; known in the last chunk, zero before and where the agent does not say.
    public var tokensUsed: Int
    /// The model that has answered; known in the last chunk at most.
    public var model: String?
    /// The chunk's place in its run, the cursor that `resumeMessage` takes; 0 where the platform counts none.
    public var seq: Int
    /// What the chunk tells beyond text, such as a tool call or a `reset` of all text before it; nil for text and the end.
    public var event: AgentEvent?

    /// Creates a chunk.
    public init(
        messageID: String,
        delta: String,
        finished: Bool = false,
        tokensUsed: Int = 0,
        model: String? = nil,
        seq: Int = 0,
        event: AgentEvent? = nil
    ) {
        self.messageID = messageID
        self.delta = delta
        self.finished = finished
        self.tokensUsed = tokensUsed
        self.model = model
        self.seq = seq
        self.event = event
    }
}

/// A whole reply.
public struct MessageResponse: Hashable, Sendable {
    /// The id of the reply.
    public var messageID: String
    /// Its text.
    public var response: String
    /// The tokens that it took; zero where the agent does not say.
    public var tokensUsed: Int

    /// Creates a response.
    public init(messageID: String, response: String, tokensUsed: Int) {
        self.messageID = messageID
        self.response = response
        self.tokensUsed = tokensUsed
    }
}
