import AgentRuntime
import Foundation
import Glibc
import ModelProviders
import PlatformSDK
import SQLiteStore
import TestSupport
import Testing

/// A process that is killed by SIGKILL in the middle of a tool's call, over the log on the disk.
@Suite(.timeLimit(.minutes(2))) struct KilledCallTests {
    private static let question = "/script\nI look.\n/tool strike {}\nDone."

    /// Runs an agent over the log of a directory whose one tool does what the body says.
    private static func whileRunning<Value: Sendable>(
        in directory: String, isHarmless: Bool, strike: @escaping ScriptedTools.Body,
        _ body: (AgentRuntime, SQLiteEventLog) async throws -> Value
    ) async throws -> Value {
        let database = try await LogDatabase.open(in: URL(fileURLWithPath: directory))
        let log = SQLiteEventLog(database: database)
        var parts = AgentRuntime.Parts(
            persona: Persona(name: "Portia"), provider: EchoProvider(pace: .init(interval: .zero)), log: log,
            archive: SQLiteRunArchive(database: database))
        parts.tools = ScriptedTools(["strike": strike], harmless: isHarmless ? ["strike"] : [])
        let runtime = AgentRuntime(parts)
        let value = try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await runtime.run() }
            let value = try await body(runtime, log)
            tasks.cancelAll()
            return value
        }
        try await database.close()
        return value
    }

    private static func ask(_ text: String, _ runID: String) -> MessageRequest {
        MessageRequest(userID: "u", threadID: "t", runID: runID, turnID: runID, text: text)
    }

    /// Asks in a process of its own, which the tool brings down at once.
    private static func dieInTheCall(in directory: String, isHarmless: Bool) async throws {
        try await whileRunning(in: directory, isHarmless: isHarmless) { _ in
            kill(getpid(), SIGKILL)
            return ToolOutcome("never")
        } _: { runtime, _ in
            for try await _ in try await runtime.respond(to: ask(question, "r")) {}
        }
    }

    private func outcome(
        of reply: ReplySequence<RunEvent>
    ) async -> (text: String, error: PlatformError?) {
        var events: [RunEvent] = []
        do {
            for try await event in reply { events.append(event) }
            return (ResumableRunConformance.text(events), nil)
        } catch {
            return (ResumableRunConformance.text(events), error as? PlatformError)
        }
    }

    @Test func aCallThatMayHaveHadAnEffectIsNotMadeAgain() async throws {
        try await withTemporaryDirectory { directory in
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
                try await KilledCallTests.dieInTheCall(in: path, isHarmless: false)
            }
            try await Self.whileRunning(in: directory.path, isHarmless: false) { _ in
                ToolOutcome("made again", success: false)
            } _: { runtime, log in
                let (said, error) = await outcome(of: try await runtime.resume(runID: "r", after: 0))
                #expect(said == "I look.")
                #expect(error?.agentCode == "INTERRUPTED" && error?.isRetryable == false)
                let page = try await log.read("r", after: .start)
                let events = page.frames.compactMap { if case .event(let event) = $0 { event } else { nil } }
                #expect(page.isEnd && events.filter(\.isTerminal).count == 1)
                let response = try #require(Response.reduce(events))
                #expect(CallLedger(response).entries.map(\.state) == [.unknown])
                // What `!retry` does: another run of the same turn, which takes its place.
                let retry = MessageRequest(
                    userID: "u", threadID: "t", runID: "r2", turnID: "r", text: "/echo chunks=2 pace=0 well")
                #expect(await outcome(of: try await runtime.respond(to: retry)).text == "well 1 well 2")
            }
        }
    }

    @Test func aHarmlessCallIsMadeAgain() async throws {
        try await withTemporaryDirectory { directory in
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
                try await KilledCallTests.dieInTheCall(in: path, isHarmless: true)
            }
            try await Self.whileRunning(in: directory.path, isHarmless: true) { _ in
                ToolOutcome("struck")
            } _: { runtime, log in
                let (said, error) = await outcome(of: try await runtime.resume(runID: "r", after: 0))
                #expect(error == nil && said == "I look.\n\nDone.")
                #expect(try await log.state(of: "r").attempt == 2)
            }
        }
    }
}
