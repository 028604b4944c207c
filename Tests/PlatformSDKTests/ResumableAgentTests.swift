import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ResumableAgentTests {
    private func withAgent<Value: Sendable>(
        _ limits: ResumableAgent.Limits = .init(),
        _ body: (InProcessAgentConnection, ScriptedAgent) async throws -> Value
    ) async throws -> Value {
        let scripted = ScriptedAgent()
        let agent = ResumableAgent(scripted, limits: limits)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await agent.run() }
            let value = try await body(InProcessAgentConnection(to: agent), scripted)
            tasks.cancelAll()
            return value
        }
    }

    private func request(_ runID: String, _ text: String) -> MessageRequest {
        MessageRequest(userID: "usr-test-a", threadID: "thread", runID: runID, text: text)
    }

    @Test(arguments: ResumableRunConformance.checks.map(\.name)) func conforms(name: String) async throws {
        let check = try #require(ResumableRunConformance.checks.first { $0.name == name }).check
        try await withAgent { try await check($0, $1) }
    }

    /// The reader is told of the end before the agent has seen that its reply is over.
    @Test func theEndIsToldAgainAtOnceBehindIt() async throws {
        try await withAgent { agent, _ in
            for number in 0..<200 {
                let runID = "run \(number)"
                for try await event in try await agent.respond(to: request(runID, "hello")) {
                    guard case .end = event.event else { continue }
                    var rest: [RunEvent] = []
                    for try await again in try await agent.resume(runID: runID, after: event.seq) { rest.append(again) }
                    #expect(rest == [event])
                }
            }
        }
    }

    @Test func aCursorOlderThanWhatIsKeptGetsAReset() async throws {
        var limits = ResumableAgent.Limits()
        limits.tailBytes = 1_000
        try await withAgent(limits) { agent, _ in
            for try await _ in try await agent.respond(to: request("run", "count 200")) {}
            var events: [RunEvent] = []
            for try await event in try await agent.resume(runID: "run", after: 1) { events.append(event) }
            #expect(events.first == RunEvent(seq: 200, .reset(text: ScriptedAgent.counted(to: 200))))
            #expect(events.last == RunEvent(seq: 201, .end(tokensUsed: 200)))
            #expect(events.count == 2)
        }
    }

    @Test func openAndFinishedRunsAreBounded() async throws {
        var limits = ResumableAgent.Limits()
        limits.openRuns = 1
        limits.finishedRuns = 1
        try await withAgent(limits) { agent, _ in
            _ = try await agent.respond(to: request("a", "hang"))
            let busy = await #expect(throws: PlatformError.self) {
                _ = try await agent.respond(to: request("b", "hello"))
            }
            #expect(busy?.code == .busy && busy?.isRetryable == true)
            try await agent.cancel(runID: "a")
            for run in ["c", "d", "e"] {
                // The end of a run is seen a moment before its place is free.
                while true {
                    do {
                        for try await _ in try await agent.respond(to: request(run, "hello")) {}
                        break
                    } catch let error as PlatformError where error.code == .busy {
                        await Task.yield()
                    }
                }
            }
            let unknown = await #expect(throws: PlatformError.self) { _ = try await agent.resume(runID: "a", after: 0) }
            #expect(unknown?.code == .unknownRun)
        }
    }

    @Test func anAnswerWithoutAnEndFails() async throws {
        struct Cut: AgentResponder {
            func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent> {
                ReplySequence(next: { nil })
            }
        }
        let agent = ResumableAgent(Cut())
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await agent.run() }
            let error = await #expect(throws: PlatformError.self) {
                for try await _ in try await agent.respond(to: request("run", "x")) {}
            }
            #expect(error?.code == .protocolViolation)
            tasks.cancelAll()
        }
    }
}
