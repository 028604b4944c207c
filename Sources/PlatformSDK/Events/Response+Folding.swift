extension Response {
    /// What an event changed.
    public enum Change: Hashable, Sendable {
        /// Nothing: a heartbeat, a repeat, a stale writer's event, one of another run, or one after the end.
        case ignored
        /// Nothing but the cursor: an event, item channel or item type that the fold does not know.
        case passedOver
        /// Everything: an attempt began.
        case began
        /// The item at an index of `outputItems`.
        case item(at: Int)
        /// The tokens.
        case usage
        /// The status, which is terminal now.
        case ended
    }

    /// The response that a run's first event makes.
    ///
    /// Any `response_start` is a beginning, as an attempt replaces all that was before it. Any other event gives a
    /// response that has failed with `STREAM_SEQUENCE_ERROR`; a heartbeat gives none.
    public init?(beginning event: StreamEvent) {
        if case .heartbeat = event.payload { return nil }
        if case .responseStart(let start) = event.payload {
            self.init(start, event)
        } else {
            let start = ResponseStart(
                id: event.runID, turnID: "", threadID: "", modelID: "", providerID: "", createdAt: event.timestamp)
            self.init(start, event)
            fail("The run begins with \(event.type) instead of response_start")
        }
    }

    /// Folds events from the beginning of a run; nil where there is none.
    public static func reduce(_ events: some Sequence<StreamEvent>) -> Response? {
        var response: Response?
        for event in events {
            if response?.apply(event) == nil { response = Response(beginning: event) }
        }
        return response
    }

    private init(_ start: ResponseStart, _ event: StreamEvent) {
        id = event.runID
        turnID = start.turnID
        threadID = start.threadID
        agentID = start.agentID
        modelID = start.modelID
        providerID = start.providerID
        createdAt = start.createdAt
        updatedAt = event.timestamp
        status = start.status
        outputItems = []
        lastSeq = event.seq
        attempt = event.attempt
    }

    /// Applies one event: the only way in which a response changes.
    ///
    /// Events may come repeatedly and from superseded writers, which changes nothing; a gap makes the response fail.
    @discardableResult
    public mutating func apply(_ event: StreamEvent) -> Change {
        if case .heartbeat = event.payload { return .ignored }
        guard !status.isTerminal, event.runID == id, event.attempt >= attempt else { return .ignored }
        if event.attempt > attempt { return supersede(with: event) }
        guard event.seq > lastSeq else { return .ignored }
        guard event.seq == lastSeq + 1 else { return fail(at: event, "Event \(lastSeq + 1) of the run is missing") }
        lastSeq = event.seq
        updatedAt = event.timestamp
        if status == .queued { status = .inProgress }
        return fold(event)
    }

    /// A stale writer may have taken the number that the new one began with, hence a start may also come before the cursor.
    private mutating func supersede(with event: StreamEvent) -> Change {
        guard case .responseStart(let start) = event.payload else {
            guard event.seq > lastSeq else { return .ignored }
            return fail(at: event, "Attempt \(event.attempt) of the run has no response_start")
        }
        guard event.seq <= lastSeq + 1 else { return fail(at: event, "Event \(lastSeq + 1) of the run is missing") }
        self = Response(start, event)
        return .began
    }

    private mutating func fold(_ event: StreamEvent) -> Change {
        switch event.payload {
        case .itemDelta(let delta):
            guard let index = openItem(delta.itemID) else { return failUnopened(event, delta.itemID) }
            return outputItems[index].grow(by: delta) ? .item(at: index) : .passedOver
        case .itemStart(let start):
            return begin(start)
        case .itemDone(let done):
            return close(done.itemID, event) { item in
                item.item = done.finalItem
                item.status = .complete
            }
        case .itemError(let failure):
            return close(failure.itemID, event) { item in
                item.error = failure.error
                item.status = .error
            }
        case .itemCancelled(let cancelled):
            return close(cancelled.itemID, event) { item in
                item.reason = cancelled.reason
                item.status = .cancelled
            }
        case .usageUpdate(let usage):
            self.usage = usage
            return .usage
        case .responseStart:
            return fail("The attempt begins a second time")
        case .responseDone(let done):
            guard done.status.isTerminal else {
                return fail("response_done leaves the response \(done.status.rawValue)")
            }
            status = done.status
            usage = done.usage ?? usage
            finishReason = done.finishReason
            return .ended
        case .responseError(let error):
            status = .error
            self.error = error
            finishReason = "error"
            return .ended
        case .turnAbortedByUser(let aborted):
            status = .aborted
            finishReason = aborted.reason
            return .ended
        case .heartbeat, .unknown:
            return .passedOver
        }
    }

    private mutating func begin(_ start: ItemStart) -> Change {
        guard !outputItems.contains(where: { $0.id == start.itemID }) else {
            return fail("Item \(start.itemID) begins a second time")
        }
        let item = Item(id: start.itemID, outputIndex: start.outputIndex, status: .inProgress, item: start.item)
        let index = outputItems.lastIndex { $0.outputIndex <= start.outputIndex }.map { $0 + 1 } ?? 0
        outputItems.insert(item, at: index)
        return .item(at: index)
    }

    private mutating func close(_ id: String, _ event: StreamEvent, _ change: (inout Item) -> Void) -> Change {
        guard let index = openItem(id) else { return failUnopened(event, id) }
        change(&outputItems[index])
        return .item(at: index)
    }

    /// From the end, where the items that still grow are.
    private func openItem(_ id: String) -> Int? {
        guard let index = outputItems.lastIndex(where: { $0.id == id }) else { return nil }
        return outputItems[index].status == .inProgress ? index : nil
    }

    private mutating func failUnopened(_ event: StreamEvent, _ id: String) -> Change {
        fail("\(event.type) for item \(id), which is not open")
    }

    private mutating func fail(at event: StreamEvent, _ message: String) -> Change {
        lastSeq = event.seq
        attempt = event.attempt
        updatedAt = event.timestamp
        return fail(message)
    }

    @discardableResult
    private mutating func fail(_ message: String) -> Change {
        status = .error
        error = ResponseError(code: ResponseError.sequenceErrorCode, message: message)
        finishReason = "stream_error"
        return .ended
    }
}

extension Response.Item {
    /// Adds to the part that a channel names; false where the item has no such part.
    fileprivate mutating func grow(by delta: ItemDelta) -> Bool {
        if delta.channel == .status {
            progress = delta.deltaContent
            return true
        }
        let text = delta.deltaContent
        switch (item.growth, delta.channel) {
        case (.message, .text): item.withMessage { $0.content += text }
        case (.message, .refusal): item.withMessage { Self.append(text, to: &$0.refusal) }
        case (.message, .annotation): item.withMessage { $0.annotations = ($0.annotations ?? []) + [text] }
        case (.reasoning, .reasoning): item.withReasoning { $0.content += text }
        case (.reasoning, .summary): item.withReasoning { Self.append(text, to: &$0.summary) }
        case (.functionCall, .arguments): item.withFunctionCall { $0.arguments += text }
        case (.functionCallOutput, .text): item.withFunctionCallOutput { $0.output += text }
        case (.scriptExecution, .arguments): item.withScriptExecution { $0.code += text }
        case (.scriptExecutionOutput, .text): item.withScriptExecutionOutput { $0.result += text }
        default: return false
        }
        return true
    }

    private static func append(_ text: String, to grown: inout String?) {
        var whole = grown ?? ""
        grown = nil
        whole += text
        grown = whole
    }
}
