import AgentRuntime
import Foundation
import PlatformSDK
import Synchronization
import TestSupport
import Testing

/// What a run has taken is counted exactly once, wherever its process dies.
@Suite(.timeLimit(.minutes(1))) struct CountingTests {
    private static let usage = Usage(promptTokens: 60, completionTokens: 40, cachedTokens: 10)

    /// A model that calls a tool and then answers, each for a hundred tokens.
    private final class Metered: ModelProvider {
        let id = "metered"
        let defaultModel = "metered"
        private let answers = Mutex(0)

        /// The answers whose tokens a process has taken notice of at the latest when it asked for what came next.
        var answered: Int { answers.withLock { $0 } }

        func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
            let isFirst = !request.history.contains { if case .functionCall = $0 { true } else { false } }
            let says: [ScriptedModelProvider.Step] = isFirst ? .calls(("t", "{}", "c1")) : .says("What ", "news?")
            let steps = Array(says.dropLast()) + [.event(.usage(CountingTests.usage))] + says.suffix(1)
            answers.withLock { $0 += 1 }
            return try await ScriptedModelProvider([steps]).stream(request)
        }
    }

    private func fixture(
        _ model: Metered, log: any EventLog, meter: any UsageMeter, isHarmless: Bool = true
    ) -> RuntimeFixture {
        RuntimeFixture(
            provider: model, log: log,
            tools: ScriptedTools(["t": { _ in ToolOutcome("ok") }], harmless: isHarmless ? ["t"] : []),
            configure: { $0.meter = meter })
    }

    /// Dies at every write of the log and of the meter, with and without that write stored.
    @Test(arguments: [false, true], [false, true])
    func eachAttemptIsCountedOnce(storesTheLast: Bool, isHarmless: Bool) async throws {
        var isWhole = false
        var writes = 1
        while !isWhole, writes < 60 {
            let (log, meter) = (InMemoryEventLog(), InMemoryUsageMeter())
            let model = Metered()
            let disk = FailingEventLog(log, writes: writes, storesTheLast: storesTheLast)
            let first = fixture(
                model, log: disk, meter: FailingUsageMeter(meter, on: disk), isHarmless: isHarmless)
            isWhole = try await first.whileRunning { runtime in
                guard (try? await runtime.respond(to: first.ask("q"))) != nil else { return false }
                try await eventually("the run is over or has died") {
                    if disk.hasFailed { return true }
                    return try await log.state(of: "r").isSealed
                }
                return !disk.hasFailed
            }
            let comment: Comment = "after \(writes) writes"
            let before = model.answered
            let second = fixture(model, log: log, meter: meter, isHarmless: isHarmless)
            _ = try await second.whileRunning { try await $0.respond(to: second.ask("q")).outcome() }
            let response = try #require(try await second.response())
            let records = try await meter.records(of: "r")
            // What the run says of itself is what was counted, over all attempts.
            let counted = records.reduce(0) { $0 + $1.usage.totalTokens }
            #expect(response.usage?.totalTokens ?? 0 == counted, comment)
            #expect(try await meter.sum(of: .user("u"), days: 0...100_000).tokens == counted, comment)
            // Each answer once; that of the answer during which the process died, perhaps not.
            #expect(counted.isMultiple(of: 100), comment)
            #expect((model.answered - (before > 0 ? 1 : 0)...model.answered).contains(counted / 100), comment)
            writes += 1
        }
        #expect(isWhole && writes > 5)
    }

    /// The process dies between the terminal event and everything after it: nothing is left to count.
    @Test func aRunThatIsOverIsCountedBeforeItsEnd() async throws {
        let meter = InMemoryUsageMeter()
        let isCounted = Mutex<[Bool]>([])
        let inner = InMemoryEventLog()
        let log = FailingEventLog(
            inner,
            willAppend: { events in
                guard events.contains(where: \.isTerminal) else { return }
                let tokens = try await meter.records(of: "r").reduce(0) { $0 + $1.usage.totalTokens }
                isCounted.withLock { $0.append(tokens == 200) }
            })
        let fixture = fixture(Metered(), log: log, meter: meter)
        try await fixture.whileRunning { _ = try await $0.respond(to: fixture.ask("q")).outcome() }
        #expect(isCounted.withLock { $0 } == [true])
    }

    /// The end waits until it is counted; nobody is asked again for that.
    @Test func aMeterThatFailsIsWaitedFor() async throws {
        let (log, meter) = (InMemoryEventLog(), InMemoryUsageMeter())
        let model = Metered()
        let disk = FailingEventLog(log, writes: 0)
        var fixture = fixture(model, log: log, meter: FailingUsageMeter(meter, on: disk))
        fixture.configure = { [configure = fixture.configure] parts in
            configure(&parts)
            parts.limits.runDeadline = .seconds(1_000_000_000)
        }
        try await fixture.whileRunning { runtime in
            let reply = try await runtime.respond(to: fixture.ask("q"))
            try await eventually("counting fails") {
                fixture.clock.advance(by: .seconds(30))
                return disk.failures > 2
            }
            #expect(try await !log.state(of: "r").isSealed)
            disk.mend(writes: .max)
            try await eventually("the run is over") {
                fixture.clock.advance(by: .seconds(30))
                return try await log.state(of: "r").isSealed
            }
            #expect(text(await reply.outcome().events) == "What news?")
        }
        #expect(model.answered == 2)
        #expect(try await meter.records(of: "r").map(\.usage.totalTokens) == [200])
    }
}
