import PlatformSDK

/// How fast deltas fold into a response, against appending the same texts to plain strings.
///
/// Both are measured in turn, several times, and the medians count: a machine that does other work slows both.
struct FoldBenchmark {
    private static let deltas = 1_000_000
    private static let rounds = 7
    private static let wanted = 1_000_000.0
    private let items = (0..<4).map { "msg_0123456789abcdef_\($0)" }
    private let trace = TraceContext.random()

    /// Adds the figure.
    func measure(into report: inout Report) throws {
        var folds: [Duration] = []
        var appends: [Duration] = []
        for _ in 0..<Self.rounds {
            let (appending, text) = append()
            let (folding, folded) = try fold()
            guard folded == text else { throw BenchmarkError("the fold lost text") }
            appends.append(appending)
            folds.append(folding)
        }
        let folding = Distribution(folds).percentile(0.5)
        let appending = Distribution(appends).percentile(0.5)
        let rate = Double(Self.deltas) / folding.seconds
        report.add(
            "deltas folded, 4 items in turn", "\(rate.rate)/s",
            floor: "plain appending \((Double(Self.deltas) / appending.seconds).rate)/s; "
                + "takes \((folding / appending).ratio) times as long",
            target: ("≥ \(Self.wanted.rate)/s", rate >= Self.wanted))
    }

    private func append() -> (Duration, String) {
        var texts = [String](repeating: "", count: items.count)
        let time = ContinuousClock().measure {
            for index in 0..<Self.deltas { texts[index % items.count] += "token " }
        }
        return (time, texts.joined())
    }

    private func fold() throws -> (Duration, String) {
        let start = ResponseStart(
            id: "run-0123456789abcdef", turnID: "t", threadID: "t", modelID: "m", providerID: "p", createdAt: 1)
        guard var response = Response(beginning: event(1, .responseStart(start))) else {
            throw BenchmarkError("a response cannot begin")
        }
        for (index, id) in items.enumerated() {
            response.apply(
                event(index + 2, .itemStart(ItemStart(itemID: id, outputIndex: index, item: .message(.init())))))
        }
        var delta = event(0, .heartbeat)
        let time = ContinuousClock().measure {
            for index in 0..<Self.deltas {
                delta.seq = items.count + 2 + index
                delta.payload = .itemDelta(ItemDelta(itemID: items[index % items.count], deltaContent: "token "))
                response.apply(delta)
            }
        }
        return (time, response.text)
    }

    private func event(_ seq: Int, _ payload: StreamEvent.Payload) -> StreamEvent {
        StreamEvent(
            eventID: "evt-0123456789abcdef", runID: "run-0123456789abcdef", seq: seq, timestamp: 1,
            traceContext: trace, payload: payload)
    }
}
