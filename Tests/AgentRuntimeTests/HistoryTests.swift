import AgentRuntime
import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct HistoryTests {
    /// Says `words` words, and counts tokens as a model does: the whole prompt, and what it has said.
    private struct Counting: ModelProvider {
        let id = "counting"
        let defaultModel = "counting"
        let asked: @Sendable (ModelRequest) -> Void

        func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
            asked(request)
            let prompt = request.history.reduce(5) { sum, item in
                if case .message(let message) = item { sum + message.content.split(separator: " ").count } else { sum }
            }
            let answer = Array(repeating: "w", count: 10).joined(separator: " ")
            let usage = Usage(promptTokens: prompt, completionTokens: 10)
            return try await ScriptedModelProvider([.says(answer, usage: usage)]).stream(request)
        }
    }

    /// Each turn has 2 + 10 tokens. With a context of 100 of which 50 are for the answer, three turns fit beside
    /// instructions, tools and question; whole turns go, the oldest first.
    @Test func turnsThatDoNotFitAreDropped() async throws {
        let (requests, sink) = AsyncStream<ModelRequest>.makeStream()
        let fixture = RuntimeFixture(
            provider: Counting { sink.yield($0) },
            configure: { $0.catalogue = ModelCatalogue(["counting": .init(contextLength: 100, maxOutputTokens: 50)]) })
        try await fixture.whileRunning { runtime in
            for number in 1...9 {
                _ = try await runtime.respond(to: fixture.ask("turn \(number)", runID: "r\(number)")).outcome()
            }
        }
        sink.finish()
        var shown: [[String]] = []
        for await request in requests {
            shown.append(
                request.history.compactMap { item in
                    if case .message(let message) = item, message.origin == .user { message.content } else { nil }
                })
        }
        for (index, questions) in shown.enumerated() {
            let expected = (1...(index + 1)).map { "turn \($0)" }.suffix(questions.count)
            #expect(questions == Array(expected))
        }
        #expect(shown.map(\.count).max() == shown.last?.count)
        #expect((3...4).contains(shown.last?.count ?? 0), "\(shown.map(\.count))")
    }

    /// A thread that goes on from others begins with what was said there by then, also when the run is made again.
    @Test func passagesOfOtherThreadsComeFirst() async throws {
        let says = (1...6).map { number -> [ScriptedModelProvider.Step] in .says("a\(number)") }
        let model = ScriptedModelProvider(says)
        let fixture = RuntimeFixture(provider: model)
        var last = fixture.ask("q6", runID: "r6", threadID: "t3")
        last.history = [
            ThreadPassage(threadID: "t1", turnID: "r2"), ThreadPassage(threadID: "t9", turnID: "r1"),
            ThreadPassage(threadID: "t2", turnID: "r4"),
        ]
        try await fixture.whileRunning { [last] runtime in
            for (number, thread) in [(1, "t1"), (2, "t1"), (3, "t1"), (4, "t2"), (5, "t3")] {
                _ = try await runtime.respond(
                    to: fixture.ask("q\(number)", runID: "r\(number)", threadID: thread)
                ).outcome()
            }
            _ = try await runtime.respond(to: last).outcome()
        }
        let shown = (model.requests.last?.history ?? []).compactMap { item -> String? in
            if case .message(let message) = item { message.content } else { nil }
        }
        #expect(shown == ["q1", "a1", "q2", "a2", "q4", "a4", "q5", "a5", "q6"])
        let recorded = try await fixture.response(of: "r6")?.outputItems.first?.item
        guard case .unknown("request", let json)? = recorded else {
            Issue.record("the request is not recorded")
            return
        }
        let passages = last.history.map { passage -> OpaqueJSON in
            .object(["thread_id": .string(passage.threadID), "turn_id": .string(passage.turnID)])
        }
        #expect(json["history"] == .array(passages))
    }

    /// A turn with calls goes or stays with all of them.
    @Test func turnsWithCallsAreDroppedWhole() async throws {
        let answers = (1...8).flatMap { number -> [[ScriptedModelProvider.Step]] in
            [.calls(("t", #"{"n":\#(number)}"#, "c\(number)a"), ("t", "{}", "c\(number)b")), .says("answer \(number)")]
        }
        let model = ScriptedModelProvider(answers)
        let long = String(repeating: "output ", count: 30)
        let fixture = RuntimeFixture(
            provider: model, tools: ScriptedTools(["t": { _ in ToolOutcome(long) }]),
            configure: {
                $0.catalogue = ModelCatalogue(["scripted-model": .init(contextLength: 700, maxOutputTokens: 100)])
            })
        try await fixture.whileRunning { runtime in
            for number in 1...8 {
                _ = try await runtime.respond(to: fixture.ask("q\(number)", runID: "r\(number)")).outcome()
            }
        }
        var fewest = Int.max
        for (index, request) in model.requests.enumerated() where index % 2 == 0 {
            var questions: [String] = []
            var calls: [String] = []
            var outputs: [String] = []
            for item in request.history {
                switch item {
                case .message(let message) where message.origin == .user: questions.append(message.content)
                case .functionCall(let call): calls.append(call.callID)
                case .functionCallOutput(let output): outputs.append(output.callID)
                default: break
                }
            }
            let all = (1...(index / 2 + 1)).map { "q\($0)" }
            #expect(questions == all.suffix(questions.count))
            #expect(calls == questions.dropLast().flatMap { ["c\($0.dropFirst())a", "c\($0.dropFirst())b"] })
            #expect(outputs == calls)
            fewest = min(fewest, index < 14 ? .max : questions.count)
        }
        #expect((2..<8).contains(fewest), "something is dropped, and something stays")
    }

    private func turn(_ tokens: Int) -> HistoryWindow.Turn { HistoryWindow.Turn(items: [], tokens: tokens) }

    @Test(arguments: [
        ([], 0, []), ([5, 5, 5], 15, [5, 5, 5]), ([5, 5, 5], 14, [5, 5]), ([9, 1, 1], 5, [1, 1]), ([1, 1, 9], 5, []),
        ([1, 2], -1, []),
    ])
    func windows(turns: [Int], room: Int, kept: [Int]) {
        var window = HistoryWindow(turns.map(turn))
        window.fit(into: room)
        #expect(window.turns.map(\.tokens) == kept)
    }

    private func response(
        _ text: String, prompt: Int?, completion: Int = 0, question: String = "q", calls: Bool = false
    ) -> Response? {
        let start = ResponseStart(id: "r", turnID: "t", threadID: "t", modelID: "m", providerID: "p", createdAt: 1)
        let items: [OutputItem] = [
            .message(.init(content: question, origin: .user)), .message(.init(content: text)),
            .functionCall(.init(name: "f", callID: "c")),
        ]
        var payloads: [StreamEvent.Payload] = [.responseStart(start)]
        for (index, item) in items.enumerated() where index < 2 || calls {
            payloads.append(.itemStart(ItemStart(itemID: "\(index)", outputIndex: index, item: item)))
            payloads.append(.itemDone(ItemDone(itemID: "\(index)", finalItem: item)))
        }
        let usage = prompt.map { Usage(promptTokens: $0, completionTokens: completion) }
        payloads.append(.responseDone(ResponseDone(usage: usage)))
        return Response.reduce(
            payloads.enumerated().map { index, payload in
                StreamEvent(
                    eventID: "\(index)", runID: "r", seq: index + 1, timestamp: 1, traceContext: .random(),
                    payload: payload)
            })
    }

    private func turn(of items: [OutputItem]) -> Response? {
        let start = ResponseStart(id: "r", turnID: "t", threadID: "t", modelID: "m", providerID: "p", createdAt: 1)
        let payloads: [StreamEvent.Payload] = items.enumerated().flatMap { index, item -> [StreamEvent.Payload] in
            [
                .itemStart(ItemStart(itemID: "\(index)", outputIndex: index, item: item)),
                .itemDone(ItemDone(itemID: "\(index)", finalItem: item)),
            ]
        }
        let all = [.responseStart(start)] + payloads + [.turnAbortedByUser(TurnAborted(turnID: "t", reason: "stopped"))]
        return Response.reduce(
            all.enumerated().map { index, payload in
                StreamEvent(
                    eventID: "\(index)", runID: "r", seq: index + 1, timestamp: 1, traceContext: .random(),
                    payload: payload)
            })
    }

    /// Providers refuse a conversation with reasoning that nothing follows.
    @Test func reasoningThatLedToNothingIsNotShown() throws {
        let question = OutputItem.message(.init(content: "q", origin: .user))
        let reasoning = OutputItem.reasoning(.init(content: "hm", providerState: .string("signed")))
        let call = OutputItem.functionCall(.init(name: "f", callID: "c"))
        let output = OutputItem.functionCallOutput(.init(callID: "c", output: "o"))
        let said = OutputItem.message(.init(content: "a"))
        for (items, kept) in [
            ([question, reasoning], [question]), ([question, reasoning, reasoning, said], nil),
            ([question, reasoning, call, output, reasoning], [question, reasoning, call, output]),
            ([question, reasoning, said, reasoning], [question, reasoning, said]),
            ([question, reasoning, call, output, reasoning, said], nil),
        ] as [([OutputItem], [OutputItem]?)] {
            let response = try #require(turn(of: items))
            #expect(TurnMeasure([response]).window.items == kept ?? items)
        }
    }

    @Test func turnsAreMeasuredByTheModelsCounts() {
        let text = String(repeating: "a", count: 900)
        // The counts of the first turn hold what came before it, those of a turn with calls were added up.
        let counted = [
            response(text, prompt: 100, completion: 300), response(text, prompt: 450, completion: 300),
            response(text, prompt: 9_000, completion: 300, calls: true), response(text, prompt: 400, completion: 300),
        ].compactMap(\.self)
        let measure = TurnMeasure(counted)
        #expect(abs(measure.rate - 1.0 / 3) < 0.001)
        let tokens = measure.window.turns.map(\.tokens)
        #expect(tokens[1] == 350)
        // By bytes: 900 for the text, 1 for the question, a few around them.
        #expect([tokens[0], tokens[3]].allSatisfy { (300...320).contains($0) })
        #expect((300...330).contains(tokens[2]))
    }

    @Test func withoutCountsBytesAreEstimated() {
        let plain = [response(String(repeating: "a", count: 300), prompt: nil)].compactMap(\.self)
        #expect(TurnMeasure(plain).rate == TurnMeasure.defaultRate)
        #expect((100...115).contains(TurnMeasure(plain).window.turns[0].tokens))
    }
}
