/// What can go wrong between the bridge and the platform.
///
/// The message is for operators and logs; what a person in a room reads is chosen by the bridge from the `code`.
public struct PlatformError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; opaque, so that kinds can be added without breaking a `switch` elsewhere.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case unavailable, timedOut, protocolViolation, agentFailed, frameTooLarge, busy, store, malformedEvent
            case unsupported, unknownRun, cancelled
            case notOwner, runSealed, sequenceGap, sequenceConflict, invalidEvent, queueFull, unknownGroup
        }

        private let kind: Kind

        /// The agent could not be reached within the time that a message waits for it.
        public static let unavailable = Self(kind: .unavailable)
        /// The agent is connected but has sent nothing for too long.
        public static let timedOut = Self(kind: .timedOut)
        /// The agent sent something that the protocol does not allow at this point.
        public static let protocolViolation = Self(kind: .protocolViolation)
        /// The agent itself reported an error.
        public static let agentFailed = Self(kind: .agentFailed)
        /// A frame was larger than the protocol's limit.
        public static let frameTooLarge = Self(kind: .frameTooLarge)
        /// The agent, or the queue in front of it, takes no further message now.
        public static let busy = Self(kind: .busy)
        /// The state store failed.
        public static let store = Self(kind: .store)
        /// An event or a response is not what the contract says.
        public static let malformedEvent = Self(kind: .malformedEvent)
        /// Another attempt owns the run; who gets this must stop writing.
        public static let notOwner = Self(kind: .notOwner)
        /// The run has ended and takes no more events.
        public static let runSealed = Self(kind: .runSealed)
        /// An event's number would leave a gap, or names an event that is not there.
        public static let sequenceGap = Self(kind: .sequenceGap)
        /// Another event of the run has the same number.
        public static let sequenceConflict = Self(kind: .sequenceConflict)
        /// The event does not belong into the run's log.
        public static let invalidEvent = Self(kind: .invalidEvent)
        /// The work queue holds as much as it may.
        public static let queueFull = Self(kind: .queueFull)
        /// The work queue has no such consumer group.
        public static let unknownGroup = Self(kind: .unknownGroup)

        /// The agent cannot do what was asked at all, such as resume a run.
        public static let unsupported = Self(kind: .unsupported)
        /// The agent has no such run, or has it no longer.
        public static let unknownRun = Self(kind: .unknownRun)
        /// The run was stopped because somebody asked for it.
        public static let cancelled = Self(kind: .cancelled)

        public var description: String { kind.rawValue }
    }

    /// The agent's code of a run that was refused because its user has spent the day's tokens.
    public static let budgetExhausted = "BUDGET_EXHAUSTED"
    /// The agent's code of a run that was refused because all users together have spent the day's tokens.
    public static let dayBudgetExhausted = "DAY_BUDGET_EXHAUSTED"

    /// The kind of failure.
    public let code: Code
    /// What happened, where, and what to do about it.
    public let message: String
    /// The agent's own error code and details, where it gave them.
    public let agentCode: String?
    /// What caused it.
    public let cause: (any Error)?
    /// Whether the same request may succeed later, without an effect that happens twice.
    public let isRetryable: Bool
    /// The source file that raised the error.
    public let file: String
    /// The line that raised the error.
    public let line: Int

    /// Creates an error; `isRetryable` says that the same request may be sent again safely.
    public init(
        _ code: Code,
        _ message: String,
        agentCode: String? = nil,
        cause: (any Error)? = nil,
        isRetryable: Bool = false,
        file: String = #fileID,
        line: Int = #line
    ) {
        self.code = code
        self.message = message
        self.agentCode = agentCode
        self.cause = cause
        self.isRetryable = isRetryable
        self.file = file
        self.line = line
    }

    public var description: String {
        let origin = agentCode.map { " (agent code \($0))" } ?? ""
        let reason = cause.map { ": \($0)" } ?? ""
        return "\(code): \(message)\(origin)\(reason)"
    }
}
