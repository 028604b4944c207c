import Synchronization

/// A platform without a network that gives the same answers every time.
///
/// Its reply to a message is `[MOCK] ` and the message, in several chunks. Users and settings live in memory. Latency,
/// chunking and failures are set by whoever makes it; time passes on the injected clock only. A run is kept after its
/// reader is gone and can be resumed with the same chunks, with the latency and failures of the behaviour of that moment.
public final class MockPlatformClient: PlatformClient {
    /// How the mock behaves.
    public struct Behaviour: Sendable {
        /// How replies fail.
        public enum Failure: Sendable {
            /// Each reply comes to its end.
            case none
            /// The error comes in place of the first chunk.
            case beforeFirstChunk(PlatformError)
            /// The error comes after so many chunks, or after the last text where the reply is shorter.
            case afterChunks(Int, PlatformError)
            /// After so many chunks nothing comes any more, until the consumer gives up.
            case neverFinishes(afterChunks: Int)
        }

        /// The time before each chunk.
        public var latency: Duration
        /// The characters in a chunk; at least 1.
        public var chunkSize: Int
        /// How replies fail.
        public var failure: Failure
        /// What the way to the agent reports as its state.
        public var status: AgentStatus
        /// The models that the mock offers, all of which answer the same; nil for no choice.
        public var models: OfferedModels?

        /// Creates a behaviour: by default instant, in chunks of 8 characters, without failures.
        public init(
            latency: Duration = .zero,
            chunkSize: Int = 8,
            failure: Failure = .none,
            status: AgentStatus = .connected,
            models: OfferedModels? = nil
        ) {
            self.latency = latency
            self.chunkSize = max(1, chunkSize)
            self.failure = failure
            self.status = status
            self.models = models
        }
    }

    private let behaviour: Mutex<Behaviour>
    private let runs = MockRuns()
    private let store: any StateStore
    private let meter = InMemoryUsageMeter()
    private let clock: any Clock<Duration>

    /// Creates a mock with its own users and settings.
    public init(
        behaviour: Behaviour = Behaviour(),
        store: any StateStore = InMemoryStateStore(),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.behaviour = Mutex(behaviour)
        self.store = store
        self.clock = clock
    }

    /// Changes the behaviour of the replies that start from now on.
    public func setBehaviour(_ behaviour: Behaviour) {
        self.behaviour.withLock { $0 = behaviour }
    }

    /// The reply to a message.
    public static func reply(to text: String) -> String { "[MOCK] \(text)" }

    public func getOrCreateUser(externalID: String, platform: String, displayName: String?) async throws -> User {
        try await store.getOrCreateUser(externalID: externalID, platform: platform, displayName: displayName)
    }

    public func streamMessage(_ request: MessageRequest) async throws -> ReplySequence<MessageChunk> {
        let behaviour = behaviour.withLock { $0 }
        if let model = request.model, behaviour.models?.contains(model) != true {
            throw PlatformError.modelNotAllowed(model)
        }
        return read(runs.begin(request, chunkSize: behaviour.chunkSize), after: 0, behaviour)
    }

    public func resumeMessage(runID: String, after seq: Int) async throws -> ReplySequence<MessageChunk> {
        guard let run = runs.run(runID) else {
            throw PlatformError(.unknownRun, "the mock has no run \(runID); it keeps the last \(MockRuns.limit)")
        }
        return read(run, after: seq, behaviour.withLock { $0 })
    }

    public func stopRun(_ runID: String) async throws {
        runs.run(runID)?.stop()
    }

    private func read(_ run: MockRun, after seq: Int, _ behaviour: Behaviour) -> ReplySequence<MessageChunk> {
        let (clock, meter) = (clock, meter)
        let plan = Mutex(MockReply(run.request, chunkSize: run.chunkSize, after: seq, failure: behaviour.failure))
        return ReplySequence(next: {
            try Task.checkCancellation()
            if behaviour.latency > .zero { try await clock.sleep(for: behaviour.latency) }
            if run.isStopped { throw run.stopped }
            switch plan.withLock({ $0.next() }) {
            case .chunk(let chunk):
                if chunk.finished {
                    run.finish()
                    try await meter.record(run.usage(tokens: chunk.tokensUsed))
                }
                return chunk
            case .fail(let error): throw error
            case .done: return nil
            case .hang:
                try await run.waitForStop()
                throw run.stopped
            }
        })
    }

    /// The tokens of the replies that were read to their ends; the mock knows of no day but its one and of no limit.
    public func usage(userID: String, threadID: String) async throws -> UsageReport {
        let day = MockRun.day
        let all = try await meter.sum(of: .user(userID), days: day...day)
        let thread = try await meter.sum(of: .userInThread(userID: userID, threadID: threadID), days: day...day)
        return UsageReport(today: all, month: all, thread: thread)
    }

    public func getSettings(userID: String) async throws -> UserSettings {
        try await store.settings(of: userID)
    }

    public func updateSettings(userID: String, _ action: SettingsAction) async throws -> UserSettings {
        try await store.apply(action, to: userID)
    }

    public func models() async throws -> OfferedModels? {
        behaviour.withLock { $0.models }
    }

    public func agentStatus() async -> AgentStatus {
        behaviour.withLock { $0.status }
    }
}
