package import PlatformSDK

/// What a reader of a run is told of one event of its log.
package enum RunDelivery: Sendable {
    /// An event of the agent.
    case event(AgentEvent)
    /// The run has ended, and not as it should.
    case failure(PlatformError)

    /// The longest summary of a call or its result, in characters.
    static let summaryLength = 200

    /// Says what a reader is told of an event.
    ///
    /// A function of the event alone, so that a reader may come in at any position. It rests on what the runtime writes:
    /// only messages of the agent grow by text, and what an item ends with is what its deltas have built.
    package init(_ event: StreamEvent) {
        self =
            switch event.payload {
            // What an earlier attempt has said counts no more.
            case .responseStart: .event(event.attempt > 1 ? .reset(text: "") : .progress)
            case .itemStart(let start): .event(Self.beginning(of: start))
            case .itemDelta(let delta): .event(Self.growth(by: delta))
            case .itemDone(let done): .event(Self.end(with: done.finalItem))
            case .itemError, .itemCancelled, .usageUpdate, .heartbeat, .unknown: .event(.progress)
            case .responseDone(let done): Self.end(done, of: event.runID)
            case .responseError(let error): .failure(PlatformError(error))
            case .turnAbortedByUser: .failure(.stopped(event.runID))
            }
    }

    /// An item may begin with text where it was carried over from an earlier attempt.
    private static func beginning(of start: ItemStart) -> AgentEvent {
        switch start.item {
        case .message(let message) where message.origin == .agent && !message.said.isEmpty: .textChunk(message.said)
        case .approvalRequest(let request):
            .approvalRequest(
                ApprovalRequest(itemID: start.itemID, text: request.reason ?? "\(request.name) \(request.arguments)"))
        default: .progress
        }
    }

    private static func growth(by delta: ItemDelta) -> AgentEvent {
        guard !delta.deltaContent.isEmpty else { return .progress }
        return switch delta.channel {
        case .text, .refusal: .textChunk(delta.deltaContent)
        case .reasoning, .summary: .reasoningChunk(delta.deltaContent)
        default: .progress
        }
    }

    private static func end(with item: OutputItem) -> AgentEvent {
        switch item {
        case .functionCall(let call):
            .toolCall(ToolCall(callID: call.callID, name: call.name, label: label(of: call.arguments)))
        case .functionCallOutput(let output):
            .toolResult(
                ToolResult(callID: output.callID, success: output.success, result: summary(of: output.output)))
        case .file(let file):
            (file.path.map(AgentFile.Location.path) ?? file.url.map(AgentFile.Location.url)).map { location in
                .file(
                    AgentFile(
                        filename: file.filename, mimeType: file.mimeType, size: file.size.map(Int64.init),
                        location: location))
            } ?? .progress
        default: .progress
        }
    }

    private static func end(_ done: ResponseDone, of runID: String) -> RunDelivery {
        switch done.status {
        case .complete: .event(.end(tokensUsed: done.usage?.totalTokens ?? 0))
        case .aborted: .failure(.stopped(runID))
        case .error, .queued, .inProgress:
            .failure(PlatformError(.agentFailed, "the run \(runID) has failed: \(done.finishReason ?? "no reason")"))
        }
    }

    /// Arguments without members say nothing.
    private static func label(of arguments: String) -> String {
        arguments.allSatisfy { $0.isWhitespace || $0 == "{" || $0 == "}" } ? "" : summary(of: arguments)
    }

    private static func summary(of text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > summaryLength ? line.prefix(summaryLength) + "…" : line
    }
}

extension OutputItem.Message {
    /// All that the model said to its reader.
    var said: String { content + (refusal ?? "") }
}

extension Response {
    /// What a reader has been shown of the answer.
    package var said: String {
        outputItems.reduce(into: "") { text, item in
            guard case .message(let message) = item.item, message.origin == .agent else { return }
            text += message.said
        }
    }

    /// Why a reader gets no `end`; nil for a response that is complete or not at its end.
    var failure: PlatformError? {
        switch status {
        case .queued, .inProgress, .complete: nil
        case .error:
            error.map(PlatformError.init)
                ?? PlatformError(.agentFailed, "the run \(id) has failed: \(finishReason ?? "no reason")")
        case .aborted: .stopped(id)
        }
    }
}

extension PlatformError {
    /// The error that a run ended with.
    init(_ error: ResponseError) {
        self.init(.agentFailed, error.message, agentCode: error.code, isRetryable: error.retryable)
    }

    /// Somebody wanted the run to end.
    static func stopped(_ runID: String) -> PlatformError {
        PlatformError(.cancelled, "run \(runID) was stopped")
    }
}
