import Foundation
import Logging
import PlatformSDK

extension AgentRuntime {
    /// Brings a run to its end, whatever the log does meanwhile: a run whose log has failed is taken over as if its
    /// process had died, again and again until the log is back.
    func perform(_ job: RunJob) async {
        let runID = job.runID
        defer { open.close(runID) }
        var job = job
        var failures = 0
        while !Task.isCancelled {
            do {
                try await attempt(job)
                return
            } catch {
                let lost: Set<PlatformError.Code> = [.notOwner, .runSealed, .unknownRun]
                if let error = error as? PlatformError, lost.contains(error.code) { return }
                if Task.isCancelled { return }
                logger.error(
                    "a run cannot be recorded and waits", metadata: ["run": "\(runID)", "error": "\(error)"])
                failures += 1
                await pause(afterFailures: failures)
                job = .left(runID: runID)
            }
        }
    }

    private func attempt(_ job: RunJob) async throws {
        switch job {
        case .begun(let request, let writer): try await conduct(request, writer)
        case .left(let runID):
            // What looked like a failure may have ended the run: until that is known, no other reads the thread's history.
            guard let left = try await takeOver(runID) else { return try await archiveEnd(of: runID) }
            open.note(threadID: left.request.threadID, of: runID)
            open.note(isEnding: false, of: runID)
            open.noteBegin(runID)
            try await conduct(left.request, left.writer, earlier: left.usage)
        }
    }

    private func conduct(_ request: MessageRequest, _ writer: RunWriter, earlier: Usage? = nil) async throws {
        let runID = request.runID
        // Stored once at the beginning: the archive orders a thread's turns by when it has first seen them.
        if let snapshot = writer.snapshot { try await parts.archive.store(snapshot) }
        try await open.waitForArchive(of: request.threadID, except: runID)
        let conductor = RunConductor(
            plan: try await plan(for: request), writer: writer,
            ports: RunConductor.Ports(
                provider: parts.provider, tools: tools, clock: clock, jitter: jitter,
                isEnding: { [open] in open.note(isEnding: true, of: runID) },
                count: { [self] usage in
                    guard let response = writer.snapshot?.response else { return }
                    try await count(usage, of: response, userID: request.userID)
                }),
            earlier: earlier, refusal: try await refusal(of: request, own: earlier))
        do {
            try await conductor.conduct { [open] in await open.waitForStop(runID) }
        } catch {
            // The log may not have it: then nobody else could count it.
            if let usage = conductor.uncounted, let response = writer.snapshot?.response {
                await countOnce(usage, of: response, userID: request.userID)
            }
            throw error
        }
        await archive(writer)
    }

    /// The plan of a run with the thread's history.
    private func plan(for request: MessageRequest) async throws -> RunStateMachine.Plan {
        var plan = await plan(for: request, window: HistoryWindow())
        let entry = parts.catalogue[plan.model]
        let history = ThreadHistory(
            archive: parts.archive, contextLength: entry?.contextLength,
            answerTokens: plan.maxOutputTokens ?? parts.limits.answerTokens,
            turnLimit: parts.limits.historyTurns)
        let tools = plan.tools.reduce(0) { sum, tool in
            let schema = try? EventJSON.encode(tool.model.parameters).count
            return sum + tool.model.name.utf8.count + tool.model.description.utf8.count + (schema ?? 0)
        }
        let question = request.textForModel.utf8.count
        let files = parts.attachments == nil ? 0 : request.attachments.reduce(0) { $0 + $1.textBytes }
        plan.window = try await history.window(
            for: request, otherBytes: plan.instructions.utf8.count + tools + question + files)
        if let reader = parts.attachments {
            plan.files = await ShownFiles(reader: reader, limits: parts.limits)
                .read(question: request.attachments, window: plan.window)
        }
        return plan
    }

    /// The plan of a run that is shown these turns.
    func plan(for request: MessageRequest, window: HistoryWindow) async -> RunStateMachine.Plan {
        let skills = await SkillTools(parts.skills).enabled(for: request)
        let model = request.model ?? parts.defaultModel
        var plan = RunStateMachine.Plan(
            request: request, agentID: parts.persona.name, providerID: parts.provider.id,
            model: model,
            instructions: parts.persona.prompt(soul: request.soul, skills: skills),
            tools: await tools.tools(for: request), window: window, maxOutputTokens: parts.answerLimit(of: model),
            limits: parts.limits)
        plan.reasoningEffort = parts.reasoningEffort
        return plan
    }
}

extension RunJob {
    /// The run.
    var runID: String {
        switch self {
        case .begun(let request, _): request.runID
        case .left(let runID): runID
        }
    }
}
