import AgentRuntime
import PlatformSDK
import Testing

@Suite struct RunStateMachineTests {
    private static let request = MessageRequest(userID: "u", threadID: "t", runID: "run/1", text: "q")

    private func machine(
        tools: [Tool] = [], window: HistoryWindow = HistoryWindow(), limits: RunLimits = RunLimits()
    ) -> RunStateMachine {
        RunStateMachine(
            .init(
                request: Self.request, providerID: "p", model: "m", instructions: "i", tools: tools, window: window,
                limits: limits))
    }

    private func message(_ text: String, final: String? = nil, id: String = "m", refusal: String? = nil) -> [ModelEvent]
    {
        [
            .itemStart(ItemStart(itemID: id, outputIndex: 0, item: .message(.init()))),
            .itemDelta(ItemDelta(itemID: id, deltaContent: text)),
            .itemDone(ItemDone(itemID: id, finalItem: .message(.init(content: final ?? text, refusal: refusal)))),
        ]
    }

    private func call(_ name: String, id: String = "c") -> [ModelEvent] {
        let item = OutputItem.functionCall(.init(name: name, arguments: "{}", callID: id))
        return [
            .itemStart(ItemStart(itemID: id, outputIndex: 0, item: item)),
            .itemDone(ItemDone(itemID: id, finalItem: item)),
        ]
    }

    private func tool(_ name: String, harmless: Bool = false) -> Tool {
        Tool(ModelTool(name: name, description: "", parameters: .null), hasSideEffects: !harmless)
    }

    @Test func idsAreFitForProviders() {
        var machine = machine()
        guard case .ask(let request, .zero) = machine.begin() else { return #expect(Bool(false), "it does not ask") }
        #expect(request.id == "run-1-1-1" && request.model == "m" && request.instructions == "i")
    }

    /// What a message ends with is what was seen of it.
    @Test(arguments: [
        ("ab", "ab", "ab", ["ab"]), ("ab", "abc", "abc", ["ab", "c"]), ("ab", "xy", "ab", ["ab"]),
        ("ab", "a", "ab", ["ab"]),
    ])
    func theEndOfAMessageIsWhatWasSeen(said: String, final: String, kept: String, chunks: [String]) {
        var machine = machine()
        _ = machine.begin()
        let payloads = machine.take(message(said, final: final))
        let deltas = payloads.compactMap { if case .itemDelta(let delta) = $0 { delta.deltaContent } else { nil } }
        #expect(deltas == chunks)
        #expect(payloads.last == .itemDone(ItemDone(itemID: "m", finalItem: .message(.init(content: kept)))))
    }

    @Test func idsOfItemsAreUniqueInAnAttempt() {
        var machine = machine(tools: [tool("t")])
        _ = machine.begin()
        _ = machine.take(message("a", id: "question") + [.finish(.pause)])
        let action = machine.answerEnded()
        #expect(action.payloads.isEmpty)
        let payloads = machine.take(message("b", id: "question"))
        guard case .itemStart(let start) = payloads.first else { return #expect(Bool(false), "no item begins") }
        #expect(start.itemID == "question-3" && start.outputIndex == 3)
    }

    @Test(arguments: [
        (ModelFinishReason.stop, "stop"), (.length, "length"), (.contentFilter, "content_filter"), (.toolCalls, "stop"),
    ])
    func theEndOfAnAnswerIsTheRunsWithoutCalls(finish: ModelFinishReason, reason: String) {
        var machine = machine()
        _ = machine.begin()
        _ = machine.take(message("a") + [.usage(Usage(promptTokens: 1, completionTokens: 2)), .finish(finish)])
        let action = machine.answerEnded()
        let usage = Usage(promptTokens: 1, completionTokens: 2)
        #expect(action.payloads == [.responseDone(ResponseDone(usage: usage, finishReason: reason))])
        #expect(action.step == .end && machine.isOver)
        #expect(machine.cut(.stopped).isEmpty && machine.take(message("late")).isEmpty)
    }

    /// An answer that was cut off before its first word is told as what it is, not as an empty answer.
    @Test(
        arguments: [
            (ModelFinishReason.contentFilter, "MODEL_REFUSED"), (.length, "MODEL_LENGTH_EXHAUSTED"), (.stop, nil),
        ] as [(ModelFinishReason, String?)])
    func anAnswerWithoutAWordHasAReason(finish: ModelFinishReason, code: String?) {
        var machine = machine()
        _ = machine.begin()
        _ = machine.take([.usage(Usage(promptTokens: 1, completionTokens: 2)), .finish(finish)])
        let action = machine.answerEnded()
        #expect(action.step == .end && machine.usage?.totalTokens == 3)
        guard case .responseError(let error) = action.payloads.last else { return #expect(code == nil) }
        #expect(error.code == code && error.retryable == false)
    }

    /// Calls are executed whether the model says so in its finish or not, and not where it was cut off.
    @Test(arguments: [(ModelFinishReason.toolCalls, true), (.stop, true), (.pause, true), (.length, false)])
    func callsAreExecuted(finish: ModelFinishReason, executes: Bool) {
        var machine = machine(tools: [tool("t")])
        _ = machine.begin()
        _ = machine.take(call("t") + [.finish(finish)])
        let action = machine.answerEnded()
        if case .execute(let calls) = action.step {
            #expect(executes && calls.map(\.call.callID) == ["c"])
            #expect(action.payloads.map(\.type) == ["item_start"])
        } else {
            #expect(!executes && action.step == .end)
        }
    }

    @Test func tokensOfAllAnswersAreAddedUp() {
        var machine = machine(tools: [tool("t")])
        _ = machine.begin()
        _ = machine.take(
            call("t") + [
                .usage(Usage(promptTokens: 9, completionTokens: 9)),
                .usage(Usage(promptTokens: 10, completionTokens: 2, reasoningTokens: 1)), .finish(.toolCalls),
            ])
        _ = machine.answerEnded()
        _ = machine.callEnded(at: 0, ToolOutcome("ok"))
        let payloads = machine.take([.usage(Usage(promptTokens: 20, completionTokens: 3, cachedTokens: 5))])
        let sum = Usage(promptTokens: 30, completionTokens: 5, totalTokens: 35, cachedTokens: 5, reasoningTokens: 1)
        #expect(payloads == [.usageUpdate(sum)])
    }

    /// What becomes of a failure, by what was seen, what was called and whether it may pass.
    @Test(arguments: [
        (seen: false, called: false, retryable: true, step: "ask"),
        (seen: false, called: true, retryable: true, step: "ask"),
        (seen: true, called: false, retryable: true, step: "supersede"),
        (seen: true, called: true, retryable: true, step: "end"),
        (seen: false, called: false, retryable: false, step: "end"),
        (seen: true, called: false, retryable: false, step: "end"),
    ])
    func failures(seen: Bool, called: Bool, retryable: Bool, step: String) {
        for harmless in [true, false] {
            var machine = machine(tools: [tool("t", harmless: harmless)])
            _ = machine.begin()
            if called {
                _ = machine.take(call("t") + [.finish(.toolCalls)])
                _ = machine.answerEnded()
                _ = machine.callEnded(at: 0, ToolOutcome("ok"))
            }
            if seen { _ = machine.take(message("a").dropLast()) }
            let action = machine.answerFailed(ModelError(.overloaded, "busy", isRetryable: retryable), jitter: 1)
            let expected = called && seen && harmless && retryable ? "supersede" : step
            switch action.step {
            case .ask(_, let pause): #expect(expected == "ask" && pause == .milliseconds(500))
            case .supersede(let pause): #expect(expected == "supersede" && pause == .milliseconds(500))
            case .end: #expect(expected == "end" && action.payloads.last?.type == "response_error")
            case .execute: #expect(Bool(false), "it executes")
            }
            // What was open is closed in any case.
            #expect(action.payloads.contains { $0.type == "item_cancelled" } == seen)
        }
    }

    @Test func pausesGrowAndEnd() {
        var machine = machine()
        _ = machine.begin()
        var pauses: [Duration] = []
        while case .ask(_, let pause) = machine.answerFailed(
            ModelError(.overloaded, "busy", isRetryable: true), jitter: 1
        ).step {
            pauses.append(pause)
        }
        #expect(pauses == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)])
        #expect(machine.isOver)
    }

    /// A model that breaks behind a whole answer each time is not asked for ever.
    @Test func attemptsEnd() {
        var machine = machine(tools: [tool("t", harmless: true)])
        _ = machine.begin()
        var attempts = 1
        while attempts < 20 {
            _ = machine.take(call("t") + [.finish(.toolCalls)])
            _ = machine.answerEnded()
            _ = machine.callEnded(at: 0, ToolOutcome("ok"))
            _ = machine.take(message("a").dropLast())
            let action = machine.answerFailed(ModelError(.truncated, "cut", isRetryable: true), jitter: 1)
            guard case .supersede = action.step else { break }
            attempts += 1
            _ = machine.beginAttempt(attempts, at: 0)
        }
        #expect(attempts == 5 && machine.isOver)
    }

    @Test(arguments: [
        (0, nil, 0.0, Duration.milliseconds(250)), (0, nil, 1.0, .milliseconds(500)), (3, nil, 1.0, .seconds(4)),
        (0, Duration.seconds(9), 1.0, .seconds(9)), (0, .milliseconds(1), 1.0, .milliseconds(500)),
        (4, nil, 1.0, nil), (0, .seconds(121), 1.0, nil),
    ])
    func pauses(retries: Int, wanted: Duration?, jitter: Double, pause: Duration?) {
        #expect(RetryPolicy().pause(afterRetries: retries, wanted: wanted, jitter: jitter) == pause)
    }

    /// A provider does not take back what another model has thought; without it the conversation goes on.
    @Test func aRefusedRequestIsMadeOnceMoreWithoutEarlierThinking() {
        let question = OutputItem.message(.init(content: "q", origin: .user))
        let call = OutputItem.functionCall(.init(name: "t", callID: "c"))
        let turn = HistoryWindow.Turn(
            items: [question, .reasoning(.init(content: "hm")), call, .message(.init(content: "a"))], tokens: 1)
        var machine = machine(window: HistoryWindow([turn]))
        _ = machine.begin()
        let refusal = ModelError(.invalidRequest, "signature")
        guard case .ask(let request, .zero) = machine.answerFailed(refusal).step else {
            return #expect(Bool(false), "the request is not made again")
        }
        #expect(request.history.dropLast() == [question, call, .message(.init(content: "a"))])
        #expect(machine.answerFailed(refusal).step == .end && machine.isOver)
        // Where nothing was thought nothing would be different.
        var plain = self.machine(window: HistoryWindow([HistoryWindow.Turn(items: [question], tokens: 1)]))
        _ = plain.begin()
        #expect(plain.answerFailed(refusal).step == .end)
    }

    @Test func aConversationThatIsTooLongLosesItsOldestTurns() {
        let turns = (1...4).map { number in
            HistoryWindow.Turn(items: [.message(.init(content: "\(number)", origin: .user))], tokens: 1)
        }
        var machine = machine(window: HistoryWindow(turns))
        _ = machine.begin()
        var shown: [Int] = []
        while case .ask(let request, .zero) = machine.answerFailed(ModelError(.contextLengthExceeded, "long")).step {
            shown.append(request.history.count - 1)
        }
        #expect(shown == [2, 1, 0] && machine.isOver)
    }

    @Test func aStopClosesWhatIsOpen() {
        var machine = machine(tools: [tool("t")])
        _ = machine.begin()
        _ = machine.take(call("t") + [.finish(.toolCalls)])
        _ = machine.answerEnded()
        #expect(
            machine.cut(.stopped) == [
                .itemCancelled(ItemCancelled(itemID: "output-c", reason: "unknown")),
                .turnAbortedByUser(TurnAborted(turnID: "run/1", reason: "stopped")),
            ])
        #expect(machine.callEnded(at: 0, ToolOutcome("late")).payloads.isEmpty)
    }
}
