/// Something that answers messages with a stream of agent events: the agent itself, in process or behind a connection.
public protocol AgentResponder: Sendable {
    /// Hands the agent a message and returns its reply; the last event is `end`.
    ///
    /// Throws `PlatformError`. Cancelling the reading task, or letting go of the reply, stops the generation.
    func respond(to request: MessageRequest) async throws -> ReplySequence<AgentEvent>
}

/// The one connection to the agent that a bridge opens and keeps.
///
/// On a connection of the base protocol there is one generation at a time: further messages wait in order. While the
/// connection is down a message waits for it up to a limit and then fails with `unavailable`.
public protocol AgentConnection: AgentResponder {
    /// Where the connection stands now.
    func status() async -> AgentStatus
}

/// One event of an agent's reply.
public enum AgentEvent: Hashable, Sendable {
    /// The agent has said more.
    case textChunk(String)
    /// The reply is complete; the tokens that it took, zero where the agent does not count.
    case end(tokensUsed: Int)
}

/// The state of the way to the agent.
public enum AgentStatus: Hashable, Sendable {
    /// The agent can be talked to.
    case connected
    /// There is no connection yet, or it was lost; the last reason, where there is one.
    case disconnected(reason: String?)
}
