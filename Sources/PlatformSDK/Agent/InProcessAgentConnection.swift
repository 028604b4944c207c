/// The way to an agent that runs in this process: always connected, and as many generations at once as are asked for.
public struct InProcessAgentConnection: AgentConnection {
    private let responder: any AgentResponder

    /// Creates a connection to the agent.
    public init(to responder: any AgentResponder) {
        self.responder = responder
    }

    public func respond(to request: MessageRequest) async throws -> ReplySequence<AgentEvent> {
        try await responder.respond(to: request)
    }

    public func status() async -> AgentStatus { .connected }
}
