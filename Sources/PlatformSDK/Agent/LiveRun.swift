import Synchronization

/// One run of a `ResumableAgent`: what it has said, for readers that come, go, fall behind and come back.
final class LiveRun: Sendable {
    private enum Ending {
        case finished
        case failed(PlatformError)
    }

    private struct State {
        /// The latest events, by their numbers.
        var tail: [RunEvent] = []
        var tailBytes = 0
        /// All text so far: what a reader gets whose cursor is older than the tail.
        var text = ""
        var lastSeq = 0
        /// The number of the last event that the tail has lost.
        var trimmedThrough = 0
        var isStopping = false
        var ending: Ending?
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter = 0

        mutating func wakeAll(_ wakings: inout Wakings) {
            wakings.add(waiters.values)
            waiters = [:]
        }

        /// The place in the tail of the first event above the cursor.
        func index(after cursor: Int) -> Int {
            var low = 0
            var high = tail.count
            while low < high {
                let middle = (low + high) / 2
                if tail[middle].seq > cursor { high = middle } else { low = middle + 1 }
            }
            return low
        }
    }

    /// The run's id.
    let id: String
    private let tailLimit: Int
    private let textLimit: Int
    private let state = Mutex(State())

    /// Creates a run that has said nothing; the limits are in bytes.
    init(id: String, tailLimit: Int, textLimit: Int) {
        self.id = id
        self.tailLimit = tailLimit
        self.textLimit = textLimit
    }

    /// Whether the run has ended by an error.
    var hasFailed: Bool { state.withLock { if case .failed = $0.ending { true } else { false } } }

    /// Whether a reader with this cursor gets each event, rather than a reset.
    func keepsAll(after cursor: Int) -> Bool { state.withLock { cursor >= $0.trimmedThrough } }

    /// Adds what the agent said; an event whose number is not above the last is dropped.
    func append(_ event: RunEvent) throws {
        try state.withLockWaking { state, wakings in
            guard event.seq > state.lastSeq, state.ending == nil else { return }
            switch event.event {
            case .textChunk(let text): state.text += text
            case .reset(let text): state.text = text
            default: break
            }
            guard state.text.utf8.count <= textLimit else {
                throw PlatformError(.protocolViolation, "the answer of run \(id) is longer than \(textLimit) bytes")
            }
            state.lastSeq = event.seq
            state.tail.append(event)
            state.tailBytes += event.weight
            if state.tailBytes > tailLimit { trim(&state) }
            state.wakeAll(&wakings)
        }
    }

    /// Ends the run; the first ending counts.
    func finish(throwing error: PlatformError? = nil) {
        state.withLockWaking { state, wakings in
            if state.ending == nil { state.ending = error.map { .failed($0) } ?? .finished }
            state.wakeAll(&wakings)
        }
    }

    /// Asks whoever performs the run to stop it.
    func requestStop() {
        state.withLockWaking { state, wakings in
            state.isStopping = true
            state.wakeAll(&wakings)
        }
    }

    /// Returns true once somebody wants the run to stop; false where the task is cancelled before.
    func waitForStopRequest() async -> Bool {
        while !Task.isCancelled {
            if state.withLock({ $0.isStopping }) { return true }
            await wait { $0.isStopping }
        }
        return false
    }

    /// The first event above the cursor, waiting for it; nil after the last, or the error that the run ended with.
    func next(after cursor: Int) async throws -> RunEvent? {
        while true {
            try Task.checkCancellation()
            let found: Result<RunEvent?, any Error>? = state.withLock { state in
                if cursor < state.trimmedThrough {
                    // The text stands for all events up to the last; an end that was one of them has to be told still.
                    let last = state.tail.last.map { if case .end = $0.event { $0.seq - 1 } else { $0.seq } }
                    return .success(RunEvent(seq: max(state.trimmedThrough, last ?? 0), .reset(text: state.text)))
                }
                let index = state.index(after: cursor)
                if index < state.tail.count { return .success(state.tail[index]) }
                switch state.ending {
                case nil: return nil
                case .finished: return .success(nil)
                case .failed(let error): return .failure(error)
                }
            }
            if let found { return try found.get() }
            await wait { $0.lastSeq > cursor || $0.ending != nil }
        }
    }

    /// A reading of the run from the cursor on, which ends with the run.
    func read(after seq: Int) -> ReplySequence<RunEvent> {
        let cursor = Mutex<Int?>(nil)
        return ReplySequence(next: {
            let event: RunEvent?
            if let place = cursor.withLock({ $0 }) {
                event = try await self.next(after: place)
            } else if let first = try await self.next(after: self.beginning(after: seq)) {
                event = first
            } else {
                // The run has ended while this reading waited behind its end.
                event = try await self.next(after: self.beginning(after: seq))
            }
            cursor.withLock { $0 = event?.seq ?? $0 }
            return event
        })
    }

    /// Where a reading with this cursor begins: a reader that has seen the end is told it again, and one that has seen
    /// what this run has not said begins with a `reset`.
    private func beginning(after cursor: Int) -> Int {
        state.withLock { state in
            if cursor > state.lastSeq { return Self.beforeAll }
            if case .finished = state.ending { return min(cursor, state.lastSeq - 1) }
            return cursor
        }
    }

    /// A cursor that the events of no run follow.
    private static let beforeAll = -1

    private func trim(_ state: inout State) {
        var count = 0
        while count < state.tail.count - 1, state.tailBytes > tailLimit / 2 {
            state.tailBytes -= state.tail[count].weight
            count += 1
        }
        guard count > 0 else { return }
        state.trimmedThrough = state.tail[count - 1].seq
        state.tail.removeFirst(count)
    }

    /// Waits for a change, whatever it is; the caller looks again.
    private func wait(until isDone: @Sendable (borrowing State) -> Bool) async {
        let ticket = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLockWaking { state, wakings in
                    if Task.isCancelled || isDone(state) {
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

extension RunEvent {
    /// What the event costs in a bounded buffer: its text and a little, so that empty events are bounded too.
    package var weight: Int {
        switch event {
        case .textChunk(let text), .reasoningChunk(let text), .reset(let text): 64 + text.utf8.count
        case .toolCall(let call): 128 + call.label.utf8.count
        case .toolResult(let result): 128 + result.result.utf8.count
        case .approvalRequest(let request): 128 + request.text.utf8.count
        case .file: 512
        case .progress, .end: 64
        }
    }
}
