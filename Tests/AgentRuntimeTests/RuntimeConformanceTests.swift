import AgentRuntime
import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct RuntimeConformanceTests {
    @Test(arguments: ResumableRunConformance.runChecks.map(\.name)) func resumesRuns(name: String) async throws {
        let check = try #require(ResumableRunConformance.runChecks.first { $0.name == name }).check
        let agent = ScriptedAgent()
        try await RuntimeFixture(provider: AgentModel(agent)).whileRunning { runtime in
            try await check(InProcessAgentConnection(to: runtime), agent)
        }
    }

    /// The text is the same wherever the reader comes in: what it has read before, and what it gets then.
    @Test func everyCursorLeadsToTheSameText() async throws {
        let fixture = RuntimeFixture(provider: AgentModel(ScriptedAgent()))
        try await fixture.whileRunning { runtime in
            let all = try await runtime.respond(to: fixture.ask("count 50")).outcome().events
            #expect(all.map(\.seq) == Array(1...all.count))
            #expect(try await fixture.response()?.said == text(all))
            for cursor in 0...all.count {
                let rest = try await runtime.resume(runID: "r", after: cursor).outcome()
                #expect(rest.error == nil)
                // Behind the end the end comes again.
                #expect(Array(all.prefix(min(cursor, all.count - 1))) + rest.events == all)
            }
        }
    }

    @Test func aReaderWhoseCursorWasTrimmedGetsAReset() async throws {
        let fixture = RuntimeFixture(provider: AgentModel(ScriptedAgent()))
        try await fixture.whileRunning { runtime in
            let all = try await runtime.respond(to: fixture.ask("count 20")).outcome().events
            try await fixture.log.trim("r", through: 12)
            let rest = try await runtime.resume(runID: "r", after: 8).outcome().events
            #expect(
                rest == [
                    RunEvent(seq: all.count - 1, .reset(text: ScriptedAgent.counted(to: 20))),
                    RunEvent(seq: all.count, .end(tokensUsed: 20, model: "agent")),
                ])
            let kept = try await runtime.resume(runID: "r", after: 14).outcome().events
            #expect(kept == Array(all[14...]))
        }
    }

    @Test func aFailedRunFailsForEveryReader() async throws {
        let fixture = RuntimeFixture(provider: AgentModel(ScriptedAgent()))
        try await fixture.whileRunning { runtime in
            let first = try await runtime.respond(to: fixture.ask("fail")).outcome()
            #expect(first.error?.code == .agentFailed && first.error?.agentCode == "E1")
            let last = try await fixture.events().count
            for cursor in [0, last - 1, last, last + 5] {
                let again = try await runtime.resume(runID: "r", after: cursor).outcome()
                #expect(again.error?.agentCode == "E1")
            }
        }
    }

    @Test func tooManyRunsAreRefused() async throws {
        let fixture = RuntimeFixture(
            provider: AgentModel(ScriptedAgent()), configure: { $0.limits.openRuns = 2 })
        try await fixture.whileRunning { runtime in
            for number in 1...2 { _ = try await runtime.respond(to: fixture.ask("hang", runID: "r\(number)")) }
            let error = await #expect(throws: PlatformError.self) {
                try await runtime.respond(to: fixture.ask("hang", runID: "r3"))
            }
            #expect(error?.code == .busy && error?.isRetryable == true)
            // One that is open already is read all the same.
            _ = try await runtime.respond(to: fixture.ask("hang", runID: "r1"))
            try await runtime.cancel(runID: "r1")
            try await eventually("there is room again") {
                (try? await runtime.respond(to: fixture.ask("hang", runID: "r3"))) != nil
            }
        }
    }
}
