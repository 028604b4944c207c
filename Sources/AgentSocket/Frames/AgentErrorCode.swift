/// The codes of ERROR frames that the protocol itself has, beside `PlatformError.modelNotAllowedCode`.
enum AgentErrorCode {
    /// A message came before the end of the last reply of the base protocol.
    static let busy = "BUSY"
    /// What came is no frame.
    static let badRequest = "BAD_REQUEST"
    /// The frame's type is not known.
    static let unknownType = "UNKNOWN_TYPE"
    /// The agent takes no further message.
    static let shuttingDown = "SHUTTING_DOWN"
    /// The agent failed.
    static let agentFailed = "AGENT_ERROR"
    /// The agent has no such run, or has it no longer.
    static let unknownRun = "UNKNOWN_RUN"
    /// More runs are open than the agent takes.
    static let tooManyRuns = "TOO_MANY_RUNS"
    /// The run was stopped by CANCEL.
    static let cancelled = "CANCELLED"
    /// The agent cannot do what the frame asks for.
    static let unsupported = "UNSUPPORTED"
}
