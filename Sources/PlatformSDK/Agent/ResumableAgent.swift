import Synchronization

/// An agent whose runs belong to it and not to their readers: it reads them to their ends whether anybody listens or not,
/// and serves each reader from its own cursor.
///
/// `run()` performs the runs. A run's latest events and its text stay in memory, also for a while after its end; a reader
/// whose cursor is older gets the events from an inner agent that can resume, and a `reset` otherwise.
public final class ResumableAgent: AgentResponder {
    /// What is kept, and how much at once.
    public struct Limits: Hashable, Sendable {
        /// The runs that are performed at once; more are refused with `busy`.
        public var openRuns = 256
        /// The runs that are kept after their end; the oldest makes room.
        public var finishedRuns = 64
        /// The events that are kept of a run, in bytes.
        public var tailBytes = 1 << 20
        /// The longest text of a run, in bytes; past it the run fails.
        public var textBytes = 4 << 20

        /// Creates the default limits.
        public init() {}
    }

    private struct State {
        var runs: [String: LiveRun] = [:]
        var open: Set<String> = []
        /// The ids of the runs that are over, the oldest first.
        var finished: [String] = []
        var isStopped = false
    }

    private struct Job: Sendable {
        let run: LiveRun
        let request: MessageRequest
    }

    private let agent: any AgentResponder
    private let limits: Limits
    private let state = Mutex(State())
    private let jobs: AsyncStream<Job>
    private let newJobs: AsyncStream<Job>.Continuation

    /// Creates an agent over another one, whose runs may end with their readers.
    public init(_ agent: any AgentResponder, limits: Limits = Limits()) {
        self.agent = agent
        self.limits = limits
        // Never full: a job is added only while fewer runs than the limit are open.
        (jobs, newJobs) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(limits.openRuns + 1))
    }

    public var canResume: Bool { get async { true } }

    /// Performs the runs until the task is cancelled; those that are open then fail with `unavailable`.
    public func run() async {
        await withDiscardingTaskGroup { tasks in
            for await job in jobs { tasks.addTask { await self.perform(job) } }
            tasks.cancelAll()
        }
        let open = state.withLock { state in
            state.isStopped = true
            return state.open.compactMap { state.runs[$0] }
        }
        for run in open { run.finish(throwing: Self.stopped) }
    }

    public func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent> {
        let (run, isNew) = try state.withLock { state in
            // A run that has failed may be asked for again.
            if let run = state.runs[request.runID], !run.hasFailed || state.open.contains(run.id) {
                return (run, false)
            }
            if state.isStopped { throw Self.stopped }
            guard state.open.count < limits.openRuns else {
                throw PlatformError(
                    .busy, "\(limits.openRuns) runs are open already; try again when one has ended", isRetryable: true)
            }
            let run = LiveRun(id: request.runID, tailLimit: limits.tailBytes, textLimit: limits.textBytes)
            state.runs[request.runID] = run
            state.finished.removeAll { $0 == request.runID }
            state.open.insert(request.runID)
            return (run, true)
        }
        if isNew { newJobs.yield(Job(run: run, request: request)) }
        return run.read(after: 0)
    }

    public func resume(runID: String, after seq: Int) async throws -> ReplySequence<RunEvent> {
        let run = state.withLock { $0.runs[runID] }
        if let run, run.keepsAll(after: seq) { return run.read(after: seq) }
        if await agent.canResume { return try await agent.resume(runID: runID, after: seq) }
        if let run { return run.read(after: seq) }
        throw PlatformError(.unknownRun, "the agent has no run \(runID), or has it no longer")
    }

    public func cancel(runID: String) async throws {
        state.withLock { $0.runs[runID] }?.requestStop()
        try await agent.cancel(runID: runID)
    }

    public func decide(_ decision: ApprovalDecision, runID: String, itemID: String) async throws {
        try await agent.decide(decision, runID: runID, itemID: itemID)
    }

    public func models() async throws -> OfferedModels? {
        try await agent.models()
    }

    public func usage(userID: String, threadID: String) async throws -> UsageReport {
        try await agent.usage(userID: userID, threadID: threadID)
    }

    /// Reads the run to its end, or until somebody wants it to stop.
    private func perform(_ job: Job) async {
        let run = job.run
        await withTaskGroup { tasks in
            tasks.addTask { await self.read(job) }
            tasks.addTask {
                if await run.waitForStopRequest() {
                    run.finish(throwing: PlatformError(.cancelled, "run \(run.id) was stopped"))
                }
            }
            await tasks.next()
            tasks.cancelAll()
        }
        run.finish(throwing: Self.stopped)
        state.withLock { state in
            state.open.remove(run.id)
            state.finished.append(run.id)
            if state.finished.count > limits.finishedRuns { state.runs[state.finished.removeFirst()] = nil }
        }
    }

    private func read(_ job: Job) async {
        do {
            for try await event in try await agent.respond(to: job.request) {
                try job.run.append(event)
                if case .end = event.event { return job.run.finish() }
            }
            try Task.checkCancellation()
            throw PlatformError(.protocolViolation, "the agent's reply to run \(job.run.id) stopped before its end")
        } catch {
            guard !Task.isCancelled else { return }
            let failure = error as? PlatformError
            job.run.finish(
                throwing: failure ?? PlatformError(.agentFailed, "the agent failed in run \(job.run.id)", cause: error))
        }
    }

    private static let stopped = PlatformError(.unavailable, "the agent has stopped", isRetryable: true)
}
