import AgentRuntime
import PlatformSDK
import TestSupport
import Testing

/// What the runtime writes is what `docs/schema` says, in whichever way a run ends.
@Suite(.timeLimit(.minutes(5))) struct WrittenStreamTests {
    private static let state = OpaqueJSON.object(["signature": .string("c2ln/=="), "big": .integer(.max)])

    /// An answer with one item of each kind that models make, in pieces.
    private static let everything: [ScriptedModelProvider.Step] = {
        let message = OutputItem.Message(
            content: "Ciao 👋", refusal: "no", annotations: [#"{"url":"x"}"#], providerState: state)
        let reasoning = OutputItem.Reasoning(content: "hm", summary: "s", providerState: state)
        let call = OutputItem.FunctionCall(
            name: "good", arguments: #"{"q":"運河"}"#, callID: "toolu_1", caller: .object(["type": .string("direct")]),
            providerState: state)
        return [
            .event(.start(responseID: "answer", model: "model-2")),
            .event(.itemStart(ItemStart(itemID: "a", outputIndex: 0, item: .reasoning(.init())))),
            .event(.itemDelta(ItemDelta(itemID: "a", channel: .reasoning, deltaContent: "hm"))),
            .event(.itemDelta(ItemDelta(itemID: "a", channel: .summary, deltaContent: "s"))),
            .event(.itemDone(ItemDone(itemID: "a", finalItem: .reasoning(reasoning)))),
            .event(.itemStart(ItemStart(itemID: "b", outputIndex: 1, item: .message(.init())))),
            .event(.heartbeat),
            .event(.itemDelta(ItemDelta(itemID: "b", deltaContent: "Ciao 👋"))),
            .event(.itemDelta(ItemDelta(itemID: "b", channel: .refusal, deltaContent: "no"))),
            .event(.itemDelta(ItemDelta(itemID: "b", channel: .annotation, deltaContent: #"{"url":"x"}"#))),
            .event(.itemDone(ItemDone(itemID: "b", finalItem: .message(message)))),
            .event(.itemStart(ItemStart(itemID: "c", outputIndex: 2, item: .functionCall(.init(name: "good"))))),
            .event(.itemDelta(ItemDelta(itemID: "c", channel: .arguments, deltaContent: #"{"q":"運河"}"#))),
            .event(.itemDone(ItemDone(itemID: "c", finalItem: .functionCall(call)))),
            .event(.usage(Usage(promptTokens: 3, completionTokens: 4, cachedTokens: 1, reasoningTokens: 2))),
            .event(.finish(.toolCalls)),
        ]
    }()

    private struct Broken: Error {}

    private static let tools = ScriptedTools([
        "good": { _ in ToolOutcome("fine") }, "bad": { _ in throw Broken() },
        "slow": { _ in
            try await Task.sleep(for: .seconds(3_600))
            return ToolOutcome("never")
        },
    ])

    private static let cases: [String: [[ScriptedModelProvider.Step]]] = [
        "complete": [
            everything, .calls(("bad", "", "c2"), ("nowhere", "{}", "c3"), ("good", "{broken", "c4")),
            .says("do", "ne", usage: Usage(promptTokens: 1, completionTokens: 1)),
        ],
        "cut off": [
            [.event(.start(responseID: nil, model: nil))] + everything.dropFirst().prefix(7) + [
                .event(.finish(.length))
            ]
        ],
        "refused": [[.fail(ModelError(.authentication, "no", status: 401, requestID: "req_1"))]],
        "broken": [Array(everything.prefix(8)) + [.fail(ModelError(.truncated, "cut"))]],
        "stopped": [everything, .calls(("slow", "{}", "c5"))],
        "silent": [[.event(.start(responseID: nil, model: nil)), .stall]],
    ]

    private func candidates(of fixture: RuntimeFixture) async throws -> [JSONSchemas.Candidate] {
        let events = try await fixture.events()
        var candidates = try events.map { try candidate(.event, $0) }
        for count in 1...max(1, events.count) {
            candidates.append(try candidate(.response, Response.reduce(events.prefix(count))))
        }
        if let archived = try await fixture.archive.snapshot(of: "r") {
            candidates.append(try candidate(.response, archived.response))
        }
        return candidates
    }

    private func candidate(_ schema: JSONSchemas.Name, _ value: some Encodable) throws -> JSONSchemas.Candidate {
        JSONSchemas.Candidate(schema, String(decoding: try EventJSON.encode(value), as: UTF8.self))
    }

    private func question(_ fixture: RuntimeFixture) -> MessageRequest {
        var request = fixture.ask("What news?")
        request.turnID = "$m"
        request.skills = ["sums"]
        request.soul = ["tone": "dry"]
        request.attachments = [Attachment(path: "/a", mimeType: "image/png", size: 12, filename: "cat.png")]
        request.traceparent = TraceContext.random().traceparent
        return request
    }

    @Test(arguments: cases.keys.sorted()) func eventsAndSnapshotsAreAsTheSchemasSay(name: String) async throws {
        let fixture = RuntimeFixture(
            provider: ScriptedModelProvider(try #require(Self.cases[name])), tools: Self.tools)
        try await fixture.whileRunning { runtime in
            let reply = try await runtime.respond(to: question(fixture))
            if ["stopped", "silent"].contains(name) {
                let last = name == "stopped" ? "function_call_output" : "message"
                try await eventually("it waits") {
                    let items = try await fixture.response()?.outputItems ?? []
                    return items.last?.item.type == last
                }
                try await runtime.cancel(runID: "r")
            }
            _ = await reply.outcome()
        }
        try await JSONSchemas.expectNoFaults(in: candidates(of: fixture))
    }

    /// A run whose process has died, before and in a call with effects, and goes on in another.
    @Test(arguments: [3, 9, 14, 18]) func soIsWhatALaterAttemptWrites(writes: Int) async throws {
        let inner = InMemoryEventLog()
        let model = ScriptedModelProvider([Self.everything, .says("well"), Self.everything, .says("well")])
        let log = FailingEventLog(inner, writes: writes, storesTheLast: true)
        let first = RuntimeFixture(provider: model, log: log, tools: Self.tools)
        try await first.whileRunning { runtime in
            guard (try? await runtime.respond(to: question(first))) != nil else { return }
            try await eventually("the run is over or has died") {
                if log.hasFailed { return true }
                return try await log.state(of: "r").isSealed
            }
        }
        var second = first
        second.log = inner
        _ = try await second.whileRunning { try await $0.respond(to: question(second)).outcome() }
        try await JSONSchemas.expectNoFaults(in: candidates(of: second))
    }
}
