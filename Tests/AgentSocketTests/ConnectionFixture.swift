import AgentSocket
import Foundation
import Logging
import PlatformSDK
import Testing

/// Runs a connection to a port of this machine for as long as the body takes.
func withConnection<Value: Sendable>(
    port: Int,
    target: String = "/agent_ws/",
    options: WebSocketAgentConnection.Options = .fast,
    _ body: (WebSocketAgentConnection) async throws -> Value
) async throws -> Value {
    let connection = WebSocketAgentConnection(
        endpoint: try AgentEndpoint(url: "ws://127.0.0.1:\(port)\(target)"),
        options: options,
        logger: .silent
    )
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await connection.run() }
        let value = try await body(connection)
        tasks.cancelAll()
        return value
    }
}

/// Runs a server for as long as the body takes; the body gets its port.
func withServer<Value: Sendable>(
    responder: any AgentResponder,
    options: AgentServer.Options = .init(port: 0),
    _ body: (Int) async throws -> Value
) async throws -> Value {
    let server = AgentServer(options: options, responder: responder, logger: .silent)
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await server.run() }
        let value = try await body(try await server.boundPort())
        tasks.cancelAll()
        return value
    }
}

extension WebSocketAgentConnection.Options {
    /// Limits that tests can wait for.
    static var fast: Self {
        var options = Self()
        options.backoff = ReconnectBackoff(first: .milliseconds(10), maximum: .milliseconds(50))
        options.tickInterval = .milliseconds(20)
        options.limits.wait = .seconds(10)
        options.handshakeTimeout = .seconds(5)
        return options
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

extension MessageRequest {
    init(_ text: String) {
        self.init(userID: "usr-test-a", threadID: "thread", runID: "run-\(UUID().uuidString)", text: text)
    }
}

extension AgentConnection {
    /// The whole reply's text and tokens.
    func answer(to text: String) async throws -> (text: String, tokens: Int?) {
        var answer = ""
        var tokens: Int?
        for try await event in try await respond(to: MessageRequest(text)) {
            switch event.event {
            case .textChunk(let chunk): answer += chunk
            case .reset(let text): answer = text
            case .end(let used, _): tokens = used
            default: break
            }
        }
        return (answer, tokens)
    }

    /// The error that the reply ends with.
    func failure(of text: String) async throws -> PlatformError {
        try #require(
            await #expect(throws: PlatformError.self) { _ = try await self.answer(to: text) }
        )
    }
}

/// Waits for a condition to hold; fails the test when it does not in time.
func eventually(
    within limit: Duration = .seconds(10),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while !(await condition()) {
        try #require(
            ContinuousClock.now < deadline, "the condition did not hold in time", sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(5))
    }
}
