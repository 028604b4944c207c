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

    /// The first process dies at every write of log and meter, with and without that write stored; the second one dies
    /// too, or lives.
    @Test(arguments: [false, true], [false, true])
    func eachAttemptIsCountedOnce(storesTheLast: Bool, isHarmless: Bool) async throws {
        var isWhole = false
        var writes = 1
        while !isWhole, writes < 60 {
            for second in [Int.max, 3, 6, 9] {
                let comment: Comment = "after \(writes) and \(second) writes"
                let (log, meter, model) = (InMemoryEventLog(), InMemoryUsageMeter(), Metered())
                var known = 0
                for limit in [writes, second, .max] {
                    let before = model.answered
                    let disk = FailingEventLog(log, writes: limit, storesTheLast: storesTheLast)
                    try await live(fixture(model, log: disk, meter: meter, isHarmless: isHarmless), on: disk)
                    if limit == writes { isWhole = !disk.hasFailed }
                    // What is in the log or counted is never lost, and never more than what the model has said. Only of
                    // the answer during which a process has died nobody may know.
                    let now = try await max(counted(meter), logged(log))
                    let answers = model.answered - before
                    let certain = disk.hasFailed ? max(0, answers - 1) : answers
                    #expect((known + certain * 100...known + answers * 100).contains(now), comment)
                    known = now
                }
                // What the run says of itself is what was counted, over all attempts.
                #expect(try await counted(meter) == known, comment)
                #expect(try await logged(log) == known, comment)
                #expect(try await log.state(of: "r").isSealed, comment)
            }
            writes += 1
        }
        #expect(isWhole && writes > 5)
    }

    /// A process that asks, and lives until the run is over or its disk fails.
    private func live(_ fixture: RuntimeFixture, on disk: FailingEventLog) async throws {
        var fixture = fixture
        fixture.configure = { [configure = fixture.configure] parts in
            configure(&parts)
            parts.meter = FailingUsageMeter(parts.meter, on: disk)
        }
        try await fixture.whileRunning { [fixture] runtime in
            guard (try? await runtime.respond(to: fixture.ask("q"))) != nil else { return }
            try await eventually("the run is over, or the process has died") {
                if disk.hasFailed { return true }
                return try await disk.state(of: "r").isSealed
            }
        }
    }

    private func counted(_ meter: any UsageMeter) async throws -> Int {
        let tokens = try await meter.records(of: "r").reduce(0) { $0 + $1.usage.totalTokens }
        #expect(try await meter.sum(of: .user("u"), days: 0...100_000).tokens == tokens)
        return tokens
    }

    /// The tokens that the run itself tells of; none where it has no events.
    private func logged(_ log: any EventLog) async throws -> Int {
        let fixture = RuntimeFixture(provider: Metered(), log: log)
        return (try? await fixture.response())?.usage?.totalTokens ?? 0
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
