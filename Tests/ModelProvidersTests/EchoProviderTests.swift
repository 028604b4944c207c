import AgentRuntime
import ModelProviders
import PlatformSDK
import TestSupport
import Testing

@Suite("The echo", .timeLimit(.minutes(1)))
struct EchoProviderTests {
    private let echo = EchoProvider(pace: .init(interval: .zero))

    private func request(_ text: String, after history: [OutputItem] = []) -> ModelRequest {
        ModelRequest(id: "r", history: [.message(.init(content: text, origin: .user))] + history)
    }

    private func events(_ request: ModelRequest) async throws -> [ModelEvent] {
        var events: [ModelEvent] = []
        for try await event in try await echo.stream(request) { events.append(event) }
        return events
    }

    private func text(_ events: [ModelEvent], on channel: ItemDelta.Channel = .text) -> String {
        events.map { event in
            guard case .itemDelta(let delta) = event, delta.channel == channel else { return "" }
            return delta.deltaContent
        }.joined()
    }

    private func calls(_ events: [ModelEvent]) -> [OutputItem.FunctionCall] {
        events.compactMap { event in
            guard case .itemDone(let done) = event, case .functionCall(let call) = done.finalItem else { return nil }
            return call
        }
    }

    @Test("an answer has a beginning, one item, its tokens and an end, and is the same every time")
    func wholeAnswer() async throws {
        let events = try await events(request("/echo chunks=2 tick"))
        let item = OutputItem.message(.init(content: "tick 1 tick 2"))
        #expect(
            events == [
                .start(responseID: "echo-r", model: "echo"),
                .itemStart(ItemStart(itemID: "r-0", outputIndex: 0, item: .message(.init()))),
                .itemDelta(ItemDelta(itemID: "r-0", deltaContent: "tick 1")),
                .itemDelta(ItemDelta(itemID: "r-0", deltaContent: " tick 2")),
                .itemDone(ItemDone(itemID: "r-0", finalItem: item)),
                .usage(Usage(promptTokens: 3, completionTokens: 4)), .finish(.stop),
            ]
        )
        #expect(try await self.events(request("/echo chunks=2 tick")) == events)
    }

    @Test("each chunk waits for its pause")
    func pace() async throws {
        let clock = ManualClock()
        let echo = EchoProvider(pace: .init(interval: .seconds(3)), clock: clock)
        let answer = try await echo.stream(request("/echo chunks=2 tick"))
        try await withThrowingTaskGroup(of: Int.self) { tasks in
            tasks.addTask {
                var count = 0
                for try await _ in answer { count += 1 }
                return count
            }
            for _ in 0..<2 {
                try await eventually("the echo waits") { clock.nextDeadline != nil }
                clock.advance(by: .seconds(3))
            }
            let count = try await tasks.next()
            #expect(count == 7)
        }
    }

    @Test("a tool is called, and its output told")
    func tool() async throws {
        let asked = try await events(request(#"/tool weather {"city": "São Paulo"}"#))
        let call = OutputItem.FunctionCall(name: "weather", arguments: #"{"city": "São Paulo"}"#, callID: "r-call-0")
        #expect(calls(asked) == [call] && asked.last == .finish(.toolCalls))
        let history: [OutputItem] = [
            .functionCall(call), .functionCallOutput(.init(callID: call.callID, output: "sun")),
        ]
        let told = try await events(request(#"/tool weather {"city": "São Paulo"}"#, after: history))
        #expect(text(told) == "weather answered: sun" && told.last == .finish(.stop))
    }

    @Test("a script goes on where the outputs have come to")
    func script() async throws {
        let script =
            "/script\n/think two towns\nI look.\n/tool weather {\"city\":\"Rome\"}\n/tool clock\n/tool last\nDone."
        let outputs: [OutputItem] = ["a", "b", "c"].map { .functionCallOutput(.init(callID: $0, output: $0)) }
        let first = try await events(request(script))
        #expect(text(first) == "I look." && text(first, on: .reasoning) == "two towns")
        #expect(calls(first).map(\.name) == ["weather", "clock", "last"] && first.last == .finish(.toolCalls))
        #expect(Set(calls(first).map(\.callID)).count == 3)
        let last = try await events(request(script, after: outputs))
        #expect(text(last) == "Done." && calls(last).isEmpty && last.last == .finish(.stop))
        // A new question starts anew.
        let next = request("/tool weather", after: outputs + [.message(.init(content: "/tool clock", origin: .user))])
        #expect(calls(try await events(next)).map(\.name) == ["clock"])
    }

    @Test(
        "failures come where the script has them",
        arguments: [
            ("/fail E1 no luck", 0, "E1", false, nil), ("/fail retry=250 E2", 0, "E2", true, .milliseconds(250)),
            ("/cut", 3, "MODEL_STREAM_TRUNCATED", true, nil), ("/script\nhalf\n/fail E3", 3, "E3", false, nil),
        ] as [(String, Int, String, Bool, Duration?)])
    func failures(message: String, count: Int, code: String, isRetryable: Bool, delay: Duration?) async throws {
        let result = await collect(echo, request(message))
        #expect(result.events.count == count && result.error?.code.description == code)
        #expect(result.error?.isRetryable == isRetryable && result.error?.retryAfter == delay)
    }

    @Test("reasoning comes before what is said")
    func thinking() async throws {
        let events = try await events(request("/think this over"))
        #expect(text(events, on: .reasoning) == "this over" && text(events) == "done")
    }

    @Test("a stall ends with its reader")
    func stall() async throws {
        let answer = try await echo.stream(request("/stall"))
        var iterator = answer.makeAsyncIterator()
        for _ in 0..<2 { _ = try await iterator.next() }
        let expected = ItemDelta(itemID: "r-0", channel: .text, deltaContent: "stalling")
        #expect(try await iterator.next() == .itemDelta(expected))
        await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                do {
                    for try await _ in answer { return false }
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            tasks.cancelAll()
            let wasCancelled = await tasks.next()
            #expect(wasCancelled == true)
        }
    }
}
