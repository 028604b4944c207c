package import PlatformSDK

/// The decisions of one run, from its beginning to its one terminal event, over all its attempts.
///
/// Each input returns the events to append and, where it is complete, what to do next. Append first, then act.
package struct RunStateMachine: Sendable {
    /// What a run is about.
    package struct Plan: Sendable {
        /// The request.
        package var request: MessageRequest
        /// The agent's id in the response.
        package var agentID: String?
        /// The provider's id.
        package var providerID: String
        /// The model to ask.
        package var model: String
        /// Who the model is to be.
        package var instructions: String
        /// The tools that it may call.
        package var tools: [Tool]
        /// The earlier turns of the thread.
        package var window: HistoryWindow
        /// The files that the model is shown, by their paths.
        package var files: [String: ModelAttachment] = [:]
        /// The most tokens of an answer, where somebody has set one.
        package var maxOutputTokens: Int?
        /// How much the model is to think; nil leaves it to the provider.
        package var reasoningEffort: ReasoningEffort?
        /// How often and how long.
        package var limits: RunLimits

        /// Creates a plan.
        package init(
            request: MessageRequest, agentID: String? = nil, providerID: String, model: String, instructions: String,
            tools: [Tool] = [], window: HistoryWindow = HistoryWindow(), maxOutputTokens: Int? = nil,
            limits: RunLimits = RunLimits()
        ) {
            self.request = request
            self.agentID = agentID
            self.providerID = providerID
            self.model = model
            self.instructions = instructions
            self.tools = tools
            self.window = window
            self.maxOutputTokens = maxOutputTokens
            self.limits = limits
        }

        /// The first events of each attempt; what the earlier ones have taken stays the run's.
        package func opening(at milliseconds: Int64, earlier: Usage? = nil) -> [StreamEvent.Payload] {
            let start = ResponseStart(
                id: request.runID, turnID: request.turnID ?? request.runID, threadID: request.threadID,
                agentID: agentID, modelID: model, providerID: providerID, createdAt: milliseconds)
            return [.responseStart(start)] + request.recording() + (earlier.map { [.usageUpdate($0)] } ?? [])
        }
    }

    /// What to do next.
    package enum Step: Hashable, Sendable {
        /// Ask the model, after a pause.
        case ask(ModelRequest, after: Duration)
        /// Execute calls, at once as far as that goes.
        case execute([PlannedCall])
        /// Claim the next attempt and begin anew, after a pause.
        case supersede(after: Duration)
        /// The run has its terminal event.
        case end
    }

    /// What to append, and what to do next.
    package struct Action: Hashable, Sendable {
        /// The events.
        package var payloads: [StreamEvent.Payload]
        /// The step, once the events are appended.
        package var step: Step
    }

    /// Why a run ends before it is done.
    package enum Cut: Hashable, Sendable {
        /// Somebody wants no more of it.
        case stopped
        /// It has taken too long.
        case timedOut
    }

    var plan: Plan
    var attempt: Int
    /// What the model and the tools have said in this attempt.
    var conversation: [OutputItem] = []
    var answer: ModelAnswer
    /// The calls that are being executed, by their place.
    var calls: [PlannedCall] = []
    var outcomes: [Int: ToolOutcome] = [:]
    /// The place of the next item.
    var nextIndex = MessageRequest.recordedItems
    var itemIDs: Set<String> = ["request", "question"]
    /// The calls of the model, over all attempts: part of their ids.
    var asked = 0
    var rounds = 0
    /// The repetitions since the model has last given a whole answer, and those of whole attempts, which count for good:
    /// a model that breaks in a later round each time is not paid for the earlier ones for ever.
    var retries = 0
    /// How often the run has begun anew.
    var restarts = 0
    var hasSaidText = false
    /// What the model has said and thought in this attempt, calls included.
    var saidBytes = 0
    var hasHadEffects = false
    /// The tokens of the answers before the present one, in this attempt.
    var spent: Usage?
    /// The tokens of the attempts before this one.
    let earlier: Usage?
    /// Whether the terminal event is decided.
    package internal(set) var isOver = false

    /// Creates the machine of an attempt whose opening is in the log already.
    ///
    /// - Parameter earlier: The tokens of the attempts before this one.
    package init(_ plan: Plan, attempt: Int = 1, earlier: Usage? = nil) {
        self.plan = plan
        self.attempt = attempt
        self.earlier = earlier
        answer = ModelAnswer(firstIndex: nextIndex)
    }

    /// The tokens that the run has taken so far, over all attempts.
    package var usage: Usage? { earlier + attemptUsage }

    /// The tokens that this attempt has taken so far.
    package var attemptUsage: Usage? { spent + answer.usage }

    /// The first step of the attempt.
    package mutating func begin() -> Step { ask() }

    /// Begins the next attempt, which takes back all that was said, but not what it cost.
    package mutating func beginAttempt(_ attempt: Int, at milliseconds: Int64) -> Action {
        var next = RunStateMachine(plan, attempt: attempt, earlier: usage)
        (next.asked, next.retries, next.restarts) = (asked, retries, restarts + 1)
        self = next
        return Action(payloads: plan.opening(at: milliseconds, earlier: earlier), step: ask())
    }

    /// Counts an answer that is about to be cut off by its bytes, four to a token: many a provider says at the end alone
    /// what an answer took, and whoever stops each answer before its end would pay for none.
    package mutating func countUntold() {
        let written = (answer.saidBytes + 3) / 4
        guard !isOver, written > answer.usage?.completionTokens ?? 0 else { return }
        answer.usage = Usage(
            promptTokens: answer.usage?.promptTokens ?? answer.shownBytes / 4, completionTokens: written,
            cachedTokens: answer.usage?.cachedTokens, reasoningTokens: answer.usage?.reasoningTokens)
    }

    /// The end of a run that somebody or something cuts off; no events where it is over already.
    package mutating func cut(_ cut: Cut) -> [StreamEvent.Payload] {
        guard !isOver else { return [] }
        isOver = true
        let open = closeOpenItems(reason: cut == .stopped ? "stopped" : "timed_out")
        switch cut {
        case .stopped:
            let turnID = plan.request.turnID ?? plan.request.runID
            return open + [.turnAbortedByUser(TurnAborted(turnID: turnID, reason: "stopped"))]
        case .timedOut:
            let error = ResponseError(
                code: RunCode.timedOut, message: "the run took longer than \(plan.limits.runDeadline)",
                retryable: !hasHadEffects)
            return open + [.responseError(error)]
        }
    }

    /// Refuses the run before the model is asked.
    package mutating func refuse(_ error: ResponseError) -> Action { fail(error) }

    mutating func ask(after pause: Duration = .zero) -> Step {
        asked += 1
        answer = ModelAnswer(firstIndex: nextIndex)
        let (history, files) = plan.shown
        answer.shownBytes = (history + conversation).reduce(plan.instructions.utf8.count) { $0 + $1.byteCount }
        let request = ModelRequest(
            id: "\(plan.request.runID.identifier)-\(attempt)-\(asked)",
            model: plan.model.isEmpty ? nil : plan.model,
            instructions: plan.instructions,
            history: history + conversation,
            attachments: files,
            tools: plan.tools.map(\.model),
            toolChoice: !plan.tools.isEmpty && rounds >= plan.limits.toolRounds ? .none : .auto,
            maxOutputTokens: plan.maxOutputTokens,
            reasoningEffort: plan.reasoningEffort,
            promptCacheKey: plan.request.threadID
        )
        return .ask(request, after: pause)
    }

    mutating func fail(_ error: ResponseError) -> Action {
        isOver = true
        return Action(payloads: closeOpenItems(reason: "failed") + [.responseError(error)], step: .end)
    }

    mutating func closeOpenItems(reason: String) -> [StreamEvent.Payload] {
        let unanswered = calls.indices.filter { outcomes[$0] == nil }
        let open = answer.closeOpenItems(reason: reason)
        let unknown = unanswered.map { index in
            StreamEvent.Payload.itemCancelled(ItemCancelled(itemID: calls[index].itemID, reason: "unknown"))
        }
        calls = []
        outcomes = [:]
        nextIndex = answer.nextIndex
        return open + unknown
    }

    /// An id that no item of the attempt has.
    mutating func uniqueID(_ wanted: String) -> String {
        var id = wanted
        var number = 2
        while !itemIDs.insert(id).inserted {
            id = "\(wanted)-\(number)"
            number += 1
        }
        return id
    }
}

extension String {
    /// The text as a part of ids that providers accept: letters, digits, `_` and `-`.
    var identifier: String {
        String(map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "-" })
    }
}
