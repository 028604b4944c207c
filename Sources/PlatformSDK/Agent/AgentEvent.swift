/// One event of a run, with its place in it.
public struct RunEvent: Hashable, Sendable {
    /// The event's number: 1 for the first of a run, then one more each, without gaps. A `reset` has the number of the last
    /// event that it stands for.
    public var seq: Int
    /// What happened.
    public var event: AgentEvent

    /// Creates an event with its place.
    public init(seq: Int, _ event: AgentEvent) {
        self.seq = seq
        self.event = event
    }
}

/// One event of an agent's reply.
public enum AgentEvent: Hashable, Sendable {
    /// The agent has said more.
    case textChunk(String)
    /// The agent has thought more; never part of the answer.
    case reasoningChunk(String)
    /// The agent calls a tool.
    case toolCall(ToolCall)
    /// A tool has answered.
    case toolResult(ToolResult)
    /// The agent gives the person a file.
    case file(AgentFile)
    /// The agent waits for a person's decision before it goes on.
    case approvalRequest(ApprovalRequest)
    /// What was shown of the run is replaced by this text: the events after a cursor are kept no longer, or a new attempt
    /// has begun.
    case reset(text: String)
    /// Something that no reader shows, so that numbers stay without gaps.
    case progress
    /// The reply is complete; the tokens that it took, zero where the agent does not count, and the model that has answered,
    /// nil where the agent does not say.
    case end(tokensUsed: Int, model: String? = nil)
}

/// A call of a tool, as far as a person is told of it.
public struct ToolCall: Hashable, Sendable {
    /// The id that its result carries too.
    public var callID: String
    /// The tool's name.
    public var name: String
    /// A short summary of what it is called for; empty where the name says it all.
    public var label: String

    /// Creates a call.
    public init(callID: String, name: String, label: String = "") {
        self.callID = callID
        self.name = name
        self.label = label
    }
}

/// The result of a tool, as far as a person is told of it.
public struct ToolResult: Hashable, Sendable {
    /// The id of the call.
    public var callID: String
    /// Whether the tool did what it was called for.
    public var success: Bool
    /// A short summary of the result; empty where there is nothing to say.
    public var result: String

    /// Creates a result.
    public init(callID: String, success: Bool, result: String = "") {
        self.callID = callID
        self.success = success
        self.result = result
    }
}

/// A file that the agent gives to the person.
public struct AgentFile: Hashable, Sendable {
    /// Where the bridge gets it.
    public enum Location: Hashable, Sendable {
        /// A path below the directory that agent and bridge share, absolute or from there.
        case path(String)
        /// A `data:` URL (RFC 2397) that holds the file itself, for an agent that shares no disk with the bridge.
        case url(String)
    }

    /// The name that the person sees.
    public var filename: String
    /// Its media type, where the agent says.
    public var mimeType: String?
    /// Its size in bytes, where the agent says.
    public var size: Int64?
    /// Where it is.
    public var location: Location

    /// Creates a file.
    public init(filename: String, mimeType: String? = nil, size: Int64? = nil, location: Location) {
        self.filename = filename
        self.mimeType = mimeType
        self.size = size
        self.location = location
    }
}

/// What the agent asks a person to decide.
public struct ApprovalRequest: Hashable, Sendable {
    /// The id that the decision names.
    public var itemID: String
    /// What is asked, for the person.
    public var text: String

    /// Creates a request.
    public init(itemID: String, text: String) {
        self.itemID = itemID
        self.text = text
    }
}

/// A person's answer to an approval request; the raw value is what stands on the wire.
public enum ApprovalDecision: String, Hashable, Sendable, CaseIterable {
    /// The agent may go on.
    case approved
    /// The agent may not.
    case denied
}

extension ReplySequence where Element == AgentEvent {
    /// The events with their numbers from 1 on, for agents that do not number them.
    public func numbered() -> ReplySequence<RunEvent> {
        let counter = Counter()
        return map { RunEvent(seq: counter.next(), $0) }
    }
}
