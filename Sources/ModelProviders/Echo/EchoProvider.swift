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
/// | `/fail retry=MS CODE details` | the error `CODE`, before any text; retryable after so long where `retry` is given |
/// | `/stall` | one chunk, and then nothing until the request is given up |
/// | `/cut` | an answer that stops without its end |
/// | `/long BYTES` | numbered words, so many bytes of them, without pauses |
/// | `/think text` | reasoning, and then the text `done` |
/// | `/tool NAME {json}` | a call of the tool; with its output in the history, the text `NAME answered: OUTPUT` |
/// | `/script` and further lines | each line in turn: a directive, or text to say as it stands |
///
/// In a script, calls on neighbouring lines are made at once, and what follows them waits for their outputs.
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

    /// `echo`.
    package let id = "echo"
    /// `echo`.
    package let defaultModel = "echo"

    private let pace: Pace
    private let clock: any Clock<Duration>

    /// Creates a provider; its pauses run on the clock.
    package init(pace: Pace = Pace(), clock: any Clock<Duration> = ContinuousClock()) {
        self.pace = pace
        self.clock = clock
    }

    package func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
        let conversation = EchoConversation(request)
        let script = EchoScript(question: conversation.question, pace: pace)
        let answer = script.answer(after: conversation.outputs)
        if case .failure(let failure) = answer.first { throw failure }
        let clock = clock
        let player = Mutex(EchoPlayer(request: request, promptTokens: conversation.wordCount, answer: answer))
        return ReplySequence(next: {
            try Task.checkCancellation()
            switch player.withLock({ $0.next() }) {
            case .event(let event): return event
            case .paced(let event, let interval):
                if interval > .zero { try await clock.sleep(for: interval) }
                return event
            case .stall:
                try await Task.sleep(for: .seconds(Int32.max))
                return nil
            case .failure(let failure): throw failure
            case nil: return nil
            }
        })
    }
}

/// What the echo takes from a request.
private struct EchoConversation {
    /// The last message of a person.
    private(set) var question = ""
    /// What the tools have answered since.
    private(set) var outputs: [String] = []
    /// The words of the whole request.
    private(set) var wordCount: Int

    init(_ request: ModelRequest) {
        wordCount = (request.instructions ?? "").wordCount
        for item in request.history {
            switch item {
            case .message(let message):
                wordCount += message.content.wordCount
                guard message.origin == .user else { continue }
                question = message.content
                outputs = []
            case .functionCallOutput(let output):
                wordCount += output.output.wordCount
                outputs.append(output.output)
            default: continue
            }
        }
    }
}
