package import PlatformSDK

/// What every connection to a `ScriptedAgent` keeps whose agent can resume, as checks that throw `Violation`.
package enum ResumableRunConformance {
    /// A promise that was not kept.
    package typealias Violation = AgentConnectionConformance.Violation
    /// One promise.
    package typealias Check = @Sendable (any AgentConnection, ScriptedAgent) async throws -> Void

    /// All promises, by name, of a connection that hands on the agent's events as they are.
    package static let checks: [(name: String, check: Check)] =
        runChecks + [
            ("each kind of event comes through", carriesEverything),
            ("a decision reaches the agent", carriesDecisions),
            ("the agent's models are offered and asked for", carriesModels),
            ("what was spent is told", tellsUsage),
        ]

    /// The promises of everything that resumes runs, whatever events of its own stand between those of the script.
    package static let runChecks: [(name: String, check: Check)] = [
        ("events are numbered from 1 on", numbersEvents),
        ("a run is read again from any cursor", resumesFromAnyCursor),
        ("the end is told again behind it", repeatsTheEnd),
        ("a cursor beyond the run begins with a reset", resetsWhoIsAhead),
        ("a run goes on without its reader", goesOnWithoutReader),
        ("a run stops when somebody asks for it", stops),
        ("a run that is not known is told", tellsUnknownRuns),
        ("a run is started once", startsOnce),
        ("runs go side by side", runsSideBySide),
        ("a failure is the agent's", reportsFailures),
    ]

    private static func tellsUsage(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        // The first message waits for the connection, a question does not.
        _ = try await read(connection.respond(to: request("first", "count 1")))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 1...20 {
                tasks.addTask {
                    let user = String(repeating: "u", count: number)
                    let report = try await connection.usage(userID: user, threadID: "thread")
                    try require(
                        report == ScriptedAgent.usage(userID: user, threadID: "thread"), "the report was \(report)")
                }
            }
            try await tasks.waitForAll()
        }
        do {
            let report = try await connection.usage(userID: "nobody", threadID: "thread")
            throw Violation("the failure did not come through: \(report)")
        } catch let error as PlatformError {
            try require(error.code != .unsupported, "the error was \(error)")
        }
    }

    private static func numbersEvents(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        let events = try await read(connection.respond(to: request("numbers", "count 20")))
        try require(await connection.canResume, "the connection does not say that it can resume")
        try require(events.map(\.seq) == Array(1...events.count), "numbers were \(events.map(\.seq))")
        guard case .end(20, _)? = events.last?.event else {
            throw Violation("the last event was \(String(describing: events.last))")
        }
        try require(text(events) == ScriptedAgent.counted(to: 20), "text was \(text(events))")
    }

    private static func resumesFromAnyCursor(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        let all = try await read(connection.respond(to: request("again", "count 20")))
        for cursor in [0, 1, 7, 19, 20, all.count - 1] {
            let rest = try await read(connection.resume(runID: "again", after: cursor))
            try require(rest == Array(all[cursor...]), "after \(cursor) came \(rest)")
        }
    }

    private static func repeatsTheEnd(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        let all = try await read(connection.respond(to: request("over", "count 20")))
        guard let end = all.last else { throw Violation("nothing was said") }
        for _ in 1...2 {
            let rest = try await read(connection.resume(runID: "over", after: end.seq))
            try require(rest == [end], "behind the end came \(rest)")
        }
        let rest = try await read(connection.resume(runID: "over", after: end.seq + 7))
        try require(rest.last?.event == end.event, "far behind the end came \(rest)")
        try require(text(all + rest) == text(all), "far behind the end the text was \(text(all + rest))")

        do { _ = try await read(connection.respond(to: request("failed", "fail"))) } catch {}
        for cursor in [1, 100] {
            do {
                _ = try await read(connection.resume(runID: "failed", after: cursor))
                throw Violation("the failure was not told again after \(cursor)")
            } catch let error as PlatformError {
                try require(error.agentCode == "E1", "after \(cursor) the error was \(error)")
            }
        }
    }

    private static func resetsWhoIsAhead(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        for try await event in try await connection.respond(to: request("ahead", "hang"))
        where event.event == .textChunk("hanging") { break }
        for try await event in try await connection.resume(runID: "ahead", after: 1_000) {
            try require(event.event == .reset(text: "hanging"), "the first event was \(event)")
            try require(event.seq < 1_000, "its number was \(event.seq)")
            break
        }
        try await connection.cancel(runID: "ahead")
    }

    private static func goesOnWithoutReader(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        var events: [RunEvent] = []
        for try await event in try await connection.respond(to: request("alone", "count 500")) {
            events.append(event)
            if events.count == 3 { break }
        }
        events += try await read(connection.resume(runID: "alone", after: 3))
        try require(events.map(\.seq) == Array(1...events.count), "numbers were \(events.map(\.seq))")
        try require(text(events) == ScriptedAgent.counted(to: 500), "the text has holes")
        try require(agent.received.count { $0.runID == "alone" } == 1, "the agent was asked again")
    }

    private static func stops(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        let reply = try await connection.respond(to: request("stop", "hang"))
        try await expect(.cancelled) {
            for try await event in reply where event.event == .textChunk("hanging") {
                try await connection.cancel(runID: "stop")
            }
        }
        try await expect(.cancelled) { _ = try await read(connection.resume(runID: "stop", after: 1)) }
    }

    private static func tellsUnknownRuns(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        try await expect(.unknownRun) { _ = try await read(connection.resume(runID: "never seen", after: 0)) }
    }

    private static func startsOnce(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        let first = try await read(connection.respond(to: request("once", "count 5")))
        let second = try await read(connection.respond(to: request("once", "count 5")))
        try require(first == second, "the second reading was \(second)")
        try require(agent.received.count { $0.runID == "once" } == 1, "the agent was asked twice")
    }

    private static func runsSideBySide(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        let hanging = try await connection.respond(to: request("hanging", "hang"))
        try await withThrowingTaskGroup { tasks in
            for number in 1...20 {
                tasks.addTask {
                    let events = try await read(connection.respond(to: request("side-\(number)", "count \(number)")))
                    try require(text(events) == ScriptedAgent.counted(to: number), "run \(number) said \(text(events))")
                }
            }
            try await tasks.waitForAll()
        }
        try await connection.cancel(runID: "hanging")
        try await expect(.cancelled) { _ = try await read(hanging) }
    }

    private static func carriesEverything(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        let events = try await read(connection.respond(to: request("all", "tools"))).map(\.event)
        try require(events == ScriptedAgent.everything + [.end(tokensUsed: 1)], "events were \(events)")
    }

    private static func reportsFailures(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        do {
            _ = try await read(connection.respond(to: request("failing", "fail")))
            throw Violation("the failure did not come through")
        } catch let error as PlatformError {
            try require(error.code == .agentFailed && error.agentCode == "E1", "the error was \(error)")
        }
    }

    private static func carriesDecisions(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        // The connection is up once something was answered over it.
        _ = try await read(connection.respond(to: request("asking", "hello")))
        try await connection.decide(.approved, runID: "asking", itemID: "i")
        _ = try await read(connection.respond(to: request("after", "hello")))
        for _ in 0..<1_000 where agent.decided.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        try require(agent.decided == ["asking/i=approved"], "decisions were \(agent.decided)")
    }

    private static func carriesModels(_ connection: any AgentConnection, _ agent: ScriptedAgent) async throws {
        _ = try await read(connection.respond(to: request("plain", "hello")))
        let models = try await connection.models()
        try require(models == ScriptedAgent.models, "the models were \(String(describing: models))")
        var chosen = request("chosen", "hello")
        chosen.model = "scribe-2"
        _ = try await read(connection.respond(to: chosen))
        try require(agent.received.map(\.model) == [nil, "scribe-2"], "the agent received \(agent.received)")
        chosen.runID = "refused"
        chosen.model = "scribe-3"
        do {
            _ = try await read(connection.respond(to: chosen))
            throw Violation("a model answered that is not offered")
        } catch let error as PlatformError {
            try require(error.agentCode == PlatformError.modelNotAllowedCode, "the error was \(error)")
        }
    }

    // MARK: Steps

    /// The text that a reader shows after these events.
    package static func text(_ events: [RunEvent]) -> String {
        var text = ""
        for event in events {
            switch event.event {
            case .textChunk(let chunk): text += chunk
            case .reset(let snapshot): text = snapshot
            default: break
            }
        }
        return text
    }

    private static func read(_ reply: ReplySequence<RunEvent>) async throws -> [RunEvent] {
        var events: [RunEvent] = []
        for try await event in reply { events.append(event) }
        return events
    }

    private static func request(_ runID: String, _ text: String) -> MessageRequest {
        MessageRequest(userID: "usr-test-a", threadID: "thread", runID: runID, text: text)
    }

    private static func expect(_ code: PlatformError.Code, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as PlatformError {
            return try require(error.code == code, "the error was \(error), not \(code)")
        }
        throw Violation("there was no error \(code)")
    }

    private static func require(_ condition: Bool, _ description: @autoclosure () -> String) throws {
        if !condition { throw Violation(description()) }
    }
}
