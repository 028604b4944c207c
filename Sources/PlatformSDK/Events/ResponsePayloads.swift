/// The beginning of a response: the `Response` without items.
public struct ResponseStart: Hashable, Sendable, Codable {
    /// The response's id, which is the `run_id`.
    public var id: String
    /// The turn that it answers.
    public var turnID: String
    /// The conversation that it belongs to.
    public var threadID: String
    /// The agent that answers.
    public var agentID: String?
    /// The model that answers.
    public var modelID: String
    /// The provider of the model.
    public var providerID: String
    /// When the response was made, in milliseconds since 1970.
    public var createdAt: Int64
    /// When it last changed, in milliseconds since 1970.
    public var updatedAt: Int64
    /// `queued` or `in_progress`.
    public var status: Response.Status

    /// Creates a beginning; without `updatedAt` it has not changed since it was made.
    public init(
        id: String,
        turnID: String,
        threadID: String,
        agentID: String? = nil,
        modelID: String,
        providerID: String,
        createdAt: Int64,
        updatedAt: Int64? = nil,
        status: Response.Status = .inProgress
    ) {
        self.id = id
        self.turnID = turnID
        self.threadID = threadID
        self.agentID = agentID
        self.modelID = modelID
        self.providerID = providerID
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
        self.status = status
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case turnID = "turn_id"
        case threadID = "thread_id"
        case agentID = "agent_id"
        case modelID = "model_id"
        case providerID = "provider_id"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case status
    }
}

/// The end of a response.
public struct ResponseDone: Hashable, Sendable, Codable {
    /// How it ended: `complete`, `error` or `aborted`.
    public var status: Response.Status
    /// The tokens of the whole response; nil leaves what was known.
    public var usage: Usage?
    /// Why the model stopped, such as `stop`, `length` or `content_filter`.
    public var finishReason: String?

    /// Creates an end.
    public init(status: Response.Status = .complete, usage: Usage? = nil, finishReason: String? = "stop") {
        self.status = status
        self.usage = usage
        self.finishReason = finishReason
    }

    private enum CodingKeys: String, CodingKey {
        case status, usage
        case finishReason = "finish_reason"
    }
}

/// A person's decision to stop.
public struct TurnAborted: Hashable, Sendable, Codable {
    /// The turn that was stopped.
    public var turnID: String
    /// Why, which becomes the response's finish reason.
    public var reason: String

    /// Creates a decision.
    public init(turnID: String, reason: String) {
        self.turnID = turnID
        self.reason = reason
    }

    private enum CodingKeys: String, CodingKey {
        case turnID = "turn_id"
        case reason
    }
}
