import PlatformSDK

// Folds the deltas of four interleaved items, and appends the same texts to four plain strings, in the same run.
let count = Int(CommandLine.arguments.dropFirst().first ?? "") ?? 1_000_000
let trace = TraceContext.random()

func event(_ seq: Int, _ payload: StreamEvent.Payload) -> StreamEvent {
    StreamEvent(
        eventID: "evt", runID: "run-0123456789abcdef", seq: seq, timestamp: 1, traceContext: trace, payload: payload)
}

let ids = (0..<4).map { "msg_0123456789abcdef_\($0)" }
let start = ResponseStart(
    id: "run-0123456789abcdef", turnID: "t", threadID: "t", modelID: "m", providerID: "p", createdAt: 1)
var response = Response(beginning: event(1, .responseStart(start)))
for (index, id) in ids.enumerated() {
    response?.apply(
        event(index + 2, .itemStart(ItemStart(itemID: id, outputIndex: index, item: .message(.init())))))
}

let clock = ContinuousClock()
var plain = [String](repeating: "", count: ids.count)
let appending = clock.measure {
    for index in 0..<count { plain[index % ids.count] += "token " }
}
var delta = event(0, .heartbeat)
let folding = clock.measure {
    for index in 0..<count {
        delta.seq = ids.count + 2 + index
        delta.payload = .itemDelta(ItemDelta(itemID: ids[index % ids.count], deltaContent: "token "))
        response?.apply(delta)
    }
}
guard response?.text == plain.joined() else { fatalError("the fold lost text") }
print("\(Int(Double(count) / (folding / .seconds(1)))) deltas a second,", terminator: " ")
print("\((folding / appending * 10).rounded() / 10) times as long as plain appending")
