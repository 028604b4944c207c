import Synchronization

/// The runs that a mock can resume: the last ones that it began.
final class MockRuns: Sendable {
    private struct State {
        var runs: [String: MockRun] = [:]
        var order: [String] = []
    }

    /// The runs that are kept; the oldest makes room.
    static let limit = 256

    private let state = Mutex(State())

    /// The run of a request, which begins anew where there was one.
    func begin(_ request: MessageRequest, chunkSize: Int) -> MockRun {
        let run = MockRun(request, chunkSize: chunkSize)
        state.withLock { state in
            state.order.removeAll { $0 == request.runID }
            state.order.append(request.runID)
            state.runs[request.runID] = run
            if state.order.count > Self.limit { state.runs[state.order.removeFirst()] = nil }
        }
        return run
    }

    /// The run of that id.
    func run(_ runID: String) -> MockRun? {
        state.withLock { $0.runs[runID] }
    }
}

/// One run of the mock, apart from who reads it.
final class MockRun: Sendable {
    private struct State {
        var isStopped = false
        var isFinished = false
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter = 0
    }

    /// What was asked.
    let request: MessageRequest
    /// The characters in a chunk, the same however often the run is read.
    let chunkSize: Int
    private let state = Mutex(State())

    init(_ request: MessageRequest, chunkSize: Int) {
        self.request = request
        self.chunkSize = chunkSize
    }

    /// Whether somebody has stopped the run before its end.
    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// What a reader of a stopped run gets.
    var stopped: PlatformError { PlatformError(.cancelled, "run \(request.runID) was stopped") }

    /// The end has been read; the run cannot be stopped any more.
    func finish() {
        state.withLock { $0.isFinished = true }
    }

    /// The day on which all replies of the mock are made.
    static let day = 0

    /// What the run has taken.
    func usage(tokens: Int) -> UsageRecord {
        UsageRecord(
            runID: request.runID, attempt: 1, userID: request.userID, threadID: request.threadID, providerID: "mock",
            modelID: "mock", day: Self.day, usage: Usage(promptTokens: 0, completionTokens: tokens))
    }

    /// Stops the run for all its readers.
    func stop() {
        state.withLockWaking { state, wakings in
            guard !state.isFinished else { return }
            state.isStopped = true
            wakings.add(state.waiters.values)
            state.waiters = [:]
        }
    }

    /// Returns once the run is stopped; throws `CancellationError` in a cancelled task.
    func waitForStop() async throws {
        let ticket = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLockWaking { state, wakings in
                    if state.isStopped || Task.isCancelled {
                        wakings.add(continuation)
                    } else {
                        state.waiters[ticket] = continuation
                    }
                }
            }
        } onCancel: {
            state.withLockWaking { state, wakings in wakings.add(state.waiters.removeValue(forKey: ticket)) }
        }
        try Task.checkCancellation()
    }
}

/// What is left of one reading of a run of the mock.
struct MockReply: Sendable {
    enum Step {
        case chunk(MessageChunk)
        case fail(PlatformError)
        case hang
        case done
    }

    private let runID: String
    private let failure: MockPlatformClient.Behaviour.Failure
    private let chunkSize: Int
    private let tokens: Int
    private var rest: Substring
    private var seq: Int
    private var sent = 0
    private var isFinished = false

    /// The chunks above the cursor; failures count the chunks of this reading.
    init(
        _ request: MessageRequest,
        chunkSize: Int,
        after cursor: Int,
        failure: MockPlatformClient.Behaviour.Failure
    ) {
        let text = MockPlatformClient.reply(to: request.textNamingAttachments)
        let chunks = (text.count + chunkSize - 1) / chunkSize
        runID = request.runID
        self.failure = failure
        self.chunkSize = chunkSize
        tokens = text.split(whereSeparator: \.isWhitespace).count
        // A reader that has seen the end is told it again.
        seq = min(max(0, cursor), chunks)
        rest = text.dropFirst(seq * chunkSize)
    }

    /// The next thing that the reader gets.
    mutating func next() -> Step {
        if isFinished { return .done }
        switch failure {
        case .beforeFirstChunk(let error):
            return fail(error)
        case .afterChunks(let count, let error) where sent >= count || rest.isEmpty:
            return fail(error)
        case .neverFinishes(let count) where sent >= count || rest.isEmpty:
            return .hang
        case .none, .afterChunks, .neverFinishes:
            break
        }
        seq += 1
        guard !rest.isEmpty else {
            isFinished = true
            return .chunk(MessageChunk(messageID: runID, delta: "", finished: true, tokensUsed: tokens, seq: seq))
        }
        let delta = rest.prefix(chunkSize)
        rest = rest.dropFirst(chunkSize)
        sent += 1
        return .chunk(MessageChunk(messageID: runID, delta: String(delta), seq: seq))
    }

    private mutating func fail(_ error: PlatformError) -> Step {
        isFinished = true
        return .fail(error)
    }
}
