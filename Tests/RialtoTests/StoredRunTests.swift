import AgentRuntime
import Foundation
import ModelProviders
import PlatformSDK
import SQLiteStore
import TestSupport
import Testing

/// The agent's runs over the log on the disk: what the fakes in memory cannot show of cancelled writes and reopened files.
@Suite(.timeLimit(.minutes(2))) struct StoredRunTests {
    private func whileRunning<Value: Sendable>(
        in directory: TemporaryDirectory, budget: TokenBudget = TokenBudget(),
        _ body: (AgentRuntime, SQLiteEventLog) async throws -> Value
    ) async throws -> Value {
        let database = try await LogDatabase.open(in: URL(fileURLWithPath: directory.path))
        let log = SQLiteEventLog(database: database)
        var parts = AgentRuntime.Parts(
            persona: Persona(name: "Portia"), provider: EchoProvider(pace: .init(interval: .milliseconds(1))), log: log,
            archive: SQLiteRunArchive(database: database))
        parts.meter = SQLiteUsageMeter(database: database)
        parts.budget = budget
        parts.tools = ToolBox([EchoTool(), ClockTool()])
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

    private func ask(_ text: String, _ runID: String) -> MessageRequest {
        MessageRequest(userID: "u", threadID: "t", runID: runID, text: text)
    }

    private func read(_ reply: ReplySequence<RunEvent>) async throws -> [RunEvent] {
        var events: [RunEvent] = []
        for try await event in reply { events.append(event) }
        return events
    }

    @Test func aRunGoesOnInTheNextProcess() async throws {
        try await withTemporaryDirectory { directory in
            let question = "/script\n/echo chunks=200 pace=2 a\n/tool echo {\"text\":\"ciao\"}\nend"
            let seen = try await whileRunning(in: directory) { runtime, _ in
                var seen: [RunEvent] = []
                for try await event in try await runtime.respond(to: ask(question, "r")) {
                    seen.append(event)
                    if seen.count == 60 { break }
                }
                return seen
            }
            let rest = try await whileRunning(in: directory) { [seen] runtime, _ in
                try await read(runtime.resume(runID: "r", after: seen.last?.seq ?? 0))
            }
            #expect((seen + rest).map(\.seq) == Array(1...(seen.count + rest.count)))
            let expected = (1...200).map { $0 == 1 ? "a 1" : " a \($0)" }.joined() + "\n\nend"
            #expect(ResumableRunConformance.text(seen + rest) == expected)
        }
    }

    @Test func aDaysBudgetIsRememberedByTheNextProcess() async throws {
        try await withTemporaryDirectory { directory in
            let budget = TokenBudget(perUser: 10)
            let before = try await whileRunning(in: directory, budget: budget) { runtime, _ in
                _ = try await read(runtime.respond(to: ask("/echo chunks=10 pace=0 a", "r1")))
                return try await runtime.usage(userID: "u", threadID: "t")
            }
            #expect(before.today.tokens > 10 && before.month == before.today && before.thread == before.today)
            try await whileRunning(in: directory, budget: budget) { runtime, _ in
                let after = try await runtime.usage(userID: "u", threadID: "t")
                #expect(after == before)
                let refused = await #expect(throws: PlatformError.self) {
                    try await read(runtime.respond(to: ask("/echo chunks=1 b", "r2")))
                }
                #expect(refused?.agentCode == "BUDGET_EXHAUSTED")
                // To read an answer again costs nothing.
                #expect(try await read(runtime.respond(to: ask("", "r1"))).isEmpty == false)
                #expect(try await runtime.usage(userID: "u", threadID: "t") == before)
            }
        }
    }

    /// A stop meets the run in the middle of its writes.
    @Test func stoppedRunsHaveOneEnd() async throws {
        try await withTemporaryDirectory { directory in
            try await whileRunning(in: directory) { runtime, log in
                for number in 0..<20 {
                    let runID = "r\(number)"
                    var text = ""
                    do {
                        for try await event in try await runtime.respond(to: ask("/echo chunks=100 pace=0 b", runID)) {
                            if case .textChunk(let chunk) = event.event { text += chunk }
                            if event.seq == 3 + number * 5 { try await runtime.cancel(runID: runID) }
                        }
                    } catch let error as PlatformError {
                        #expect(error.code == .cancelled)
                    }
                    let page = try await log.read(runID, after: .start)
                    let events = page.frames.compactMap { if case .event(let event) = $0 { event } else { nil } }
                    #expect(page.isEnd && events.filter(\.isTerminal).count == 1)
                    let response = try #require(Response.reduce(events))
                    #expect(response.said == text && response.error == nil)
                }
            }
        }
    }
}
