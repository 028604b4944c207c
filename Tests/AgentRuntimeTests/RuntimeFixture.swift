import AgentRuntime
import Foundation
import PlatformSDK
import TestSupport

/// A runtime over a log and an archive in memory that outlive it, with a manual clock.
struct RuntimeFixture: Sendable {
    var provider: any ModelProvider
    var log: any EventLog = InMemoryEventLog()
    var archive: any RunArchive = InMemoryRunArchive()
    var tools: any ToolExecutor = ToolBox([])
    var clock = ManualClock()
    /// The time, in seconds since 1970.
    var now = 1_700_000_000.0
    var configure: @Sendable (inout AgentRuntime.Parts) -> Void = { _ in }

    func make() -> AgentRuntime {
        var parts = AgentRuntime.Parts(
            persona: Persona(name: "Portia"), provider: provider, log: log, archive: archive)
        parts.tools = tools
        configure(&parts)
        return AgentRuntime(
            parts, clock: clock, now: { [now] in Date(timeIntervalSince1970: now) }, jitter: { 1 })
    }

    /// Performs the runs of a runtime for as long as the body takes; what is open then stays as after a crash.
    @discardableResult
    func whileRunning<Value: Sendable>(_ body: (AgentRuntime) async throws -> Value) async throws -> Value {
        let runtime = make()
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await runtime.run() }
            let value = try await body(runtime)
            tasks.cancelAll()
            return value
        }
    }

    func ask(_ text: String, runID: String = "r", threadID: String = "t") -> MessageRequest {
        MessageRequest(userID: "u", threadID: threadID, runID: runID, text: text)
    }

    /// The events of a run as the log has them.
    func events(of runID: String = "r") async throws -> [StreamEvent] {
        var events: [StreamEvent] = []
        var cursor = LogCursor.start
        while true {
            let page = try await log.read(runID, after: cursor)
            for frame in page.frames { if case .event(let event) = frame { events.append(event) } }
            if page.isEnd || page.frames.isEmpty { return events }
            cursor = page.next
        }
    }

    func response(of runID: String = "r") async throws -> Response? {
        Response.reduce(try await events(of: runID))
    }
}

extension ReplySequence<RunEvent> {
    /// The events until the reply's end or its error.
    func outcome() async -> (events: [RunEvent], error: PlatformError?) {
        var events: [RunEvent] = []
        do {
            for try await event in self { events.append(event) }
            return (events, nil)
        } catch {
            return (events, error as? PlatformError)
        }
    }
}

/// The text that a reader shows after these events.
func text(_ events: [RunEvent]) -> String { ResumableRunConformance.text(events) }
