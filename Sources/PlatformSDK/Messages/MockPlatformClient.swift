import Synchronization

/// A platform without a network that gives the same answers every time.
///
/// Its reply to a message is `[MOCK] ` and the message, in several chunks. Users and settings live in memory. Latency,
/// chunking and failures are set by whoever makes it; time passes on the injected clock only.
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

        /// Creates a behaviour: by default instant, in chunks of 8 characters, without failures.
        public init(
            latency: Duration = .zero,
            chunkSize: Int = 8,
            failure: Failure = .none,
            status: AgentStatus = .connected
        ) {
            self.latency = latency
            self.chunkSize = max(1, chunkSize)
            self.failure = failure
            self.status = status
        }
    }

    private let behaviour: Mutex<Behaviour>
    private let store: any StateStore
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
        let clock = clock
        let plan = Mutex(MockReply(to: request, behaviour: behaviour))
        return ReplySequence(next: {
            try Task.checkCancellation()
            if behaviour.latency > .zero { try await clock.sleep(for: behaviour.latency) }
            switch plan.withLock({ $0.next() }) {
            case .chunk(let chunk): return chunk
            case .fail(let error): throw error
            case .done: return nil
            case .hang:
                try await Task.sleep(for: .seconds(Int32.max))
                return nil
            }
        })
    }

    public func getSettings(userID: String) async throws -> UserSettings {
        try await store.settings(of: userID)
    }

    public func updateSettings(userID: String, _ action: SettingsAction) async throws -> UserSettings {
        try await store.apply(action, to: userID)
    }

    public func agentStatus() async -> AgentStatus {
        behaviour.withLock { $0.status }
    }
}

/// What is left of one reply of the mock.
private struct MockReply: Sendable {
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
    private var sent = 0
    private var isFinished = false

    init(to request: MessageRequest, behaviour: MockPlatformClient.Behaviour) {
        let text = MockPlatformClient.reply(to: request.textNamingAttachments)
        runID = request.runID
        failure = behaviour.failure
        chunkSize = behaviour.chunkSize
        tokens = text.split(whereSeparator: \.isWhitespace).count
        rest = text[...]
    }

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
        guard !rest.isEmpty else {
            isFinished = true
            return .chunk(MessageChunk(messageID: runID, delta: "", finished: true, tokensUsed: tokens))
        }
        let delta = rest.prefix(chunkSize)
        rest = rest.dropFirst(chunkSize)
        sent += 1
        return .chunk(MessageChunk(messageID: runID, delta: String(delta)))
    }

    private mutating func fail(_ error: PlatformError) -> Step {
        isFinished = true
        return .fail(error)
    }
}
