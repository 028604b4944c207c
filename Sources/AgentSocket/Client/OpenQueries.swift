import PlatformSDK
import Synchronization

/// The questions about usage that the agent has not answered: each ends with its answer, an error, the connection or its
/// time.
final class OpenQueries: Sendable {
    private typealias Answer = ReplyChannel<UsageReport>

    private struct State {
        var answers: [String: Answer] = [:]
        var lastNumber = 0
    }

    /// The questions that may be open at once.
    private static let limit = 64

    private let state = Mutex(State())

    /// Asks and waits for the answer.
    ///
    /// - Parameters:
    ///   - limit: The time that the agent has.
    ///   - send: Sends the question of this id.
    func ask(
        within limit: Duration, _ clock: any Clock<Duration>, _ send: (String) throws -> Void
    ) async throws -> UsageReport {
        let answer = Answer(limit: 1) { _ in 1 }
        let id = try state.withLock { state in
            guard state.answers.count < Self.limit else {
                throw PlatformError(.busy, "\(Self.limit) questions wait for the agent already", isRetryable: true)
            }
            state.lastNumber += 1
            let id = "q\(state.lastNumber)"
            state.answers[id] = answer
            return id
        }
        defer { state.withLock { $0.answers[id] = nil } }
        try send(id)
        return try await withThrowingTaskGroup(of: UsageReport?.self) { tasks in
            tasks.addTask { try await answer.next() }
            tasks.addTask {
                try await clock.sleep(for: limit)
                throw PlatformError(
                    .unsupported, "the agent has not said within \(limit) what was spent; it may not know the question")
            }
            defer { tasks.cancelAll() }
            guard let report = try await tasks.next() ?? nil else { throw CancellationError() }
            return report
        }
    }

    /// Takes a frame that answers a question; false where it answers none.
    ///
    /// An agent that does not know the question says so without naming it.
    func take(_ frame: AgentServerFrame) -> Bool {
        switch frame {
        case .usage(let id, let report):
            guard let answer = remove(id) else { return false }
            _ = answer.offer(report, isLast: true)
            answer.finish()
            return true
        case .requestError(let id, let code, let details):
            guard let answer = remove(id) else { return false }
            answer.finish(throwing: Self.error(code, details))
            return true
        case .error(AgentErrorCode.unknownType, let details), .error(AgentErrorCode.badRequest, let details):
            return fail(with: Self.error(AgentErrorCode.unsupported, details))
        default: return false
        }
    }

    /// Ends all open questions; false where there are none.
    @discardableResult
    func fail(with error: PlatformError) -> Bool {
        let answers = state.withLock { state in
            defer { state.answers = [:] }
            return state.answers.values
        }
        for answer in answers { answer.finish(throwing: error) }
        return !answers.isEmpty
    }

    private func remove(_ id: String) -> Answer? { state.withLock { $0.answers.removeValue(forKey: id) } }

    private static func error(_ code: String, _ details: String) -> PlatformError {
        let isUnsupported = code == AgentErrorCode.unsupported
        return PlatformError(
            isUnsupported ? .unsupported : .agentFailed, "the agent does not say what was spent: \(details)",
            agentCode: isUnsupported ? nil : code)
    }
}
