import AgentRuntime
import PlatformSDK

/// Plays an answer of the echo, one event at a time.
struct EchoPlayer: Sendable {
    /// What comes next.
    enum Step: Sendable {
        case event(ModelEvent)
        /// An event that comes after a pause.
        case paced(ModelEvent, Duration)
        case stall
        case failure(ModelError)
    }

    private var items: AnswerItems
    private var rest: ArraySlice<EchoSegment>
    /// What the current segment still has to tell.
    private var queue: [Step]
    /// The text that is being told, and how far.
    private var text: (segment: EchoSegment.Text, start: ItemStart, position: Int)?
    private var usage: Usage
    private var hasCalls = false

    /// Plays the segments from the first.
    init(request: ModelRequest, promptTokens: Int, answer: [EchoSegment]) {
        items = AnswerItems(prefix: request.id)
        rest = answer[...]
        queue = [.event(.start(responseID: "echo-\(request.id)", model: request.model ?? "echo"))]
        usage = Usage(promptTokens: promptTokens, completionTokens: 0, totalTokens: promptTokens)
    }

    /// The next step; nil after the last.
    mutating func next() -> Step? {
        if !queue.isEmpty { return queue.removeFirst() }
        if let step = nextOfText() { return step }
        switch rest.popFirst() {
        case .text(let segment): return begin(segment)
        case .call(let name, let arguments):
            hasCalls = true
            let start = items.start(.functionCall(.init(name: name)))
            if let delta = ModelEvent.delta(start.itemID, .arguments, arguments) { queue.append(.event(delta)) }
            queue.append(.event(.callDone(start, arguments: arguments)))
            count(arguments)
            return .event(.itemStart(start))
        case .stall: return .stall
        case .failure(let failure): return .failure(failure)
        case .finish:
            queue = [.event(.finish(hasCalls ? .toolCalls : .stop))]
            return .event(.usage(usage))
        case nil: return nil
        }
    }

    private mutating func begin(_ segment: EchoSegment.Text) -> Step {
        let start = items.start(segment.isReasoning ? .reasoning(.init()) : .message(.init()))
        text = (segment, start, 0)
        return .event(.itemStart(start))
    }

    private mutating func nextOfText() -> Step? {
        guard let (segment, start, position) = text else { return nil }
        guard position < segment.chunks.count else {
            text = nil
            // A text before a stall or a failure is never finished.
            switch rest.first {
            case .stall: return .stall
            case .failure(let failure): return .failure(failure)
            default: break
            }
            let whole = segment.chunks.joined()
            let item: OutputItem =
                segment.isReasoning ? .reasoning(.init(content: whole)) : .message(.init(content: whole))
            return .event(.done(start.itemID, item))
        }
        text = (segment, start, position + 1)
        let chunk = segment.chunks[position]
        count(chunk)
        let delta = ItemDelta(
            itemID: start.itemID,
            channel: segment.isReasoning ? .reasoning : .text,
            deltaContent: chunk
        )
        return .paced(.itemDelta(delta), segment.interval)
    }

    private mutating func count(_ text: String) {
        usage.completionTokens += text.wordCount
        usage.totalTokens = usage.promptTokens + usage.completionTokens
    }
}
