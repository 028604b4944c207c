import AgentRuntime
import Foundation
import PlatformSDK
import Synchronization
import TestSupport
import Testing

/// A run's end reaches the archive, and with it the thread's history, whatever dies or fails between the two.
@Suite(.timeLimit(.minutes(1))) struct ArchivingTests {
    /// What the model was shown of persons' messages, in its last request.
    private func questions(_ provider: ScriptedModelProvider) -> [String] {
        (provider.requests.last?.history ?? []).compactMap { item in
            if case .message(let message) = item, message.origin == .user { message.content } else { nil }
        }
    }

    @Test func anEndThatWasNotArchivedIsCaughtUpWith() async throws {
        let archive = InMemoryRunArchive()
        let refusing = FailingRunArchive(archive) { $0.response.status.isTerminal }
        let log = InMemoryEventLog(archive: archive)
        let first = RuntimeFixture(
            provider: ScriptedModelProvider([.says("well")]), log: log, archive: refusing)
        // Dies after the run's end, before its archiving.
        try await first.whileRunning { runtime in
            let reply = try await runtime.respond(to: first.ask("one")).outcome()
            #expect(text(reply.events) == "well")
            try await eventually("the archive is asked") { refusing.refusals > 0 }
        }
        #expect(try await archive.snapshot(of: "r")?.response.status == .inProgress)

        let model = ScriptedModelProvider([.says("and well")])
        let second = RuntimeFixture(provider: model, log: log, archive: archive)
        try await second.whileRunning { runtime in
            _ = try await runtime.respond(to: second.ask("two", runID: "r2")).outcome()
            try await eventually("it is archived") {
                try await archive.snapshot(of: "r2")?.response.status == .complete
            }
        }
        #expect(questions(model) == ["one", "two"])
        #expect(try await archive.snapshot(of: "r")?.response.status == .complete)
        #expect(try await log.expire(sealedBefore: .distantFuture, limit: 9) == 2)
        #expect(try await archive.finishedTurns(of: "t", last: 9).map(\.response.id) == ["r", "r2"])
    }

    @Test func anArchiveThatFailsForATimeLosesNothing() async throws {
        let archive = InMemoryRunArchive()
        let failures = Mutex(2)
        let failing = FailingRunArchive(archive) { snapshot in
            guard snapshot.response.status.isTerminal else { return false }
            return failures.withLock { rest in
                rest -= 1
                return rest >= 0
            }
        }
        let model = ScriptedModelProvider([.says("well"), .says("and well")])
        let fixture = RuntimeFixture(provider: model, archive: failing)
        try await fixture.whileRunning { runtime in
            _ = try await runtime.respond(to: fixture.ask("one")).outcome()
            let reply = try await runtime.respond(to: fixture.ask("two", runID: "r2"))
            try await fixture.clock.advance(upTo: .seconds(20), until: "the archive has it") {
                try await archive.snapshot(of: "r")?.response.status == .complete
            }
            #expect(text(await reply.outcome().events) == "and well")
        }
        #expect(questions(model) == ["one", "two"])
    }

    @Test func aRunThatCannotBeArchivedHoldsUpItsThreadForATimeOnly() async throws {
        let failing = FailingRunArchive(InMemoryRunArchive()) { $0.response.status.isTerminal && $0.response.id == "r" }
        let model = ScriptedModelProvider([.says("well"), .says("and well")])
        let fixture = RuntimeFixture(provider: model, archive: failing)
        try await fixture.whileRunning { runtime in
            _ = try await runtime.respond(to: fixture.ask("one")).outcome()
            let reply = try await runtime.respond(to: fixture.ask("two", runID: "r2"))
            try await fixture.clock.advance(upTo: .seconds(120), until: "the model is asked") {
                model.requests.count == 2
            }
            #expect(text(await reply.outcome().events) == "and well")
        }
    }

    /// Whoever was told of a failure asks again; then comes the next question.
    private func converse(
        _ runtime: AgentRuntime, _ fixture: RuntimeFixture, _ first: ReplySequence<RunEvent>?
    ) async throws -> [String] {
        var answers: [String] = []
        let again = try await runtime.respond(to: fixture.ask("one"))
        for reply in [first, again].compactMap(\.self) { answers.append(text(await reply.outcome().events)) }
        let next = try await runtime.respond(to: fixture.ask("two", runID: "r2"))
        return answers + [text(await next.outcome().events)]
    }

    /// Each write of the run in turn is stored and reported as failed; the process lives on.
    @Test(arguments: 0...5)
    func aWriteThatOnlyLooksFailedLosesNothing(writes: Int) async throws {
        let archive = InMemoryRunArchive()
        let model = ScriptedModelProvider((0..<9).map { _ in .says("well") })
        let log = FailingEventLog(InMemoryEventLog(archive: archive), writes: writes, storesTheLast: true)
        let fixture = RuntimeFixture(provider: model, log: log, archive: archive)
        try await fixture.whileRunning { runtime in
            let first = try? await runtime.respond(to: fixture.ask("one"))
            try await eventually("the log has failed, or the run is over") {
                if log.hasFailed { return true }
                return try await log.state(of: "r").isSealed
            }
            log.mend(writes: .max)
            async let answers = converse(runtime, fixture, first)
            try await fixture.clock.advance(upTo: .seconds(60), until: "all is answered") {
                try await archive.snapshot(of: "r2")?.response.status == .complete
            }
            #expect(Set(try await answers) == ["well"])
        }
        #expect(questions(model) == ["one", "two"])
        #expect(try await archive.finishedTurns(of: "t", last: 9).map(\.response.id) == ["r", "r2"])
    }
}
