import Synchronization

/// An agent connection without a network whose agent follows a script: the twin of the real one, for tests.
///
/// It keeps the promises of the base protocol: one generation at a time, further messages in order, a message sent while
/// the connection is down waits up to a limit. A reply goes on only as far as its consumer pulls.
public final class InMemoryAgentConnection: AgentConnection {
    /// One thing that the scripted agent does.
    public enum Step: Sendable {
        /// Says more.
        case chunk(String)
        /// Does anything that a run can tell of but its end.
        case event(AgentEvent)
        /// Lets time pass on the connection's clock.
        case pause(Duration)
        /// Ends the reply.
        case end(tokensUsed: Int)
        /// Reports an error, as an agent does in an ERROR frame.
        case fail(code: String, details: String)
        /// Says nothing any more.
        case stall
    }

    /// What the agent does with a message.
    public typealias Script = @Sendable (MessageRequest) -> [Step]

    private struct State {
        /// Each message that is not answered yet, in order; the first is the one whose reply is being made.
        var queue: [UInt64] = []
        var nextTicket: UInt64 = 0
        var received: [MessageRequest] = []
        var isConnected: Bool
        var reason: String?
        /// Grows with each loss of the connection, so that a reply knows that its connection is gone.
        var epoch = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]

        mutating func wakeAll(_ wakings: inout Wakings) {
            wakings.add(waiters.values)
            waiters = [:]
        }
    }

    private let state: Mutex<State>
    private let script: Script
    private let clock: any Clock<Duration>
    private let waitLimit: Duration
    private let queueLimit: Int
    private let offered: OfferedModels?

    /// Creates a connection whose agent follows the script and offers these models.
    public init(
        isConnected: Bool = true,
        waitLimit: Duration = .seconds(30),
        queueLimit: Int = 256,
        models: OfferedModels? = nil,
        clock: any Clock<Duration> = ContinuousClock(),
        script: @escaping Script
    ) {
        self.state = Mutex(State(isConnected: isConnected))
        self.waitLimit = waitLimit
        self.queueLimit = queueLimit
        self.offered = models
        self.clock = clock
        self.script = script
    }

    /// The messages that the agent has received, in order.
    public var received: [MessageRequest] { state.withLock { $0.received } }

    /// Brings the connection up; messages that wait go on.
    public func connect() {
        state.withLockWaking { state, wakings in
            state.isConnected = true
            state.reason = nil
            state.wakeAll(&wakings)
        }
    }

    /// Loses the connection; the reply that is being made fails with `unavailable`.
    public func disconnect(reason: String) {
        state.withLockWaking { state, wakings in
            state.isConnected = false
            state.reason = reason
            state.epoch += 1
            state.wakeAll(&wakings)
        }
    }

    public func status() async -> AgentStatus {
        state.withLock { $0.isConnected ? .connected : .disconnected(reason: $0.reason) }
    }

    public func models() async throws -> OfferedModels? { offered }

    /// A message that names a model which is not offered fails with `agentFailed`.
    public func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent> {
        if let model = request.model, offered?.contains(model) != true { throw PlatformError.modelNotAllowed(model) }
        let ticket: UInt64? = state.withLock { state in
            guard state.queue.count <= queueLimit else { return nil }
            state.nextTicket += 1
            state.queue.append(state.nextTicket)
            return state.nextTicket
        }
        guard let ticket else {
            throw PlatformError(.busy, "\(queueLimit) messages wait for the agent already", isRetryable: true)
        }
        let reply = Mutex<Reply?>(nil)
        return ReplySequence<AgentEvent>(
            next: { try await self.next(ticket, request, reply) },
            release: { self.leave(ticket) }
        ).numbered()
    }

    private struct Reply {
        var steps: ArraySlice<Step>
        var chunks = 0
        let epoch: Int
    }

    private func next(_ ticket: UInt64, _ request: MessageRequest, _ reply: borrowing Mutex<Reply?>) async throws
        -> AgentEvent?
    {
        do {
            if reply.withLock({ $0 == nil }) {
                guard state.withLock({ $0.queue.contains(ticket) }) else { return nil }
                let epoch = try await takeTurn(ticket, request)
                reply.withLock { $0 = Reply(steps: script(request)[...], epoch: epoch) }
            }
            while state.withLock({ $0.queue.contains(ticket) }) {
                try Task.checkCancellation()
                let (step, epoch, chunks) = reply.withLock { ($0?.steps.popFirst(), $0?.epoch, $0?.chunks ?? 0) }
                guard state.withLock({ $0.epoch }) == epoch else { throw lost(afterChunks: chunks) }
                switch step {
                case .chunk(let text):
                    reply.withLock { $0?.chunks += 1 }
                    return .textChunk(text)
                case .event(let event):
                    reply.withLock { $0?.chunks += 1 }
                    return event
                case .pause(let duration):
                    try await clock.sleep(for: duration)
                case .end(let tokens):
                    leave(ticket)
                    return .end(tokensUsed: tokens)
                case .fail(let code, let details):
                    throw PlatformError(.agentFailed, "the agent reported an error: \(details)", agentCode: code)
                case .stall, nil:
                    await waitForChange(ticket) { $0.epoch != epoch }
                }
            }
            return nil
        } catch {
            leave(ticket)
            throw error
        }
    }

    /// Waits until the message is the first of the queue and the connection is up; returns the connection's epoch.
    private func takeTurn(_ ticket: UInt64, _ request: MessageRequest) async throws -> Int {
        while true {
            try Task.checkCancellation()
            let (epoch, isConnected): (Int?, Bool) = state.withLock { state in
                guard state.isConnected, state.queue.first == ticket else { return (nil, state.isConnected) }
                state.received.append(request)
                return (state.epoch, true)
            }
            if let epoch { return epoch }
            if isConnected {
                await waitForChange(ticket) { !$0.isConnected || $0.queue.first == ticket }
            } else {
                try await waitForConnection(ticket)
            }
        }
    }

    private func waitForConnection(_ ticket: UInt64) async throws {
        await withTaskGroup { group in
            group.addTask { [clock, waitLimit] in try? await clock.sleep(for: waitLimit) }
            group.addTask { await self.waitForChange(ticket) { $0.isConnected } }
            await group.next()
            group.cancelAll()
        }
        try Task.checkCancellation()
        if !state.withLock({ $0.isConnected }) {
            throw PlatformError(.unavailable, "the agent could not be reached within \(waitLimit)", isRetryable: true)
        }
    }

    private func lost(afterChunks chunks: Int) -> PlatformError {
        let reason = state.withLock { $0.reason } ?? "unknown"
        return PlatformError(
            .unavailable,
            "the connection to the agent was lost during the reply: \(reason)",
            isRetryable: chunks == 0
        )
    }

    private func leave(_ ticket: UInt64) {
        state.withLockWaking { state, wakings in
            state.queue.removeAll { $0 == ticket }
            state.wakeAll(&wakings)
        }
    }

    private func waitForChange(_ ticket: UInt64, until isDone: @Sendable (borrowing State) -> Bool) async {
        while !Task.isCancelled, !state.withLock({ isDone($0) || !$0.queue.contains(ticket) }) {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    state.withLockWaking { state, wakings in
                        if Task.isCancelled || isDone(state) || !state.queue.contains(ticket) {
                            wakings.add(continuation)
                        } else {
                            state.waiters[ticket] = continuation
                        }
                    }
                }
            } onCancel: {
                state.withLockWaking { state, wakings in wakings.add(state.waiters.removeValue(forKey: ticket)) }
            }
        }
    }
}
