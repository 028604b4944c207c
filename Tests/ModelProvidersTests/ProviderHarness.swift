import AgentRuntime
import HTTP
import Logging
import ModelProviders
import PlatformSDK
import Synchronization
import TestSupport

/// Asks a provider whose server a test scripts, over a real socket.
func ask(
    _ api: GoldenAPI,
    options: ProviderOptions = ProviderOptions(),
    request: ModelRequest = .hello,
    logger: Logger = Logger(label: "test"),
    server handler: @escaping ScriptedHTTPServer.Handler
) async throws -> (events: [ModelEvent], error: ModelError?, requests: [RecordedRequest]) {
    try await ScriptedHTTPServer.withServer(handler) { server in
        let client = try CurlHTTPClient(configuration: .init(proxy: .none), logger: logger)
        let result = await collect(api.provider(server.baseURL, client, options: options), request)
        await client.shutdown()
        if let other = result.other { throw other }
        return (result.events, result.error, server.requests)
    }
}

/// Reads a whole answer.
func collect(
    _ provider: any ModelProvider,
    _ request: ModelRequest
) async -> (events: [ModelEvent], error: ModelError?, other: (any Error)?) {
    var events: [ModelEvent] = []
    do {
        for try await event in try await provider.stream(request) { events.append(event) }
        return (events, nil, nil)
    } catch let error as ModelError {
        return (events, error, nil)
    } catch {
        return (events, nil, error)
    }
}

extension ModelRequest {
    /// The simplest request.
    static let hello = ModelRequest(
        id: "req",
        instructions: "Be brief.",
        history: [.message(.init(content: "hi", origin: .user))]
    )
}

extension ScriptedResponse {
    /// An event stream that ends with its connection.
    static func stream(_ steps: [Step]) -> ScriptedResponse {
        let head = head(200, ["Content-Type": "text/event-stream; charset=utf-8", "Connection": "close"])
        return ScriptedResponse(steps: [.write(head)] + steps + [.close])
    }
}

/// A log handler that keeps everything, as text.
struct RecordingLogHandler: LogHandler {
    /// What was logged.
    final class Lines: Sendable {
        let lines = Mutex<[String]>([])
        var text: String { lines.withLock { $0.joined(separator: "\n") } }
    }

    let recorded: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        recorded.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
}
