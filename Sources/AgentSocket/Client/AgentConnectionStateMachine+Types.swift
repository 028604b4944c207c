package import PlatformSDK

extension AgentConnectionStateMachine {
    /// Names one message for as long as the connection object lives.
    package struct RequestID: Hashable, Sendable {
        package let number: UInt64
    }

    /// The limits that the machine holds to.
    package struct Limits: Hashable, Sendable {
        /// The messages that wait behind the one that is being answered.
        package var queuedMessages = 256
        /// The time that a message waits while there is no connection.
        package var wait: Duration = .seconds(30)
        /// The time without a frame after which a generation has failed.
        package var silence: Duration = .seconds(600)
        /// The time in which a reply that nobody wants has to end before the connection is opened anew.
        package var drain: Duration = .seconds(60)

        /// The runs that are open at once on a connection of protocol 2; more wait.
        package var openRuns = 64
        /// The time that an open run waits for a lost connection of protocol 2 to come back.
        package var reconnect: Duration = .seconds(120)
        /// How often a run is resumed without a new event in between before it has failed.
        package var fruitlessResumes = 8

        /// Creates the default limits.
        package init() {}
    }

    /// Something that the owner of the machine has to do.
    package enum Action: Hashable, Sendable {
        /// Send this message now.
        case send(text: String)
        /// Hand text to the consumer of a reply.
        case deliver(RequestID, text: String)
        /// The reply is complete.
        case end(RequestID, tokensUsed: Int)
        /// The reply has failed.
        case fail(RequestID, Failure)
        /// Send this frame of protocol 2 now.
        case sendFrame(AgentClientFrame)
        /// Hand an event to the consumer of a run without waiting; `parked` has to be told where there is no room for it.
        case offer(RequestID, RunEvent)
        /// Hand the last event of a run to its consumer.
        case finish(RequestID, RunEvent)
        /// Close the socket; the reason goes to the agent's log.
        case close(reason: String)
        /// Tell the operator.
        case log(Event)
    }

    /// Why a reply failed.
    package struct Failure: Error, Hashable, Sendable {
        package var code: PlatformError.Code
        package var message: String
        package var agentCode: String?
        package var isRetryable: Bool

        /// Creates a failure.
        package init(
            code: PlatformError.Code,
            message: String,
            agentCode: String? = nil,
            isRetryable: Bool = false
        ) {
            self.code = code
            self.message = message
            self.agentCode = agentCode
            self.isRetryable = isRetryable
        }

        /// The connection is over for good.
        static let stopped = Failure(
            code: .unavailable,
            message: "the connection to the agent was stopped",
            isRetryable: true
        )

        /// The agent cannot resume.
        static let noResumption = Failure(
            code: .unsupported,
            message: "the agent speaks the base protocol and cannot resume a run"
        )

        /// Somebody wanted the run to stop.
        static func cancelled(_ runID: String) -> Failure {
            Failure(code: .cancelled, message: "run \(runID) was stopped")
        }

        /// The agent does not offer the model that the message names.
        static func modelNotAllowed(_ name: String) -> Failure {
            let error = PlatformError.modelNotAllowed(name)
            return Failure(code: error.code, message: error.message, agentCode: error.agentCode)
        }

        /// The failure as it leaves the module.
        package var error: PlatformError {
            PlatformError(code, message, agentCode: agentCode, isRetryable: isRetryable)
        }
    }

    /// What an operator should know; each once for a change, not for each attempt.
    package enum Event: Hashable, Sendable {
        case connected
        case lost(reason: String)
        case unreachable(reason: String)
        case strayFrame(String)
        case unknownFrame(type: String)
    }

    /// What a message or a wish to resume is on a connection of protocol 2.
    package enum RunRequest: Hashable, Sendable {
        /// A message that starts the run.
        case message(MessageRequest)
        /// The events of a run after a cursor.
        case resume(runID: String, after: Int)

        /// The run's id.
        package var runID: String {
            switch self {
            case .message(let request): request.runID
            case .resume(let runID, _): runID
            }
        }

        /// Why the message is not sent to an agent that offers these models; nil where it is.
        ///
        /// An agent that knows no choice would take no notice of the model, and another one would answer.
        func refusal(offered: OfferedModels?) -> Failure? {
            guard case .message(let request) = self, let model = request.model, offered?.contains(model) != true else {
                return nil
            }
            return .modelNotAllowed(model)
        }
    }
}
