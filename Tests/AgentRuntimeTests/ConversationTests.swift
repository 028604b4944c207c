import AgentRuntime
import PlatformSDK
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ConversationTests {
    private func said(_ text: String) -> OutputItem { .message(.init(content: text)) }
    private func asked(_ text: String) -> OutputItem { .message(.init(content: text, origin: .user)) }

    @Test func theModelIsToldWhatWasSaidBefore() async throws {
        let model = ScriptedModelProvider([.says("one"), .says("t", "wo"), .says("three")])
        let fixture = RuntimeFixture(provider: model)
        try await fixture.whileRunning { runtime in
            for (number, question) in ["a?", "b?", "c?"].enumerated() {
                let request = fixture.ask(question, runID: "run-\(number)")
                let reply = try await runtime.respond(to: request).outcome()
                #expect(reply.error == nil)
            }
        }
        #expect(
            model.requests.map(\.history) == [
                [asked("a?")],
                [asked("a?"), said("one"), asked("b?")],
                [asked("a?"), said("one"), asked("b?"), said("two"), asked("c?")],
            ])
        #expect(model.requests.map(\.id) == ["run-0-1-1", "run-1-1-1", "run-2-1-1"])
        #expect(model.requests.allSatisfy { $0.promptCacheKey == "t" && $0.model == "scripted-model" })
    }

    @Test(arguments: [ReasoningEffort.high, nil])
    func theModelIsToldHowMuchToThink(effort: ReasoningEffort?) async throws {
        let model = ScriptedModelProvider([.says("one")])
        var fixture = RuntimeFixture(provider: model)
        fixture.configure = { $0.reasoningEffort = effort }
        try await fixture.whileRunning { runtime in
            _ = try await runtime.respond(to: fixture.ask("q")).outcome()
        }
        #expect(model.requests.map(\.reasoningEffort) == [effort])
    }

    @Test func aThreadKnowsNothingOfAnother() async throws {
        let model = ScriptedModelProvider([.says("one"), .says("two")])
        let fixture = RuntimeFixture(provider: model)
        try await fixture.whileRunning { runtime in
            for thread in ["t1", "t2"] {
                _ = try await runtime.respond(to: fixture.ask("q", runID: thread, threadID: thread)).outcome()
            }
        }
        #expect(model.requests.last?.history == [asked("q")])
    }

    @Test func aFurtherRunOfATurnTakesItsPlace() async throws {
        let model = ScriptedModelProvider([.says("one"), .says("two"), .says("other"), .says("end")])
        let fixture = RuntimeFixture(provider: model)
        try await fixture.whileRunning { runtime in
            for (run, turn, text) in [("r1", "t1", "a"), ("r2", "t2", "b"), ("r3", "t1", "a!"), ("r4", "t3", "c")] {
                var request = fixture.ask(text, runID: run)
                request.turnID = turn
                _ = try await runtime.respond(to: request).outcome()
            }
        }
        #expect(
            model.requests.last?.history
                == [asked("a!"), said("other"), asked("b"), said("two"), asked("c")])
    }

    @Test func theInstructionsTellOfTheSoul() async throws {
        let model = ScriptedModelProvider([.says("one")])
        let fixture = RuntimeFixture(provider: model)
        var request = fixture.ask("q")
        request.soul = ["tone": "dry", "name": "Nerissa", "empty": ""]
        try await fixture.whileRunning { [request] in _ = try await $0.respond(to: request).outcome() }
        #expect(
            model.requests.first?.instructions == """
                Your name is Portia.

                The person whom you talk with wants you to be like this:
                - name: Nerissa
                - tone: dry
                """)
    }

    @Test func theLogTellsTheWholeRun() async throws {
        let usage = Usage(promptTokens: 3, completionTokens: 4)
        let fixture = RuntimeFixture(provider: ScriptedModelProvider([.says("a", "b", usage: usage)]))
        let reply = try await fixture.whileRunning { runtime in
            let reply = try await runtime.respond(to: fixture.ask("q")).outcome()
            try await eventually("the end is archived") {
                try await fixture.archive.snapshot(of: "r")?.response == fixture.response()
            }
            return reply
        }
        let events = try await fixture.events()
        #expect(
            events.map(\.type) == [
                "response_start", "item_start", "item_done", "item_start", "item_done", "item_start", "item_delta",
                "item_delta", "item_done", "usage_update", "response_done",
            ])
        #expect(events.map(\.seq) == Array(1...11) && reply.events.map(\.seq) == Array(1...11))
        #expect(reply.events.last?.event == .end(tokensUsed: 7, model: "scripted-model"))
        #expect(text(reply.events) == "ab")
        let response = try #require(Response.reduce(events))
        #expect(response.status == .complete && response.usage == usage && response.finishReason == "stop")
        #expect(response.agentID == "Portia" && response.providerID == "scripted" && response.turnID == "r")
    }

    @Test func aRunIsMadeAgainBeforeItsFirstToken() async throws {
        let busy = ModelError(.overloaded, "busy", isRetryable: true, retryAfter: .seconds(7))
        let model = ScriptedModelProvider([[.fail(busy)], [.fail(busy)], .says("there")])
        let fixture = RuntimeFixture(provider: model)
        let reply = try await fixture.whileRunning { runtime in
            let reading = try await runtime.respond(to: fixture.ask("q"))
            try await fixture.clock.advance(upTo: .seconds(14), until: "the model is asked again") {
                model.requests.count == 3
            }
            return await reading.outcome()
        }
        #expect(text(reply.events) == "there" && reply.error == nil)
        #expect(fixture.clock.now.offset == .seconds(14))
        #expect(try await fixture.response()?.attempt == 1)
    }

    @Test func aRunBeginsAnewAfterAVisibleToken() async throws {
        let cut = ModelError(.truncated, "cut", isRetryable: true)
        let half = Array([ScriptedModelProvider.Step].says("half", "more").prefix(3)) + [.fail(cut)]
        let model = ScriptedModelProvider([half, .says("whole")])
        let fixture = RuntimeFixture(provider: model)
        let reply = try await fixture.whileRunning { runtime in
            let reading = try await runtime.respond(to: fixture.ask("q"))
            try await fixture.clock.advance(upTo: .seconds(1), until: "the model is asked again") {
                model.requests.count == 2
            }
            return await reading.outcome()
        }
        #expect(reply.events.map(\.event).contains(.textChunk("half")))
        #expect(reply.events.map(\.event).contains(.reset(text: "")))
        #expect(reply.events.map(\.seq) == Array(1...reply.events.count))
        #expect(text(reply.events) == "whole")
        let response = try await fixture.response()
        #expect(response?.attempt == 2 && response?.said == "whole" && response?.status == .complete)
    }

    @Test(arguments: [
        ModelError(.authentication, "no key"),
        ModelError(.rateLimited, "later", isRetryable: true, retryAfter: .seconds(600)),
    ])
    func aFailureEndsTheRunOnce(failure: ModelError) async throws {
        let fixture = RuntimeFixture(provider: ScriptedModelProvider([[.fail(failure)]]))
        let reply = try await fixture.whileRunning { try await $0.respond(to: fixture.ask("q")).outcome() }
        #expect(reply.error?.code == .agentFailed && reply.error?.agentCode == failure.code.description)
        #expect(reply.error?.isRetryable == failure.isRetryable)
        #expect(try await fixture.events().filter(\.isTerminal).map(\.type) == ["response_error"])
    }

    @Test func aRunThatTakesTooLongEnds() async throws {
        let start = Array([ScriptedModelProvider.Step].says("a", "b").prefix(3))
        let fixture = RuntimeFixture(provider: ScriptedModelProvider([start + [.stall]]))
        let reply = try await fixture.whileRunning { runtime in
            let reading = try await runtime.respond(to: fixture.ask("q"))
            try await eventually("the text is there") { try await fixture.response()?.said == "a" }
            fixture.clock.advance(by: .seconds(3_600))
            return await reading.outcome()
        }
        #expect(reply.error?.agentCode == "RUN_TIMED_OUT")
        #expect(try await fixture.response()?.said == "a")
    }

    @Test func aLogThatComesBackGetsItsRun() async throws {
        let log = FailingEventLog(InMemoryEventLog(), writes: 2)
        let model = ScriptedModelProvider([.says("lost"), .says("kept")])
        let fixture = RuntimeFixture(provider: model, log: log)
        let reply = try await fixture.whileRunning { runtime in
            let reading = try await runtime.respond(to: fixture.ask("q"))
            try await eventually("the log has failed") { log.hasFailed }
            log.mend(writes: .max)
            try await fixture.clock.advance(upTo: .seconds(2), until: "the run is over") {
                try await fixture.log.state(of: "r").isSealed
            }
            return await reading.outcome()
        }
        #expect(text(reply.events) == "kept" && reply.error == nil)
    }
}
