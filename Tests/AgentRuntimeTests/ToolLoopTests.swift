import AgentRuntime
import Foundation
import PlatformSDK
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ToolLoopTests {
    /// The ids and texts of the outputs that a request shows.
    private func outputs(_ request: ModelRequest?) -> [String] {
        (request?.history ?? []).compactMap { item in
            guard case .functionCallOutput(let output) = item else { return nil }
            return "\(output.callID)=\(output.output)" + (output.success ? "" : "!")
        }
    }

    @Test func theModelGetsWhatItsToolsAnswer() async throws {
        let model = ScriptedModelProvider([
            .calls(("add", #"{"n":1}"#, "c1")), .calls(("add", #"{"n":2}"#, "c2")), .says("three"),
        ])
        let tools = ScriptedTools(["add": { ToolOutcome("+\($0.arguments["n"].map { "\($0)" } ?? "")") }])
        let fixture = RuntimeFixture(provider: model, tools: tools)
        let reply = try await fixture.whileRunning { try await $0.respond(to: fixture.ask("q")).outcome() }
        #expect(outputs(model.requests.last) == ["c1=+integer(1)", "c2=+integer(2)"])
        #expect(tools.calls.map(\.callID) == ["c1", "c2"])
        let told = reply.events.map(\.event)
        #expect(told.contains(.toolCall(ToolCall(callID: "c1", name: "add", label: #"{"n":1}"#))))
        #expect(told.contains(.toolResult(ToolResult(callID: "c2", success: true, result: "+integer(2)"))))
        #expect(text(reply.events) == "three")
    }

    /// A model that never stops is stopped, whatever its server does then.
    @Test func anAnswerHasABound() async throws {
        let endless = Array(repeating: [ScriptedModelProvider.Step].says("0123456789")[2], count: 50)
        let begin = [ScriptedModelProvider.Step].says("x")[1]
        let model = ScriptedModelProvider([[begin] + endless + [.stall]])
        let fixture = RuntimeFixture(provider: model, configure: { $0.limits.answerBytes = 200 })
        let reply = try await fixture.whileRunning { try await $0.respond(to: fixture.ask("q")).outcome() }
        #expect(reply.error?.agentCode == RunCode.answerTooLong && reply.error?.isRetryable == false)
        #expect((200...500).contains(text(reply.events).utf8.count))
        let events = try await fixture.events()
        #expect(events.filter(\.isTerminal).count == 1 && events.last?.isTerminal == true)
    }

    /// The calls of one answer run side by side: each waits until all have begun.
    @Test func callsOfOneAnswerRunAtOnceAndAreToldInTheirOrder() async throws {
        let model = ScriptedModelProvider([
            .calls(("meet", "{}", "c1"), ("meet", "{}", "c2"), ("meet", "{}", "c3")), .says("met"),
        ])
        let begun = Mutex(0)
        let ended = Mutex<[String]>([])
        let tools = ScriptedTools([
            "meet": { call in
                begun.withLock { $0 += 1 }
                try await eventually("all have begun") { begun.withLock { $0 } == 3 }
                // They end in the opposite order.
                try await eventually("the later ones have ended") {
                    ended.withLock { ["c1", "c2", "c3"].suffix($0.count + 1).first } == call.callID
                }
                ended.withLock { $0.append(call.callID) }
                return ToolOutcome(call.callID)
            }
        ])
        let fixture = RuntimeFixture(provider: model, tools: tools)
        let reply = try await fixture.whileRunning { try await $0.respond(to: fixture.ask("q")).outcome() }
        #expect(reply.error == nil)
        #expect(ended.withLock { $0 } == ["c3", "c2", "c1"])
        #expect(outputs(model.requests.last) == ["c1=c1", "c2=c2", "c3=c3"])
        let items = try #require(try await fixture.response()).outputItems.map(\.item)
        #expect(
            items.compactMap { item -> String? in
                if case .functionCallOutput(let output) = item { output.callID } else { nil }
            } == ["c1", "c2", "c3"])
    }

    @Test func callsThatCannotBeMadeAreAnsweredAllTheSame() async throws {
        let model = ScriptedModelProvider([
            .calls(("nowhere", "{}", "c1"), ("fine", "{broken", "c2"), ("bad", "", "c3")), .says("well"),
        ])
        struct Broken: Error, CustomStringConvertible { let description = "out of order" }
        let tools = ScriptedTools(["fine": { _ in ToolOutcome("ok") }, "bad": { _ in throw Broken() }])
        let fixture = RuntimeFixture(provider: model, tools: tools)
        let reply = try await fixture.whileRunning { try await $0.respond(to: fixture.ask("q")).outcome() }
        #expect(text(reply.events) == "well")
        #expect(tools.calls.map(\.name) == ["bad"])
        #expect(
            outputs(model.requests.last) == [
                "c1=There is no tool named nowhere. You have: bad, fine.!",
                "c2=The arguments are not a JSON object; call the tool again with one.!",
                "c3=The tool failed: out of order!",
            ])
    }

    @Test func aToolThatDoesNotAnswerIsGivenUp() async throws {
        let model = ScriptedModelProvider([.calls(("slow", "{}", "c1")), .says("well")])
        let tools = ScriptedTools([
            "slow": { _ in
                try await Task.sleep(for: .seconds(3_600))
                return ToolOutcome("late")
            }
        ])
        let fixture = RuntimeFixture(provider: model, tools: tools)
        let reply = try await fixture.whileRunning { runtime in
            let reading = try await runtime.respond(to: fixture.ask("q"))
            try await fixture.clock.advance(upTo: .seconds(120), until: "the model goes on") {
                model.requests.count == 2
            }
            return await reading.outcome()
        }
        #expect(text(reply.events) == "well")
        #expect(
            outputs(model.requests.last).first?.hasPrefix("c1=The tool did not answer within 120.0 seconds") == true)
    }

    @Test func theLastRoundAllowsNoTools() async throws {
        let model = ScriptedModelProvider([.calls(("t", "{}", "c1")), .calls(("t", "{}", "c2")), .says("enough")])
        let fixture = RuntimeFixture(
            provider: model, tools: ScriptedTools(["t": { _ in ToolOutcome("ok") }]),
            configure: { $0.limits.toolRounds = 2 })
        let reply = try await fixture.whileRunning { try await $0.respond(to: fixture.ask("q")).outcome() }
        #expect(model.requests.map(\.toolChoice) == [.auto, .auto, .none])
        #expect(text(reply.events) == "enough")
    }

    @Test func aModelThatNeverStopsCallingFails() async throws {
        let model = ScriptedModelProvider((1...3).map { .calls(("t", "{}", "c\($0)")) })
        let fixture = RuntimeFixture(
            provider: model, tools: ScriptedTools(["t": { _ in ToolOutcome("ok") }]),
            configure: { $0.limits.toolRounds = 2 })
        let reply = try await fixture.whileRunning { try await $0.respond(to: fixture.ask("q")).outcome() }
        #expect(reply.error?.agentCode == "TOOL_ROUNDS_EXHAUSTED")
    }

    @Test func messagesOfOneAnswerReadAsParagraphs() async throws {
        let call = [ScriptedModelProvider.Step].calls(("t", "{}", "c1"))
        let model = ScriptedModelProvider([
            Array([ScriptedModelProvider.Step].says("Let me see.").dropLast()) + call.dropFirst(), .says("It", " is."),
            .says("next"),
        ])
        let fixture = RuntimeFixture(provider: model, tools: ScriptedTools(["t": { _ in ToolOutcome("ok") }]))
        let reply = try await fixture.whileRunning { runtime in
            let reply = try await runtime.respond(to: fixture.ask("q")).outcome()
            _ = try await runtime.respond(to: fixture.ask("q", runID: "r2")).outcome()
            return reply
        }
        #expect(text(reply.events) == "Let me see.\n\nIt is.")
        #expect(try await fixture.response()?.said == "Let me see.\n\nIt is.")
        // The model is shown its own words.
        #expect(model.requests.last?.history.contains(.message(.init(content: "It is."))) == true)
    }

    @Test func nothingIsMadeAgainThatHadAnEffect() async throws {
        let cut = ModelError(.truncated, "cut", isRetryable: true)
        let half = Array([ScriptedModelProvider.Step].says("half").prefix(3)) + [.fail(cut)]
        let model = ScriptedModelProvider([.calls(("t", "{}", "c1")), half])
        let fixture = RuntimeFixture(provider: model, tools: ScriptedTools(["t": { _ in ToolOutcome("ok") }]))
        let reply = try await fixture.whileRunning { try await $0.respond(to: fixture.ask("q")).outcome() }
        #expect(reply.error?.agentCode == "MODEL_STREAM_TRUNCATED" && reply.error?.isRetryable == false)
        #expect(try await fixture.response()?.attempt == 1 && text(reply.events) == "half")
    }

    @Test func aLongOutputIsCutOff() async throws {
        let model = ScriptedModelProvider([.calls(("t", "{}", "c1")), .says("well")])
        let fixture = RuntimeFixture(
            provider: model,
            tools: ScriptedTools(["t": { _ in ToolOutcome("aé" + String(repeating: "x", count: 50)) }]),
            configure: { $0.limits.toolOutputBytes = 2 })
        _ = try await fixture.whileRunning { try await $0.respond(to: fixture.ask("q")).outcome() }
        #expect(outputs(model.requests.last) == ["c1=a\n[cut off: 52 of 53 bytes are not shown]"])
    }

    @Test func theToolsOfTheHouse() async throws {
        let model = ScriptedModelProvider([
            .calls(
                ("clock", #"{"time_zone":"Europe/Rome"}"#, "c1"), ("clock", #"{"time_zone":"Nowhere"}"#, "c2"),
                ("echo", #"{"text":"ciao"}"#, "c3"), ("echo", "{}", "c4")), .says("well"),
        ])
        let tools = ToolBox([
            ClockTool(now: { .init(timeIntervalSince1970: 1_700_000_000) }), EchoTool(), EchoTool(),
        ])
        let fixture = RuntimeFixture(provider: model, tools: tools)
        _ = try await fixture.whileRunning { try await $0.respond(to: fixture.ask("q")).outcome() }
        #expect(model.requests.first?.tools.map(\.name) == ["clock", "echo"])
        #expect(
            outputs(model.requests.last) == [
                "c1=Tuesday, 2023-11-14T23:13:20+01:00 (Europe/Rome)",
                "c2=There is no time zone Nowhere; name one of the IANA database.!", "c3=ciao",
                "c4=The argument text is missing; give it as a string.!",
            ])
    }
}
