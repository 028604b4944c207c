import Foundation
package import PlatformSDK

/// What every `AgentConnection` of the base protocol has to keep, as checks that throw `Violation`.
///
/// The agent behind the connection follows `script`: it answers `echo <text>` with the chunks `<text>` and `!` and 2
/// tokens, `fail` with the error code `E1`, and `stall` with one chunk and then nothing until it is told to end.
package enum AgentConnectionConformance {
    /// A promise that was not kept.
    package struct Violation: Error, CustomStringConvertible {
        package let description: String

        package init(_ description: String) {
            self.description = description
        }
    }

    /// The script of the agent, for the connections whose agent is an `InMemoryAgentConnection`.
    package static let script: InMemoryAgentConnection.Script = { request in
        let words = request.text.split(separator: " ", maxSplits: 1)
        return switch words.first {
        case "fail": [.fail(code: "E1", details: "as asked")]
        case "stall": [.chunk("stalling"), .stall]
        case "brief": [.chunk("brief"), .pause(.milliseconds(100)), .end(tokensUsed: 1)]
        default: [.chunk(words.last.map(String.init) ?? ""), .chunk("!"), .end(tokensUsed: 2)]
        }
    }

    /// A reply is its chunks in order, then `end`, then nothing.
    package static func answersInOrder(_ connection: some AgentConnection) async throws {
        let events = try await collect(connection, "echo hello")
        try require(events == [.textChunk("hello"), .textChunk("!"), .end(tokensUsed: 2)], "events were \(events)")
        let status = await connection.status()
        try require(status == .connected, "status was \(status)")
    }

    /// Messages that come together are answered one after the other, each with its own reply.
    package static func answersTogetherComingMessages(_ connection: some AgentConnection) async throws {
        try await withThrowingTaskGroup { tasks in
            for number in 0..<10 {
                let reply = try await connection.respond(to: request("echo m\(number)"))
                tasks.addTask {
                    var first: AgentEvent?
                    for try await event in reply { first = first ?? event.event }
                    try require(
                        first == .textChunk("m\(number)"), "reply \(number) began with \(String(describing: first))")
                }
            }
            try await tasks.waitForAll()
        }
    }

    /// An error of the agent is `agentFailed` with its code, and the next message is answered.
    package static func reportsTheAgentsErrors(_ connection: some AgentConnection) async throws {
        do {
            _ = try await collect(connection, "fail")
            throw Violation("the error did not come through")
        } catch let error as PlatformError {
            try require(error.code == .agentFailed && error.agentCode == "E1", "the error was \(error)")
        }
        try await answersInOrder(connection)
    }

    /// A reply that its consumer lets go of does not keep the next message from being answered.
    package static func outlivesAbandonedReplies(_ connection: some AgentConnection) async throws {
        for try await _ in try await connection.respond(to: request("brief")) { break }
        try await answersInOrder(connection)
    }

    /// An agent that offers no choice says so, and a message that names a model fails without being answered.
    package static func offersNoChoice(_ connection: some AgentConnection) async throws {
        try await answersInOrder(connection)
        let models = try await connection.models()
        try require(models == nil, "the models were \(String(describing: models))")
        var chosen = request("echo hello")
        chosen.model = "another"
        do {
            for try await event in try await connection.respond(to: chosen) { throw Violation("\(event) came") }
            throw Violation("the message was answered")
        } catch let error as PlatformError {
            let isRefusal = error.code == .agentFailed && error.agentCode == PlatformError.modelNotAllowedCode
            try require(isRefusal, "the error was \(error)")
        }
        try await answersInOrder(connection)
    }

    /// A consumer that is cancelled while it waits stops waiting at once.
    package static func stopsWaitingWhenCancelled(_ connection: some AgentConnection) async throws {
        let reply = try await connection.respond(to: request("stall"))
        let (started, start) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do {
                    for try await _ in reply { start.yield() }
                } catch is CancellationError {
                    return
                }
                try require(Task.isCancelled, "the reply ended by itself")
            }
            for await _ in started { break }
            tasks.cancelAll()
            try await tasks.waitForAll()
        }
    }

    private static func collect(_ connection: some AgentConnection, _ text: String) async throws -> [AgentEvent] {
        var events: [AgentEvent] = []
        for try await event in try await connection.respond(to: request(text)) { events.append(event.event) }
        return events
    }

    private static func request(_ text: String) -> MessageRequest {
        MessageRequest(userID: "usr-test-a", threadID: "thread", runID: "run-\(UUID().uuidString)", text: text)
    }

    private static func require(_ condition: Bool, _ description: @autoclosure () -> String) throws {
        if !condition { throw Violation(description()) }
    }
}
