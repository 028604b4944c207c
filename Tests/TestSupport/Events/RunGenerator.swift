import Foundation
package import PlatformSDK

/// Random runs that keep the contract: interleaved items of all types on all channels, several attempts, and mostly an end.
package struct RunGenerator {
    private var random: SeededGenerator
    private var seq = 0
    private var attempt = 0
    private var items = 0
    private let runID: String
    /// The log as each owner but the last has left it, and how much of it the next one has kept.
    private var earlier: [(log: [StreamEvent], kept: Int)] = []

    /// Creates a generator; the same seed makes the same run.
    package init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        runID = "run-\(seed)"
    }

    /// A whole run as the log has it in the end: a later owner may have cut off what an earlier one wrote.
    package mutating func run() -> [StreamEvent] {
        var events: [StreamEvent] = []
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            if attempt > 0 {
                let kept = Bool.random(using: &random) ? events.count : Int.random(in: 0...events.count, using: &random)
                earlier.append((log: events, kept: kept))
                events.removeSubrange(kept...)
                seq = kept
            }
            events += anAttempt()
        }
        if Int.random(in: 0..<8, using: &random) > 0 { events.append(event(ending())) }
        return events
    }

    /// The run as an unreliable delivery hands it over: with what was cut off later, and with repeats, heartbeats and
    /// events of superseded writers behind those of newer ones.
    package mutating func delivered(_ events: [StreamEvent]) -> [StreamEvent] {
        var delivered: [StreamEvent] = []
        for event in followed(events) {
            delivered.append(event)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: delivered += delivered.suffix(Int.random(in: 1..<6, using: &random))
            case 1:
                var heartbeat = event
                heartbeat.payload = .heartbeat
                delivered.append(heartbeat)
            case 2 where event.attempt > 1: delivered.append(aStaleEvent(before: event))
            case 3:
                let stale = earlier.flatMap(\.log).filter { $0.attempt < event.attempt }
                guard !stale.isEmpty else { break }
                delivered += stale[Int.random(in: 0..<stale.count, using: &random)...].prefix(5)
            default: break
            }
        }
        return delivered
    }

    /// What a reader gets that has followed each owner up to any point, and the last one to the end.
    private mutating func followed(_ events: [StreamEvent]) -> [StreamEvent] {
        var followed: [StreamEvent] = []
        var place = 0
        for (log, kept) in earlier {
            let end = Int.random(in: place...max(place, log.count), using: &random)
            followed += log[min(place, log.count)..<min(end, log.count)]
            place = min(end, kept)
        }
        return followed + events[place...]
    }

    /// What a writer that does not know of its successor would have gone on with, its end included.
    private mutating func aStaleEvent(before event: StreamEvent) -> StreamEvent {
        var stale = event
        stale.attempt = Int.random(in: 1..<event.attempt, using: &random)
        stale.seq += Int.random(in: -2...3, using: &random)
        let start = ResponseStart(
            id: runID, turnID: "stale", threadID: "stale", modelID: "stale", providerID: "stale", createdAt: 1)
        let payloads: [StreamEvent.Payload] = [
            .itemDelta(ItemDelta(itemID: "stale", deltaContent: "stale")), .responseStart(start), ending(),
            .itemStart(ItemStart(itemID: "item-1", outputIndex: 0, item: .message(.init(content: "stale")))),
        ]
        stale.payload = payloads.randomElement(using: &random) ?? .heartbeat
        return stale
    }

    /// Events without any order or sense, of one run and a few attempts.
    package mutating func rubbish(_ count: Int) -> [StreamEvent] {
        let sense = run().map(\.payload)
        return (0..<count).map { _ in
            var event = event(sense.randomElement(using: &random) ?? .heartbeat)
            event.seq = Int.random(in: -1...9, using: &random)
            event.attempt = Int.random(in: 0...3, using: &random)
            if Int.random(in: 0..<20, using: &random) == 0 { event.runID = "another" }
            return event
        }
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
            let choice = Int.random(in: 0..<12, using: &random)
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
                let usage = Usage(
                    promptTokens: count, completionTokens: count, cachedTokens: count % 2 == 0 ? nil : count,
                    reasoningTokens: count % 3 == 0 ? nil : count)
                events.append(event(.usageUpdate(usage)))
            } else if choice == 3, Bool.random(using: &random) {
                events.append(event(.unknown(type: "weather", json: .object(["sky": .decimal(0.25)]))))
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
        let state = Bool.random(using: &random) ? nil : OpaqueJSON.object(["signature": .string("c2ln/"), "n": .null])
        let reason = Bool.random(using: &random) ? nil : "because"
        switch Int.random(in: 0..<13, using: &random) {
        case 0, 1: return .message(.init(providerState: state))
        case 2: return .message(.init(content: "hi", origin: [.user, .system].randomElement(using: &random) ?? .user))
        case 3: return .reasoning(.init(summary: reason, providerState: state))
        case 4: return .functionCall(.init(name: "search", callID: "call_1", caller: state))
        case 5: return .functionCallOutput(.init(callID: "call_1"))
        case 6: return .scriptExecution(.init())
        case 7: return .scriptExecutionOutput(.init(scriptID: "s", success: reason == nil, error: reason))
        case 8: return .approvalRequest(.init(callID: "c", name: "rm", reason: reason, expiresAt: .max))
        case 9: return .file(.init(filename: "a.png", mimeType: reason, size: .max, path: "/a"))
        case 10: return .error(.init(code: "E", message: "m", details: state))
        case 11: return .cancelled(.init(reason: reason))
        default: return .unknown(type: "hologram", json: .object(["type": .string("hologram"), "depth": .integer(3)]))
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
        default:
            .responseDone(
                ResponseDone(
                    status: [.complete, .error, .aborted].randomElement(using: &random) ?? .complete,
                    usage: Bool.random(using: &random) ? nil : Usage(promptTokens: 1, completionTokens: 2),
                    finishReason: Bool.random(using: &random) ? nil : "length"))
        }
    }

    private mutating func event(_ payload: StreamEvent.Payload) -> StreamEvent {
        seq += 1
        return StreamEvent(
            eventID: "\(runID)-\(seq)", runID: runID, seq: seq, attempt: attempt, timestamp: Int64(1000 + seq),
            traceContext: .random(using: &random), payload: payload)
    }
}
