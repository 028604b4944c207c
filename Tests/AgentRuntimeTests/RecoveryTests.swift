import AgentRuntime
import PlatformSDK
import Synchronization
import TestSupport
import Testing

/// What a new process makes of the runs that an earlier one has left.
@Suite(.timeLimit(.minutes(1))) struct RecoveryTests {
    /// A model that calls a tool and then answers, as often as it is asked anew.
    private struct Steady: ModelProvider {
        let id = "steady"
        let defaultModel = "steady"
        let callsTool: Bool

        func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
            let isFirst = !request.history.contains { if case .functionCall = $0 { true } else { false } }
            let steps: [ScriptedModelProvider.Step] =
                callsTool && isFirst
                ? .calls(("t", "{}", "c1")) : .says("What ", "news", " on the ", "Rialto?")
            return try await ScriptedModelProvider([steps]).stream(request)
        }
    }

    /// Some models give the calls of one answer the same id.
    @Test func theLedgerTellsCallsWithOneIDApart() throws {
        let start = ResponseStart(id: "r", turnID: "t", threadID: "t", modelID: "m", providerID: "p", createdAt: 1)
        let items: [OutputItem] = [
            .functionCall(.init(name: "pay", callID: "c")), .functionCall(.init(name: "look", callID: "c")),
            .functionCallOutput(.init(callID: "c")), .functionCallOutput(.init(callID: "c")),
        ]
        let events: [StreamEvent.Payload] =
            [.responseStart(start)]
            + items.enumerated().map { index, item in
                .itemStart(ItemStart(itemID: "\(index)", outputIndex: index, item: item))
            }
        let response = try #require(
            Response.reduce(
                events.enumerated().map { index, payload in
                    StreamEvent(
                        eventID: "\(index)", runID: "r", seq: index + 1, timestamp: 1, traceContext: .random(),
                        payload: payload)
                }))
        let ledger = CallLedger(response)
        #expect(ledger.entries.map(\.name) == ["pay", "look"])
        let harmless = Tool(ModelTool(name: "look", description: "", parameters: .null), hasSideEffects: false)
        #expect(ledger.mayHaveHadEffects(tools: [harmless]))
    }

    private func checkEnd(_ fixture: RuntimeFixture, _ comment: Comment) async throws -> Response? {
        let events = try await fixture.events()
        #expect(events.filter(\.isTerminal).count <= 1, comment)
        #expect(events.map(\.seq) == Array(1..<(events.count + 1)), comment)
        return Response.reduce(events)
    }

    /// Dies at every write that a run makes, with and without that write stored, and goes on in a new process.
    @Test(arguments: [false, true], [false, true])
    func aRunWithoutEffectsIsMadeAgain(callsTool: Bool, storesTheLast: Bool) async throws {
        var isWhole = false
        var writes = 0
        while !isWhole, writes < 60 {
            let inner = InMemoryEventLog()
            let tools = ScriptedTools(["t": { _ in ToolOutcome("ok") }], harmless: ["t"])
            let log = FailingEventLog(inner, writes: writes, storesTheLast: storesTheLast)
            let first = RuntimeFixture(provider: Steady(callsTool: callsTool), log: log, tools: tools)
            isWhole = try await first.whileRunning { runtime in
                guard (try? await runtime.respond(to: first.ask("q"))) != nil else { return false }
                try await eventually("the run is over or has died") {
                    if log.hasFailed { return true }
                    return try await log.state(of: "r").isSealed
                }
                return !log.hasFailed
            }
            var second = first
            second.log = inner
            let reply = try await second.whileRunning { runtime in
                // Whoever has not been told that the run has begun asks again; all others go on reading.
                try await runtime.respond(to: second.ask("q")).outcome()
            }
            #expect(reply.error == nil, "after \(writes) writes")
            #expect(text(reply.events) == "What news on the Rialto?", "after \(writes) writes")
            let response = try await checkEnd(second, "after \(writes) writes")
            #expect(response?.status == .complete && response?.said == text(reply.events), "after \(writes) writes")
            writes += 1
        }
        #expect(isWhole && writes > 4)
    }

    /// Once the call may have been made the run is not made again, and what was said stays.
    @Test(arguments: [false, true])
    func aRunWithEffectsEndsAsInterrupted(storesTheLast: Bool) async throws {
        var isWhole = false
        var writes = 2
        var interrupted = 0
        while !isWhole, writes < 60 {
            let inner = InMemoryEventLog()
            let log = FailingEventLog(inner, writes: writes, storesTheLast: storesTheLast)
            let tools = ScriptedTools(["t": { _ in ToolOutcome("ok") }])
            let first = RuntimeFixture(provider: Steady(callsTool: true), log: log, tools: tools)
            isWhole = try await first.whileRunning { runtime in
                guard (try? await runtime.respond(to: first.ask("q"))) != nil else { return false }
                try await eventually("the run is over or has died") {
                    if log.hasFailed { return true }
                    return try await log.state(of: "r").isSealed
                }
                return !log.hasFailed
            }
            var second = first
            second.log = inner
            let before = try await second.response()
            let reply = try await second.whileRunning { try await $0.respond(to: second.ask("q")).outcome() }
            let response = try await checkEnd(second, "after \(writes) writes")
            #expect(tools.calls.count <= 1, "after \(writes) writes the tool was called \(tools.calls.count) times")
            #expect(response?.status.isTerminal == true)
            #expect(response?.said == text(reply.events), "after \(writes) writes")
            if reply.error != nil {
                interrupted += 1
                #expect(reply.error?.agentCode == "INTERRUPTED" && reply.error?.isRetryable == false)
                #expect(response?.said == before?.said, "the text so far is kept")
                let ledger = try #require(response.map(CallLedger.init))
                #expect(ledger.entries.map(\.callID) == ["c1"])
                #expect(ledger.entries.allSatisfy { $0.state == .completed || $0.state == .unknown })
            } else {
                #expect(text(reply.events) == "What news on the Rialto?")
            }
            writes += 1
        }
        #expect(isWhole && interrupted > 2)
    }

    /// In the next turn the model is told that nobody knows what became of the call.
    @Test func theModelIsToldOfACallThatWasInterrupted() async throws {
        let inner = InMemoryEventLog()
        let archive = InMemoryRunArchive()
        let tools = ScriptedTools([
            "t": { _ in
                try await Task.sleep(for: .seconds(3_600))
                return ToolOutcome("never")
            }
        ])
        let first = RuntimeFixture(provider: Steady(callsTool: true), log: inner, archive: archive, tools: tools)
        try await first.whileRunning { runtime in
            _ = try await runtime.respond(to: first.ask("q"))
            try await eventually("the call is made") { tools.calls.count == 1 }
        }
        #expect(try await CallLedger(#require(first.response())).entries.map(\.state) == [.intended])
        let model = ScriptedModelProvider([.says("sorry")])
        let second = RuntimeFixture(provider: model, log: inner, archive: archive, tools: tools)
        try await second.whileRunning { runtime in
            let old = try await runtime.resume(runID: "r", after: 0).outcome()
            #expect(old.error?.agentCode == "INTERRUPTED")
            _ = try await runtime.respond(to: second.ask("and?", runID: "r2")).outcome()
        }
        #expect(try await CallLedger(#require(second.response())).entries.map(\.state) == [.unknown])
        let outputs = model.requests.first?.history.compactMap { item -> String? in
            if case .functionCallOutput(let output) = item { output.output } else { nil }
        }
        #expect(outputs == [CallLedger.unknownOutcome])
        #expect(tools.calls.count == 1)
    }

    @Test func theRequestIsTheSameAfterARestart() async throws {
        let tools = ScriptedTools(["t": { _ in ToolOutcome("ok") }], harmless: ["t"])
        let stalling = ScriptedModelProvider([[.stall]])
        let first = RuntimeFixture(provider: stalling, tools: tools)
        let request = MessageRequest(
            userID: "u", threadID: "thr", runID: "r", turnID: "turn", text: "q", skills: ["a", "b"],
            soul: ["tone": "dry"],
            attachments: [Attachment(path: "/f", mimeType: "text/plain", size: 3, filename: "f.txt")],
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        try await first.whileRunning { runtime in
            _ = try await runtime.respond(to: request)
            try await eventually("the model is asked") { stalling.requests.count == 1 }
        }
        let calling = ScriptedModelProvider([.calls(("t", "{}", "c1")), .says("ok")])
        var second = first
        second.provider = calling
        try await second.whileRunning { runtime in
            _ = try await runtime.resume(runID: "r", after: 0).outcome()
        }
        #expect(tools.calls.map(\.request) == [request])
        #expect(calling.requests.first?.history == stalling.requests.first?.history)
        #expect(calling.requests.first?.instructions == stalling.requests.first?.instructions)
        let traces = Set(try await second.events().map(\.traceContext.traceID))
        #expect(traces == ["0af7651916cd43dd8448eb211c80319c"])
    }

    @Test func aReaderGoesOnOverTheRestart() async throws {
        let start = Array([ScriptedModelProvider.Step].says("half", "b").prefix(3))
        let first = RuntimeFixture(provider: ScriptedModelProvider([start + [.stall]]))
        var seen: [RunEvent] = []
        seen = try await first.whileRunning { runtime in
            var seen: [RunEvent] = []
            for try await event in try await runtime.respond(to: first.ask("q")) {
                seen.append(event)
                if event.event == .textChunk("half") { break }
            }
            return seen
        }
        var second = first
        second.provider = ScriptedModelProvider([.says("whole")])
        let rest = try await second.whileRunning { [seen] runtime in
            try await runtime.resume(runID: "r", after: seen.last?.seq ?? 0).outcome()
        }
        #expect(rest.events.first?.event == .reset(text: ""))
        #expect(text(seen + rest.events) == "whole")
        #expect((seen + rest.events).map(\.seq) == Array(1...(seen.count + rest.events.count)))
    }

    /// The reader has seen more than the log has after a loss of power, and the numbers that are lost are used again.
    @Test(arguments: [0, 1, 2])
    func aReaderThatHasSeenWhatIsLostBeginsAnew(lost: Int) async throws {
        let start = Array([ScriptedModelProvider.Step].says("one ", "two ", "three ", "four").prefix(6))
        let first = RuntimeFixture(provider: ScriptedModelProvider([start + [.stall]]))
        let seen = try await first.whileRunning { runtime in
            var seen: [RunEvent] = []
            for try await event in try await runtime.respond(to: first.ask("q")) {
                seen.append(event)
                if text(seen) == "one two three four" { break }
            }
            return seen
        }
        var second = first
        second.provider = ScriptedModelProvider([.says("the ", "whole ", "answer")])
        second.log = InMemoryEventLog()
        try await second.log.claim("r", attempt: 1)
        try await second.log.append(try await first.events().dropLast(lost), to: "r", attempt: 1)
        // At each point of the new attempt: before it has begun, and after it has used the numbers again.
        for isRecovered in [false, true] {
            let rest = try await second.whileRunning { runtime in
                if isRecovered {
                    try await eventually("the run has ended") { try await second.log.state(of: "r").isSealed }
                }
                return try await runtime.resume(runID: "r", after: seen.last?.seq ?? 0).outcome()
            }
            #expect(text(seen + rest.events) == "the whole answer")
            #expect(rest.events.last?.event == .end(tokensUsed: 0, model: "scripted-model"))
        }
    }

    @Test func onlyDeltasMayBeLostWithThePower() async throws {
        let log = FailingEventLog(InMemoryEventLog())
        func isStored(_ text: String) -> ScriptedModelProvider.Step {
            .wait {
                try await eventually("\(text) is stored") {
                    guard case .itemDelta(let delta) = log.appends.last?.events.last?.payload else { return false }
                    return delta.deltaContent == text
                }
            }
        }
        let says = [ScriptedModelProvider.Step].says("one ", "two")
        let answer = says[..<3] + [isStored("one ")] + says[3..<4] + [isStored("two")] + says[4...]
        let tools = ScriptedTools(["t": { _ in ToolOutcome("ok") }])
        let fixture = RuntimeFixture(
            provider: ScriptedModelProvider([.calls(("t", "{}", "c1")), Array(answer)]), log: log, tools: tools)
        _ = try await fixture.whileRunning { try await $0.respond(to: fixture.ask("q")).outcome() }
        #expect(log.appends.contains { $0.durability == .written })
        for append in log.appends {
            let types = append.events.map(\.type)
            let areDeltas = types.allSatisfy { $0 == "item_delta" }
            #expect(append.durability == (areDeltas ? .written : .synced), "\(types)")
        }
    }

    /// The restart finds the run in the hands of a reader that only looks whether the run is there.
    @Test func aReaderDoesNotKeepTheRunFromGoingOn() async throws {
        let stalling = ScriptedModelProvider([[.stall]])
        let first = RuntimeFixture(provider: stalling)
        try await first.whileRunning { runtime in
            _ = try await runtime.respond(to: first.ask("q"))
            try await eventually("the model is asked") { stalling.requests.count == 1 }
        }
        let looks = Mutex<Set<FailingEventLog.Look>>([])
        var second = first
        second.provider = ScriptedModelProvider([.says("well")])
        second.log = FailingEventLog(first.log) { look in
            let isFirst = looks.withLock { $0.insert(look).inserted }
            guard isFirst else { return }
            try await eventually("both look") { looks.withLock { $0.count } == 2 }
            // The reader lets go only when the restart has had the time to pass by.
            if look == .state { try await Task.sleep(for: .milliseconds(50)) }
        }
        let reply = try await second.whileRunning { try await $0.respond(to: second.ask("q")).outcome() }
        #expect(text(reply.events) == "well")
    }

    @Test func aRunThatKeepsDyingIsGivenUp() async throws {
        let fixture = RuntimeFixture(
            provider: ScriptedModelProvider((0..<9).map { _ in [.stall] }), configure: { $0.limits.attempts = 3 })
        try await fixture.whileRunning { _ = try await $0.respond(to: fixture.ask("q")) }
        for attempt in 2...3 {
            try await fixture.whileRunning { _ in
                try await eventually("it is tried again") { try await fixture.log.state(of: "r").attempt == attempt }
            }
        }
        let reply = try await fixture.whileRunning { try await $0.resume(runID: "r", after: 0).outcome() }
        #expect(reply.error?.agentCode == "INTERRUPTED")
    }

    @Test func aRunThatWasClaimedAndNeverBegunIsAskedForAnew() async throws {
        let fixture = RuntimeFixture(provider: ScriptedModelProvider([.says("well")]))
        try await fixture.log.claim("r", attempt: 1)
        try await fixture.whileRunning { runtime in
            let error = await #expect(throws: PlatformError.self) { try await runtime.resume(runID: "r", after: 0) }
            #expect(error?.code == .unknownRun)
            let reply = try await runtime.respond(to: fixture.ask("q")).outcome()
            #expect(text(reply.events) == "well")
        }
    }
}
