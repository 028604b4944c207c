package import Foundation
package import Logging
package import PlatformSDK

/// The agent: performs runs whose events are in a log, apart from whoever reads them.
///
/// `respond` puts the request into the log and reads the run; `run()` performs the runs, those that an earlier process
/// has left unfinished first. A reader that goes away stops nothing.
package final class AgentRuntime: AgentResponder {
    /// What the agent is made of.
    package struct Parts: Sendable {
        /// Who it is.
        package var persona: Persona
        /// What it thinks with.
        package var provider: any ModelProvider
        /// The model that is asked; nil for the provider's own.
        package var model: String?
        /// The most tokens of an answer; nil for the model's own limit.
        package var maxOutputTokens: Int?
        /// How much the model is to think; nil leaves it to the provider.
        package var reasoningEffort: ReasoningEffort?
        /// What is known of models.
        package var catalogue = ModelCatalogue()
        /// The models that a request may name beside the one that is asked by default.
        package var choice: [OfferedModel] = []
        /// Where the events of the runs are.
        package var log: any EventLog
        /// Where the finished turns are.
        package var archive: any RunArchive
        /// What it can do.
        package var tools: any ToolExecutor = ToolBox([])
        /// The skills that users may switch on.
        package var skills: any SkillLibrary = InMemorySkills()
        /// What may be spent.
        package var budget = TokenBudget()
        /// What was spent.
        package var meter: any UsageMeter = InMemoryUsageMeter()
        /// Reads the files that people send; nil where the model is told their names only.
        package var attachments: (any AttachmentReader)?
        /// What a run may take.
        package var limits = RunLimits()

        /// Names the parts that have no default.
        package init(persona: Persona, provider: any ModelProvider, log: any EventLog, archive: any RunArchive) {
            self.persona = persona
            self.provider = provider
            self.log = log
            self.archive = archive
        }
    }

    let parts: Parts
    let clock: any Clock<Duration>
    let now: @Sendable () -> Date
    let jitter: @Sendable () -> Double
    let logger: Logger
    let open: OpenRuns
    /// All tools, `load_skill` among them.
    let tools: ToolBox
    private let jobs: AsyncStream<RunJob>
    private let newJobs: AsyncStream<RunJob>.Continuation

    /// Creates an agent that performs nothing before `run()`.
    ///
    /// - Parameter jitter: Random numbers from 0 to 1, for the pauses between repetitions.
    package init(
        _ parts: Parts, clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() },
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
        logger: Logger = Logger(label: "rialto.agent")
    ) {
        self.parts = parts
        self.clock = clock
        self.now = now
        self.jitter = jitter
        self.logger = logger
        tools = ToolBox([SkillTools(parts.skills), parts.tools])
        open = OpenRuns(limit: parts.limits.openRuns)
        // Never full: a job is added only for a run that was let in, and those are limited.
        (jobs, newJobs) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(parts.limits.openRuns + 1))
    }

    package var canResume: Bool { get async { true } }

    package func models() -> OfferedModels? { parts.offeredModels }

    /// Performs the runs until the task is cancelled; those that are open then stay unfinished in the log, and the next
    /// process sees to them.
    package func run() async throws {
        await catchUp()
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await self.recover() }
            for await job in jobs { tasks.addTask { await self.perform(job) } }
            open.closeDoors()
            tasks.cancelAll()
        }
    }

    package func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent> {
        switch try await open.openUnlessBegun(request.runID, threadID: request.threadID) {
        case .known: break
        case .closed: throw PlatformError(.unavailable, "the agent has stopped", isRetryable: true)
        case .full:
            if try await isKnown(request.runID) { break }
            throw PlatformError(
                .busy, "\(parts.limits.openRuns) runs are open already; try again when one has ended", isRetryable: true
            )
        case .admitted:
            do {
                if let job = try await begin(request) {
                    open.noteBegin(request.runID)
                    newJobs.yield(job)
                } else {
                    open.close(request.runID)
                }
            } catch let error as UnconfirmedOpening {
                // Once the log can be read again the run is performed if it has begun, and let go if it has not.
                newJobs.yield(.left(runID: request.runID))
                throw error.cause
            } catch {
                open.close(request.runID)
                throw error
            }
        }
        return read(request.runID, after: 0)
    }

    package func resume(runID: String, after seq: Int) async throws -> ReplySequence<RunEvent> {
        try await open.waitForBegin(runID)
        guard try await isKnown(runID) else {
            throw PlatformError(.unknownRun, "the agent has no run \(runID); ask it anew")
        }
        return read(runID, after: seq)
    }

    package func cancel(runID: String) async throws {
        if open.stop(runID) { return }
        do {
            try await settle(runID, as: .stopped)
        } catch let error as PlatformError {
            // A run that is over, or not there, or somebody else's by now stays as it is.
            let settled: Set<PlatformError.Code> = [.unknownRun, .runSealed, .notOwner]
            guard settled.contains(error.code) else { throw error }
            // The somebody else may be this process, which has begun to see to what an earlier one has left.
            _ = open.stop(runID)
        }
    }

    /// Whether the log has events of a run; a run that was claimed and never begun can only be asked for anew.
    private func isKnown(_ runID: String) async throws -> Bool {
        do {
            let state = try await parts.log.state(of: runID)
            return state.lastSeq > 0 || state.isSealed
        } catch let error as PlatformError {
            guard error.code == .unknownRun else { throw error }
            return false
        }
    }

    /// Claims a new run and appends its opening; nil where the run has begun before.
    private func begin(_ request: MessageRequest) async throws -> RunJob? {
        let plan = await plan(for: request, window: HistoryWindow())
        // Two processes may begin the same run at once: who loses the claim or the first append reads the other's.
        do {
            var attempt = 1
            if try await isKnown(request.runID) { return nil }
            if let state = try? await parts.log.state(of: request.runID) { attempt = state.attempt + 1 }
            let claimed = try await parts.log.claim(request.runID, attempt: attempt)
            let writer = writer(of: request, claimed: claimed)
            do {
                try await writer.append(plan.opening(at: writer.milliseconds))
            } catch  where !(error is PlatformError) {
                throw UnconfirmedOpening(cause: error)
            }
            return .begun(request, writer)
        } catch let error as PlatformError {
            let lost: Set<PlatformError.Code> = [.notOwner, .runSealed, .sequenceConflict, .sequenceGap]
            guard lost.contains(error.code) else { throw error }
            return nil
        }
    }

    /// A writer of a run that was claimed just now.
    func writer(of request: MessageRequest, claimed: RunState, projection: RunProjection = RunProjection()) -> RunWriter
    {
        RunWriter(
            request.runID, claimed: claimed, projection: projection, traceparent: request.traceparent, log: parts.log,
            now: now)
    }
}

/// The append of a run's opening has failed, which may be in the log all the same.
private struct UnconfirmedOpening: Error {
    let cause: any Error
}

/// A run that is to be performed.
enum RunJob: Sendable {
    /// One whose opening was just appended.
    case begun(MessageRequest, RunWriter)
    /// One that the log has and nobody performs.
    case left(runID: String)
}
