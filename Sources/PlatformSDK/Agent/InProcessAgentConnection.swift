/// The way to an agent that runs in this process: always connected, and as many generations at once as are asked for.
public struct InProcessAgentConnection: AgentConnection {
    private let responder: any AgentResponder

    /// Creates a connection to the agent.
    public init(to responder: any AgentResponder) {
        self.responder = responder
    }

    public var canResume: Bool { get async { await responder.canResume } }

    public func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent> {
        try await responder.respond(to: request)
    }

    public func resume(runID: String, after seq: Int) async throws -> ReplySequence<RunEvent> {
        try await responder.resume(runID: runID, after: seq)
    }

    public func cancel(runID: String) async throws {
        try await responder.cancel(runID: runID)
    }

    public func decide(_ decision: ApprovalDecision, runID: String, itemID: String) async throws {
        try await responder.decide(decision, runID: runID, itemID: itemID)
    }

    public func models() async throws -> OfferedModels? {
        try await responder.models()
    }

    public func usage(userID: String, threadID: String) async throws -> UsageReport {
        try await responder.usage(userID: userID, threadID: threadID)
    }

    public func status() async -> AgentStatus { .connected }
}
