import Foundation
package import PlatformSDK

extension RunStateMachine {
    /// Takes in what the model says; the events that the log gets.
    package mutating func take(_ events: some Sequence<ModelEvent>) -> [StreamEvent.Payload] {
        guard !isOver else { return [] }
        let payloads = events.flatMap { take($0) }
        guard saidBytes > plan.limits.answerBytes else { return payloads }
        let error = ResponseError(
            code: RunCode.answerTooLong, message: "the model said more than \(plan.limits.answerBytes) bytes")
        return payloads + fail(error).payloads
    }

    private mutating func take(_ event: ModelEvent) -> [StreamEvent.Payload] {
        switch event {
        case .start, .heartbeat: return []
        case .itemStart(let start): return [begin(start)]
        case .itemDelta(let delta): return grow(delta)
        case .itemDone(let done): return close(done)
        case .usage(let usage):
            answer.usage = usage
            return self.usage.map { [.usageUpdate($0)] } ?? []
        case .finish(let reason):
            answer.finish = reason
            return []
        }
    }

    private mutating func begin(_ start: ItemStart) -> StreamEvent.Payload {
        let index = answer.firstIndex + max(0, start.outputIndex)
        answer.nextIndex = max(answer.nextIndex, index + 1)
        let id = uniqueID(start.itemID)
        answer.open[start.itemID] = ModelAnswer.OpenItem(id: id, index: index)
        return .itemStart(ItemStart(itemID: id, outputIndex: index, item: start.item.begun))
    }

    /// A reader of the log reads messages one after the other, so a further one begins with the break between them.
    private mutating func grow(_ delta: ItemDelta) -> [StreamEvent.Payload] {
        guard var item = answer.open[delta.itemID], !delta.deltaContent.isEmpty else { return [] }
        saidBytes += delta.deltaContent.utf8.count
        answer.saidBytes += delta.deltaContent.utf8.count
        var content = delta.deltaContent
        if delta.channel == .text || delta.channel == .refusal {
            if item.text.isEmpty, item.refusal.isEmpty, hasSaidText {
                item.separator = .messageSeparator
                content = item.separator + content
            }
            if delta.channel == .text { item.text += delta.deltaContent } else { item.refusal += delta.deltaContent }
            hasSaidText = true
        }
        if delta.channel != .status { answer.hasShown = true }
        answer.open[delta.itemID] = item
        return [.itemDelta(ItemDelta(itemID: item.id, channel: delta.channel, deltaContent: content))]
    }

    /// What a message ends with in the log is what its reader has seen: text that no delta brought is brought now, and
    /// where the two differ otherwise, what was seen stays. The model gets back what it has said itself.
    private mutating func close(_ done: ItemDone) -> [StreamEvent.Payload] {
        guard answer.open[done.itemID] != nil else { return [] }
        var payloads: [StreamEvent.Payload] = []
        var final = done.finalItem
        if case .message(var message) = final {
            payloads += complete(done.itemID, .text, message.content)
            payloads += complete(done.itemID, .refusal, message.refusal ?? "")
            if let item = answer.open[done.itemID] {
                let isRefused = item.text.isEmpty && !item.refusal.isEmpty
                message.content = (isRefused ? "" : item.separator) + item.text
                message.refusal = item.refusal.isEmpty ? nil : (isRefused ? item.separator : "") + item.refusal
            }
            final = .message(message)
        }
        guard let item = answer.open.removeValue(forKey: done.itemID) else { return payloads }
        answer.done[item.index] = done.finalItem
        answer.hasShown = true
        return payloads + [.itemDone(ItemDone(itemID: item.id, finalItem: final))]
    }

    private mutating func complete(
        _ id: String, _ channel: ItemDelta.Channel, _ whole: String
    ) -> [StreamEvent.Payload] {
        guard let item = answer.open[id] else { return [] }
        let seen = channel == .text ? item.text : item.refusal
        guard whole.utf8.count > seen.utf8.count, whole.utf8.starts(with: seen.utf8) else { return [] }
        guard let rest = String(whole.utf8.dropFirst(seen.utf8.count)) else { return [] }
        return grow(ItemDelta(itemID: id, channel: channel, deltaContent: rest))
    }

    // MARK: The end of an answer

    /// The model's sequence has come to its end; without a `finish` it was cut.
    package mutating func answerEnded(jitter: Double = 0.5) -> Action {
        guard let finish = answer.finish else {
            return answerFailed(
                ModelError(.truncated, "the model's answer stopped without its end", isRetryable: true), jitter: jitter)
        }
        let payloads = answer.closeOpenItems(reason: "unfinished")
        spent = attemptUsage
        answer.usage = nil
        retries = restarts
        nextIndex = answer.nextIndex
        let items = answer.items
        conversation += items
        let asked = items.compactMap { item -> OutputItem.FunctionCall? in
            if case .functionCall(let call) = item { call } else { nil }
        }
        switch finish {
        case .stop where asked.isEmpty, .toolCalls where asked.isEmpty, .length, .contentFilter:
            if let error = wordlessEnd(finish) {
                var action = fail(error)
                action.payloads = payloads + action.payloads
                return action
            }
            isOver = true
            let reason = finish == .toolCalls ? ModelFinishReason.stop : finish
            let done = ResponseDone(usage: usage, finishReason: reason.rawValue)
            return Action(payloads: payloads + [.responseDone(done)], step: .end)
        case .stop, .toolCalls, .pause:
            guard rounds < plan.limits.toolRounds else {
                let error = ResponseError(
                    code: RunCode.tooManyRounds, message: "the model called tools in more than \(rounds) rounds")
                var action = fail(error)
                action.payloads = payloads + action.payloads
                return action
            }
            rounds += 1
            if asked.isEmpty { return Action(payloads: payloads, step: ask()) }
            let intended = intend(asked)
            return Action(payloads: payloads + intended, step: .execute(calls))
        }
    }

    /// Why an answer that the model or its provider cut off is none: its reader has not been told a word of it.
    private func wordlessEnd(_ finish: ModelFinishReason) -> ResponseError? {
        guard !hasSaidText else { return nil }
        return switch finish {
        case .contentFilter:
            ResponseError(code: RunCode.refused, message: "the model, or its provider's filter, declined to answer")
        case .length:
            ResponseError(
                code: RunCode.lengthExhausted, message: "the limit of tokens was reached before the model said anything"
            )
        case .stop, .toolCalls, .pause: nil
        }
    }

    /// The model's answer has failed: it is asked again where nothing was seen of it yet, the run begins anew where that
    /// repeats no effect, and else it has failed.
    package mutating func answerFailed(_ error: ModelError, jitter: Double = 0.5) -> Action {
        if error.code == .contextLengthExceeded, !answer.hasShown, plan.window.dropOlderHalf() {
            return askAgain(after: .zero)
        }
        if error.code == .attachmentRefused, !answer.hasShown, plan.dropEarlierFiles() {
            return askAgain(after: .zero)
        }
        // Thinking is signed or encrypted for one model and one account, and either may have changed since.
        if error.code == .invalidRequest, !answer.hasShown, plan.window.dropReasoning() {
            return askAgain(after: .zero)
        }
        let pause =
            error.isRetryable
            ? plan.limits.retries.pause(afterRetries: retries, wanted: error.retryAfter, jitter: jitter) : nil
        if let pause, !answer.hasShown {
            retries += 1
            return askAgain(after: pause)
        }
        if let pause, !hasHadEffects {
            retries += 1
            return Action(payloads: closeOpenItems(reason: "failed"), step: .supersede(after: pause))
        }
        return fail(
            ResponseError(
                code: error.code.description, message: error.message,
                // A person may ask again only where nothing happens twice by it.
                retryable: error.isRetryable && !hasHadEffects))
    }

    private mutating func askAgain(after pause: Duration) -> Action {
        let payloads = closeOpenItems(reason: "failed")
        spent = attemptUsage
        answer.usage = nil
        return Action(payloads: payloads, step: ask(after: pause))
    }

    // MARK: Calls

    /// The outputs begin before the calls are executed: the ledger of what may have had an effect.
    private mutating func intend(_ asked: [OutputItem.FunctionCall]) -> [StreamEvent.Payload] {
        outcomes = [:]
        calls = asked.map { call in
            let itemID = uniqueID("output-\(call.callID)")
            guard let tool = plan.tools.first(where: { $0.model.name == call.name }) else {
                let names = plan.tools.map(\.model.name).joined(separator: ", ")
                let text = "There is no tool named \(call.name). " + (names.isEmpty ? "" : "You have: \(names).")
                return PlannedCall(
                    call: call, itemID: itemID, arguments: nil, refusal: ToolOutcome(text.trimmed, success: false))
            }
            guard let arguments = Self.object(call.arguments) else {
                let text = "The arguments are not a JSON object; call the tool again with one."
                return PlannedCall(
                    call: call, itemID: itemID, arguments: nil, refusal: ToolOutcome(text, success: false))
            }
            if tool.hasSideEffects { hasHadEffects = true }
            return PlannedCall(call: call, itemID: itemID, arguments: arguments, refusal: nil)
        }
        return calls.map { planned in
            nextIndex += 1
            let output = OutputItem.functionCallOutput(.init(callID: planned.call.callID))
            return .itemStart(ItemStart(itemID: planned.itemID, outputIndex: nextIndex - 1, item: output))
        }
    }

    private static func object(_ arguments: String) -> OpaqueJSON? {
        let text = arguments.trimmed
        if text.isEmpty { return .object([:]) }
        guard let json = try? EventJSON.decode(OpaqueJSON.self, from: Data(text.utf8)), case .object = json else {
            return nil
        }
        return json
    }

    /// A call has come to its end; its events, and after the last one of the round, what to do next.
    package mutating func callEnded(at index: Int, _ outcome: ToolOutcome) -> (
        payloads: [StreamEvent.Payload], next: Step?
    ) {
        guard !isOver, calls.indices.contains(index), outcomes[index] == nil else { return ([], nil) }
        let outcome = outcome.limited(toBytes: plan.limits.toolOutputBytes)
        outcomes[index] = outcome
        let output = Self.output(of: calls[index], outcome)
        let payload = StreamEvent.Payload.itemDone(ItemDone(itemID: calls[index].itemID, finalItem: output))
        guard outcomes.count == calls.count else { return ([payload], nil) }
        conversation += calls.indices.compactMap { index in
            outcomes[index].map { Self.output(of: calls[index], $0) }
        }
        calls = []
        outcomes = [:]
        return ([payload], ask())
    }

    private static func output(of planned: PlannedCall, _ outcome: ToolOutcome) -> OutputItem {
        .functionCallOutput(
            .init(callID: planned.call.callID, output: outcome.output, success: outcome.success))
    }
}

extension OutputItem {
    /// The item without text: a reader gets text by deltas.
    fileprivate var begun: OutputItem {
        switch self {
        case .message(let message): .message(.init(origin: message.origin, providerState: message.providerState))
        default: self
        }
    }
}
