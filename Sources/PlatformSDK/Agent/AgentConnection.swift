/// Something that answers messages with a stream of run events: the agent itself, in process or behind a connection.
///
/// An agent that `canResume` keeps a run apart from its readers: letting go of the reply, or losing the connection, stops
/// nothing; the run goes on, can be read again with `resume`, and ends early only by `cancel`. With an agent that cannot,
/// a run lives as long as its one reader: cancelling the reading task, or letting go of the reply, stops the generation.
public protocol AgentResponder: Sendable {
    /// Whether runs outlive their readers, as far as is known now.
    var canResume: Bool { get async }
    /// Hands the agent a message and returns its reply from `seq` 1 on; the last event is `end`.
    ///
    /// Throws `PlatformError`. An agent that `canResume` starts a run once: a second call with the same `runID` reads the
    /// run that exists. A message that names a model which is not offered fails with `agentFailed` and the agent's code
    /// `modelNotAllowedCode`; never does another model answer it.
    func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent>
    /// Reads a run again: each event with a `seq` above the cursor, and then what still comes.
    ///
    /// Where the events after the cursor are kept no longer, or were never there, the first event is `reset`. A cursor at
    /// or behind the end of a run that is over gets its `end`, or its error, again. Throws, or the reply does,
    /// `unknownRun` where the agent has no such run and `unsupported` where it cannot resume.
    func resume(runID: String, after seq: Int) async throws -> ReplySequence<RunEvent>
    /// Stops a run, whoever reads it; its reply ends with the error `cancelled`. A run that is over stays as it is.
    func cancel(runID: String) async throws
    /// Answers an `approvalRequest` of a run; throws `unsupported` where the agent never asks.
    func decide(_ decision: ApprovalDecision, runID: String, itemID: String) async throws
    /// The models that a request may name; nil where the agent offers no choice.
    ///
    /// Throws `unavailable` while that is not known, because there has been no connection yet.
    func models() async throws -> OfferedModels?
    /// What a user has spent, in all and in one conversation; throws `unsupported` where the agent does not say.
    func usage(userID: String, threadID: String) async throws -> UsageReport
}

extension AgentResponder {
    public var canResume: Bool { get async { false } }

    public func resume(runID: String, after seq: Int) async throws -> ReplySequence<RunEvent> {
        throw PlatformError(.unsupported, "this agent cannot resume a run; run \(runID) has to be asked for again")
    }

    public func cancel(runID: String) async throws {}

    public func decide(_ decision: ApprovalDecision, runID: String, itemID: String) async throws {
        throw PlatformError(.unsupported, "this agent asks for no approvals, so \(itemID) of run \(runID) has none")
    }

    public func models() async throws -> OfferedModels? { nil }
    public func usage(userID: String, threadID: String) async throws -> UsageReport { throw PlatformError.noUsage }
}

/// The one connection to the agent that a bridge opens and keeps.
///
/// On a connection of the base protocol there is one generation at a time: further messages wait in order. While the
/// connection is down a message waits for it up to a limit and then fails with `unavailable`.
public protocol AgentConnection: AgentResponder {
    /// Where the connection stands now.
    func status() async -> AgentStatus
}

/// The state of the way to the agent.
public enum AgentStatus: Hashable, Sendable {
    /// The agent can be talked to.
    case connected
    /// There is no connection yet, or it was lost; the last reason, where there is one.
    case disconnected(reason: String?)
}
