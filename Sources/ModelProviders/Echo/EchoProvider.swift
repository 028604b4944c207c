package import AgentRuntime
package import PlatformSDK
import Synchronization

/// A provider without a model: it repeats the question in a short Markdown text, the same every time.
///
/// It lets people try everything out without a key, and tests say what they need in the message itself:
///
/// | message | answer |
/// | --- | --- |
/// | `/echo chunks=N pace=MS text` | N chunks `text 1`, ` text 2` …, MS milliseconds before each; both options may be left out |
/// | `/fail CODE details` | the error `CODE`, before any text |
/// | `/stall` | one chunk, and then nothing until the request is given up |
/// | `/long BYTES` | numbered words, so many bytes of them, without pauses |
///
/// Tokens are words.
package struct EchoProvider: ModelProvider {
    /// How fast the answer comes.
    package struct Pace: Hashable, Sendable {
        /// The words in a chunk; at least 1.
        package var wordsPerChunk: Int
        /// The time before each chunk.
        package var interval: Duration

        /// Creates a pace: by default 20 chunks of one word a second.
        package init(wordsPerChunk: Int = 1, interval: Duration = .milliseconds(50)) {
            self.wordsPerChunk = max(1, wordsPerChunk)
            self.interval = interval
        }
    }

    private let pace: Pace
    private let clock: any Clock<Duration>

    /// Creates a provider; its pauses run on the clock.
    package init(pace: Pace = Pace(), clock: any Clock<Duration> = ContinuousClock()) {
        self.pace = pace
        self.clock = clock
    }

    package func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
        let question = request.messages.last?.text ?? ""
        let script = EchoScript(question: question, pace: pace)
        if let failure = script.failure { throw failure }
        let clock = clock
        let prompt = request.messages.map(\.text) + [request.instructions ?? ""]
        let progress = Mutex(EchoProgress(script: script, promptTokens: prompt.map(\.wordCount).reduce(0, +)))
        return ReplySequence(next: {
            try Task.checkCancellation()
            switch progress.withLock({ $0.next() }) {
            case .text(let text):
                if script.interval > .zero { try await clock.sleep(for: script.interval) }
                return .textDelta(text)
            case .usage(let usage): return .usage(usage)
            case .stall:
                try await Task.sleep(for: .seconds(Int32.max))
                return nil
            case .done: return nil
            }
        })
    }
}

/// How far an answer of the echo has come.
private struct EchoProgress: Sendable {
    enum Step {
        case text(String)
        case usage(ModelUsage)
        case stall
        case done
    }

    let script: EchoScript
    let promptTokens: Int
    private var position = 0
    private var completionTokens = 0

    init(script: EchoScript, promptTokens: Int) {
        self.script = script
        self.promptTokens = promptTokens
    }

    mutating func next() -> Step {
        defer { position += 1 }
        if position < script.chunks.count {
            completionTokens += script.chunks[position].wordCount
            return .text(script.chunks[position])
        }
        if script.stalls { return .stall }
        guard position == script.chunks.count else { return .done }
        return .usage(ModelUsage(promptTokens: promptTokens, completionTokens: completionTokens))
    }
}
