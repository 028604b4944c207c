package import PlatformSDK

/// Random runs that keep the contract: interleaved items on all channels, several attempts, one end.
package struct RunGenerator {
    private var random: SeededGenerator
    private var seq = 0
    private var attempt = 0
    private var items = 0
    private let runID: String

    /// Creates a generator; the same seed makes the same run.
    package init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        runID = "run-\(seed)"
    }

    /// A whole run, from its first start to its end.
    package mutating func run() -> [StreamEvent] {
        var events: [StreamEvent] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) { events += anAttempt() }
        events.append(event(ending()))
        return events
    }

    /// The run as an unreliable delivery hands it over: with repeats, heartbeats and events of superseded writers.
    package mutating func delivered(_ events: [StreamEvent]) -> [StreamEvent] {
        var delivered: [StreamEvent] = []
        for (index, event) in events.enumerated() {
            delivered.append(event)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: delivered += events[max(0, index - Int.random(in: 0..<6, using: &random))...index]
            case 1:
                var heartbeat = event
                heartbeat.payload = .heartbeat
                delivered.append(heartbeat)
            case 2 where event.attempt > 1:
                var stale = event
                stale.attempt -= 1
                stale.seq += 1
                stale.payload = .itemDelta(ItemDelta(itemID: "stale", deltaContent: "stale"))
                delivered.append(stale)
            default: break
            }
        }
        return delivered
    }

    /// A number that is the same for the same seed.
    package mutating func number(in range: Range<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    private mutating func anAttempt() -> [StreamEvent] {
        attempt += 1
        let start = ResponseStart(
            id: runID, turnID: "turn", threadID: "thread", modelID: "model", providerID: "echo", createdAt: 1)
        var events = [event(.responseStart(start))]
        var open: [(id: String, item: OutputItem)] = []
        for _ in 0..<Int.random(in: 0..<60, using: &random) {
            let choice = Int.random(in: 0..<10, using: &random)
            if choice == 0 || open.isEmpty {
                items += 1
                let item = anItem()
                open.append((id: "item-\(items)", item: item))
                events.append(
                    event(.itemStart(ItemStart(itemID: "item-\(items)", outputIndex: items % 7, item: item))))
            } else if choice == 1 {
                let closed = open.remove(at: Int.random(in: 0..<open.count, using: &random))
                events.append(event(closing(closed.id, closed.item)))
            } else if choice == 2 {
                let count = Int.random(in: 0..<1000, using: &random)
                events.append(event(.usageUpdate(Usage(promptTokens: count, completionTokens: count))))
            } else {
                let grown = open[Int.random(in: 0..<open.count, using: &random)]
                let channels = ["text", "refusal", "reasoning", "summary", "arguments", "annotation", "status", "new"]
                let channel = ItemDelta.Channel(rawValue: channels.randomElement(using: &random) ?? "text")
                let text = ["a", "é/\"", "👩‍👩‍👧", "\u{301}", "\n", "words and words "].randomElement(using: &random) ?? ""
                events.append(
                    event(.itemDelta(ItemDelta(itemID: grown.id, channel: channel, deltaContent: text))))
            }
        }
        return events
    }

    private mutating func anItem() -> OutputItem {
        switch Int.random(in: 0..<7, using: &random) {
        case 0: .message(.init())
        case 1: .reasoning(.init(providerState: .object(["signature": .string("c2ln/")])))
        case 2: .functionCall(.init(name: "search", callID: "call_1"))
        case 3: .functionCallOutput(.init(callID: "call_1"))
        case 4: .scriptExecution(.init())
        case 5: .scriptExecutionOutput(.init(scriptID: "s"))
        default: .unknown(type: "hologram", json: .object(["type": .string("hologram"), "depth": .integer(3)]))
        }
    }

    private mutating func closing(_ id: String, _ item: OutputItem) -> StreamEvent.Payload {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .itemError(ItemError(itemID: id, error: .init(code: "E", message: "broken")))
        case 1: .itemCancelled(ItemCancelled(itemID: id, reason: "enough"))
        default: .itemDone(ItemDone(itemID: id, finalItem: item))
        }
    }

    private mutating func ending() -> StreamEvent.Payload {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: .responseError(ResponseError(code: "HTTP_500", message: "no", retryable: true))
        case 1: .turnAbortedByUser(TurnAborted(turnID: "turn", reason: "stop"))
        default: .responseDone(ResponseDone(usage: Usage(promptTokens: 1, completionTokens: 2)))
        }
    }

    private mutating func event(_ payload: StreamEvent.Payload) -> StreamEvent {
        seq += 1
        return StreamEvent(
            eventID: "\(runID)-\(seq)", runID: runID, seq: seq, attempt: attempt, timestamp: Int64(1000 + seq),
            traceContext: .random(using: &random), payload: payload)
    }
}
