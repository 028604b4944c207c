import PlatformSDK
import Synchronization

/// Performs one run: does what the state machine decides, and appends before it acts.
final class RunConductor: Sendable {
    /// What a run needs from outside.
    struct Ports: Sendable {
        let provider: any ModelProvider
        let tools: any ToolExecutor
        let clock: any Clock<Duration>
        let jitter: @Sendable () -> Double
        /// Called before the run's terminal event is appended.
        let isEnding: @Sendable () -> Void
        /// Counts what the attempt has taken so far.
        let count: @Sendable (Usage) async throws -> Void
    }

    private let plan: RunStateMachine.Plan
    private let writer: RunWriter
    private let ports: Ports
    private let machine: Mutex<RunStateMachine>
    private let counted = Mutex<Usage?>(nil)
    private let refusal: ResponseError?

    /// Creates a conductor of a run whose opening is in the log already.
    ///
    /// - Parameters:
    ///   - earlier: The tokens of the attempts before the one that is conducted.
    ///   - refusal: Why the run ends before the model is asked; nil where it does not.
    init(
        plan: RunStateMachine.Plan, writer: RunWriter, ports: Ports, earlier: Usage? = nil,
        refusal: ResponseError? = nil
    ) {
        self.plan = plan
        self.writer = writer
        self.ports = ports
        self.refusal = refusal
        machine = Mutex(RunStateMachine(plan, attempt: writer.attempt, earlier: earlier))
    }

    /// What the attempt has taken and nobody has counted; nil where that is nothing.
    var uncounted: Usage? {
        let usage = machine.withLock(\.attemptUsage)
        return counted.withLock { $0 == usage } ? nil : usage
    }

    /// Brings the run to its terminal event, or to the end that a stop or the deadline makes.
    ///
    /// - Parameter stop: Returns once somebody wants the run to stop.
    /// - Throws: What the log throws, and `CancellationError` in a cancelled task: then the run has no end yet.
    func conduct(until stop: @escaping @Sendable () async -> Void) async throws {
        let cut = try await withThrowingTaskGroup(of: RunStateMachine.Cut?.self) { group in
            group.addTask {
                try await self.work()
                return nil
            }
            group.addTask {
                await stop()
                try Task.checkCancellation()
                return .stopped
            }
            group.addTask { [ports, plan] in
                try await ports.clock.sleep(for: plan.limits.runDeadline)
                return .timedOut
            }
            // The work comes to rest before anything else is appended: there is one writer at a time.
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        try Task.checkCancellation()
        guard let cut else { return }
        machine.withLock { $0.countUntold() }
        try await count()
        try await append(machine.withLock { $0.cut(cut) })
    }

    private func work() async throws {
        var step = machine.withLock { machine in refusal == nil ? machine.begin() : .end }
        if let refusal { try await append(machine.withLock { $0.refuse(refusal) }.payloads) }
        while true {
            try Task.checkCancellation()
            switch step {
            case .ask(let request, let pause):
                if pause > .zero { try await ports.clock.sleep(for: pause) }
                let action = try await ask(request)
                try await count()
                try await append(action.payloads)
                step = action.step
            case .execute(let calls):
                step = try await execute(calls)
            case .supersede(let pause):
                if pause > .zero { try await ports.clock.sleep(for: pause) }
                try await writer.claimNextAttempt()
                let action = machine.withLock { $0.beginAttempt(writer.attempt, at: writer.milliseconds) }
                counted.withLock { $0 = nil }
                try await append(action.payloads)
                step = action.step
            case .end: return
            }
        }
    }

    /// Before the events that end the attempt: whoever finds them in the log need not count.
    private func count() async throws {
        guard let usage = uncounted else { return }
        try await ports.count(usage)
        counted.withLock { $0 = usage }
    }

    private func append(_ payloads: [StreamEvent.Payload]) async throws {
        if payloads.contains(where: \.isTerminal) { ports.isEnding() }
        try await writer.append(payloads)
    }

    // MARK: The model

    /// Asks the model and appends what it says, each time all that has come meanwhile.
    private func ask(_ request: ModelRequest) async throws -> RunStateMachine.Action {
        let said = ReplyChannel<ModelEvent>(limit: plan.limits.unloggedBytes) { $0.weight }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [ports] in await Self.pump(ports.provider, request, into: said) }
                defer {
                    said.abandon()
                    group.cancelAll()
                }
                while let batch = try await said.nextBatch() {
                    try await append(machine.withLock { $0.take(batch) })
                    if machine.withLock({ $0.isOver }) { break }
                }
            }
        } catch let failure as ModelFailure {
            try Task.checkCancellation()
            return machine.withLock { $0.answerFailed(failure.error, jitter: ports.jitter()) }
        }
        try Task.checkCancellation()
        return machine.withLock { machine in
            machine.isOver
                ? RunStateMachine.Action(payloads: [], step: .end) : machine.answerEnded(jitter: ports.jitter())
        }
    }

    /// Told from what the log throws by its type.
    private struct ModelFailure: Error {
        let error: ModelError
    }

    private static func pump(
        _ provider: any ModelProvider, _ request: ModelRequest, into said: ReplyChannel<ModelEvent>
    ) async {
        do {
            for try await event in try await provider.stream(request) {
                guard await said.send(event) else { return }
            }
            said.finish()
        } catch let error as ModelError {
            said.finish(throwing: ModelFailure(error: error))
        } catch {
            let failure = ModelError(
                .unavailable, "the provider \(provider.id) failed in a way of its own", cause: error, isRetryable: true)
            said.finish(throwing: ModelFailure(error: failure))
        }
    }

    // MARK: The tools

    /// Executes the calls of a round; each outcome is appended as it comes.
    private func execute(_ calls: [PlannedCall]) async throws -> RunStateMachine.Step {
        try await withThrowingTaskGroup(of: (Int, ToolOutcome).self) { group in
            var next = 0
            var step: RunStateMachine.Step?
            func startOne() {
                guard next < calls.count else { return }
                let index = next
                next += 1
                group.addTask { (index, try await self.outcome(of: calls[index])) }
            }
            for _ in 0..<max(1, plan.limits.parallelCalls) { startOne() }
            while let (index, outcome) = try await group.next() {
                startOne()
                let (payloads, then) = machine.withLock { $0.callEnded(at: index, outcome) }
                try await append(payloads)
                step = then ?? step
            }
            return step ?? .end
        }
    }

    private func outcome(of planned: PlannedCall) async throws -> ToolOutcome {
        guard let arguments = planned.arguments else {
            return planned.refusal ?? ToolOutcome(CallLedger.unknownOutcome, success: false)
        }
        let call = ToolInvocation(
            request: plan.request, callID: planned.call.callID, name: planned.call.name, arguments: arguments)
        let deadline = plan.limits.toolDeadline
        return try await withThrowingTaskGroup(of: ToolOutcome.self) { group in
            group.addTask { [ports] in
                do {
                    return try await ports.tools.execute(call)
                } catch {
                    try Task.checkCancellation()
                    return ToolOutcome("The tool failed: \(error)", success: false)
                }
            }
            group.addTask { [ports] in
                try await ports.clock.sleep(for: deadline)
                return ToolOutcome(
                    "The tool did not answer within \(deadline). \(CallLedger.unknownOutcome)", success: false)
            }
            defer { group.cancelAll() }
            return try await group.next() ?? ToolOutcome(CallLedger.unknownOutcome, success: false)
        }
    }
}

extension StreamEvent.Payload {
    /// Whether the event ends its run.
    var isTerminal: Bool {
        switch self {
        case .responseDone, .responseError, .turnAbortedByUser: true
        default: false
        }
    }
}

extension ModelEvent {
    /// What the event costs in a bounded buffer, in bytes.
    fileprivate var weight: Int {
        switch self {
        case .itemDelta(let delta): 64 + delta.deltaContent.utf8.count
        case .itemDone(let done): 128 + done.finalItem.byteCount
        case .start, .itemStart, .usage, .finish, .heartbeat: 64
        }
    }
}
