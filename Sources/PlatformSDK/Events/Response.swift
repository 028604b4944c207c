/// An answer as its events have built it so far; also the snapshot that a reader goes on from.
public struct Response: Hashable, Sendable, Codable {
    /// The run's id.
    public internal(set) var id: String
    /// The turn that it answers.
    public internal(set) var turnID: String
    /// The conversation that it belongs to.
    public internal(set) var threadID: String
    /// The agent that answers.
    public internal(set) var agentID: String?
    /// The model that answers.
    public internal(set) var modelID: String
    /// The provider of the model.
    public internal(set) var providerID: String
    /// When it was made, in milliseconds since 1970.
    public internal(set) var createdAt: Int64
    /// The timestamp of the last event that was applied, in milliseconds since 1970.
    public internal(set) var updatedAt: Int64
    /// How far it is.
    public internal(set) var status: Status
    /// What it is made of, ordered by `outputIndex`, equal ones by their start.
    public internal(set) var outputItems: [Item]
    /// The tokens so far.
    public internal(set) var usage: Usage?
    /// Why it ended; nil before.
    public internal(set) var finishReason: String?
    /// Why it failed.
    public internal(set) var error: ResponseError?
    /// The `seq` of the last event that was applied: the cursor to go on from.
    public internal(set) var lastSeq: Int
    /// The attempt that the response shows.
    public internal(set) var attempt: Int

    /// How far a response is.
    public enum Status: String, Hashable, Sendable, Codable {
        /// Nothing was done yet.
        case queued
        /// It grows.
        case inProgress = "in_progress"
        /// It ended as it should.
        case complete
        /// It failed.
        case error
        /// A person stopped it.
        case aborted

        /// Whether no event changes the response any more.
        public var isTerminal: Bool {
            switch self {
            case .queued, .inProgress: false
            case .complete, .error, .aborted: true
            }
        }
    }

    /// An item in its place.
    public struct Item: Hashable, Sendable, Codable {
        /// The item's id.
        public internal(set) var id: String
        /// Its place among the items.
        public internal(set) var outputIndex: Int
        /// How far it is.
        public internal(set) var status: Status
        /// The item itself.
        public internal(set) var item: OutputItem
        /// The last that the `status` channel said of it.
        public internal(set) var progress: String?
        /// Why it failed.
        public internal(set) var error: OutputItem.Failure?
        /// Why it was given up.
        public internal(set) var reason: String?

        /// How far an item is.
        public enum Status: String, Hashable, Sendable, Codable {
            /// It grows.
            case inProgress = "in_progress"
            /// It stays as it is.
            case complete
            /// It failed.
            case error
            /// It was given up.
            case cancelled
        }

        private enum CodingKeys: String, CodingKey {
            case id
            case outputIndex = "output_index"
            case status, item, progress, error, reason
        }
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
        case outputItems = "output_items"
        case usage
        case finishReason = "finish_reason"
        case error
        case lastSeq = "last_seq"
        case attempt
    }

    /// The text of all messages of the agent, as far as it is known.
    public var text: String {
        outputItems.reduce(into: "") { text, item in
            guard case .message(let message) = item.item, message.origin == .agent else { return }
            text += message.content
        }
    }
}
