import PlatformSDK
import Synchronization

/// The answer of an agent without memory, pulled by one consumer.
final class DirectAnswer: Sendable {
    private struct State {
        var tokens = 0
        var isOver = false
    }

    private let answer: ReplySequence<ModelEvent>
    private let state = Mutex(State())

    /// Starts from the model's answer, of which nothing has been pulled yet.
    init(answer: ReplySequence<ModelEvent>) {
        self.answer = answer
    }

    /// The next event of the agent: text as it comes, `end` with the tokens when the model is done, then nil.
    func next() async throws -> AgentEvent? {
        var iterator = answer.makeAsyncIterator()
        while !state.withLock({ $0.isOver }) {
            switch try await iterator.next() {
            case .itemDelta(let delta) where delta.channel == .text || delta.channel == .refusal:
                if !delta.deltaContent.isEmpty { return .textChunk(delta.deltaContent) }
            case .usage(let usage): state.withLock { $0.tokens = usage.totalTokens }
            case .start, .itemStart, .itemDelta, .itemDone, .heartbeat: continue
            case .finish, nil:
                return state.withLock { state in
                    state.isOver = true
                    return .end(tokensUsed: state.tokens)
                }
            }
        }
        return nil
    }
}
