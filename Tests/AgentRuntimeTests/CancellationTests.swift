import AgentRuntime
import PlatformSDK
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct CancellationTests {
    /// Stops a run after a random number of its events, wherever it then is: in an append, in a tool, in a pause, or at
    /// its end already.
    @Test(arguments: 0..<60 as Range<UInt64>) func aStopEndsTheRunOnceWhereverItIs(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let stopAfter = Int.random(in: 0..<24, using: &random)
        let yields = Int.random(in: 0..<8, using: &random)
        let busy = ModelError(.overloaded, "busy", isRetryable: true, retryAfter: .seconds(1))
        let model = ScriptedModelProvider([
            .calls(("t", "{}", "c1"), ("t", "{}", "c2")), [.fail(busy)], .says("a", "b", "c", "d"),
        ])
        let tools = ScriptedTools([
            "t": { _ in
                for _ in 0..<5 { await Task.yield() }
                try Task.checkCancellation()
                return ToolOutcome("ok")
            }
        ])
        let fixture = RuntimeFixture(provider: model, tools: tools)
        let reply = try await fixture.whileRunning { runtime in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    try await fixture.clock.advance(upTo: .seconds(2), until: "the run is over") {
                        (try? await fixture.log.state(of: "r").isSealed) ?? false
                    }
                }
                let reading = try await runtime.respond(to: fixture.ask("q"))
                var events: [RunEvent] = []
                var failure: PlatformError?
                do {
                    for try await event in reading {
                        events.append(event)
                        if events.count == stopAfter {
                            for _ in 0..<yields { await Task.yield() }
                            try await runtime.cancel(runID: "r")
                        }
                    }
                } catch let error as PlatformError {
                    failure = error
                }
                try await tasks.waitForAll()
                return (events: events, error: failure)
            }
        }
        let events = try await fixture.events()
        #expect(events.filter(\.isTerminal).count == 1 && events.last?.isTerminal == true)
        let response = try #require(Response.reduce(events))
        #expect(response.error?.code != ResponseError.sequenceErrorCode)
        #expect(response.said == text(reply.events))
        #expect(!response.outputItems.contains { $0.status == .inProgress })
        if response.status == .aborted {
            #expect(reply.error?.code == .cancelled)
        } else {
            #expect(response.status == .complete && text(reply.events) == "abcd")
        }
    }

    @Test func stoppingARunThatIsOverOrUnknownChangesNothing() async throws {
        let fixture = RuntimeFixture(provider: ScriptedModelProvider([.says("done")]))
        try await fixture.whileRunning { runtime in
            _ = try await runtime.respond(to: fixture.ask("q")).outcome()
            let before = try await fixture.events()
            try await runtime.cancel(runID: "r")
            try await runtime.cancel(runID: "never seen")
            #expect(try await fixture.events() == before)
        }
    }

    /// A run that the earlier process has left can be stopped before anybody performs it again.
    @Test func aRunThatNobodyPerformsCanBeStopped() async throws {
        let start = Array([ScriptedModelProvider.Step].says("half", "b").prefix(3))
        let fixture = RuntimeFixture(provider: ScriptedModelProvider([start + [.stall]]))
        try await fixture.whileRunning { runtime in
            _ = try await runtime.respond(to: fixture.ask("q"))
            try await eventually("there is text") { try await fixture.response()?.said == "half" }
        }
        let runtime = fixture.make()
        try await runtime.cancel(runID: "r")
        let reply = try await runtime.resume(runID: "r", after: 0).outcome()
        #expect(reply.error?.code == .cancelled && text(reply.events) == "half")
        #expect(try await fixture.response()?.status == .aborted)
    }

    /// A process that stops leaves its runs to the next one.
    @Test func shuttingDownEndsNoRun() async throws {
        let fixture = RuntimeFixture(provider: ScriptedModelProvider([[.stall]]))
        let runtime = try await fixture.whileRunning { runtime in
            _ = try await runtime.respond(to: fixture.ask("q"))
            return runtime
        }
        #expect(try await !fixture.log.state(of: "r").isSealed)
        let error = await #expect(throws: PlatformError.self) {
            try await runtime.respond(to: fixture.ask("q", runID: "r2"))
        }
        #expect(error?.code == .unavailable && error?.isRetryable == true)
    }
}
