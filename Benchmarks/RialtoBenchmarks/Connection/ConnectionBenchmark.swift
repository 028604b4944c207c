import AgentRuntime
import AgentSocket
import Foundation
import HTTP
import Logging
import ModelProviders
import PlatformSDK
import SQLiteStore

/// From the moment a model's server writes a chunk to the frame on the agent connection.
///
/// Everything between is what `rialto agent` is made of: the HTTP client, a provider, the runtime, the log and the
/// WebSocket server. Model and client are threads of this process, so that one clock sees both ends.
struct ConnectionBenchmark {
    private static let chunks = 200
    private static let mean = Duration.milliseconds(50)
    private static let latest = Duration.milliseconds(2)

    /// Where the databases are made.
    let directory: URL

    /// Adds the figures.
    func measure(into report: inout Report) async throws {
        for runs in [1, 20] {
            let pacing = Pacing(runs: runs, chunks: Self.chunks, mean: Self.mean)
            let floor = try await StoringRelay(directory: directory)
                .latencies(runs: runs, chunks: Self.chunks, pacing)
            let stored = try await withStoredLog { try await overSocket($0, runs: runs, pacing) }
            let name = runs == 1 ? "1 run" : "\(runs) runs at once"
            report.add(
                "\(name): from a provider's chunk to its frame, log in SQLite", "\(stored)",
                floor: "a relay that stores: " + stored.text(against: floor),
                target: ("p95 < 2 ms", stored.p95 < Self.latest))
            let read = try await withStoredLog { try await inProcess($0, runs: runs, pacing) }
            report.add("\(name): the same to a reader in the process", "\(read)")
            let archive = InMemoryRunArchive()
            let quick = try await overSocket(
                Store(log: InMemoryEventLog(archive: archive), archive: archive), runs: runs, pacing)
            report.add("\(name): to its frame, log in memory", "\(quick)")
        }
    }

    /// Where an agent keeps its runs.
    private struct Store: Sendable {
        let log: any EventLog
        let archive: any RunArchive
    }

    private func withStoredLog(_ body: (Store) async throws -> Distribution) async throws -> Distribution {
        let folder = directory.appendingPathComponent(UUID().uuidString, isDirectory: true)
        let database = try await LogDatabase.open(in: folder)
        let store = Store(log: SQLiteEventLog(database: database), archive: SQLiteRunArchive(database: database))
        let result = try await body(store)
        try await database.close()
        return result
    }

    /// To the frames on a WebSocket.
    private func overSocket(_ store: Store, runs: Int, _ pacing: Pacing) async throws -> Distribution {
        try await withAgent(store, runs: runs, pacing) { agent, stopwatch in
            var options = AgentServer.Options(port: 0)
            options.agentKeepsRuns = true
            let server = AgentServer(options: options, responder: agent, logger: Self.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                let port = try await server.boundPort()
                try await onThread("client") {
                    try AgentClient(port: port, stopwatch: stopwatch).ask(runs: runs)
                }
                group.cancelAll()
            }
        }
    }

    /// To readers in the same process.
    private func inProcess(_ store: Store, runs: Int, _ pacing: Pacing) async throws -> Distribution {
        try await withAgent(store, runs: runs, pacing) { agent, stopwatch in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for run in 0..<runs {
                    group.addTask {
                        let request = MessageRequest(
                            userID: "u", threadID: "thread-\(run)", runID: "run-\(run)",
                            text: ModelServer.question(of: run))
                        for try await event in try await agent.respond(to: request) {
                            guard case .textChunk(let text) = event.event else { continue }
                            stopwatch.receive(text, of: run, at: .now)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Runs an agent over a store, and a model that streams by the plan, while the body reads.
    private func withAgent(
        _ store: Store, runs: Int, _ pacing: Pacing,
        _ body: @Sendable (AgentRuntime, Stopwatch) async throws -> Void
    ) async throws -> Distribution {
        let stopwatch = Stopwatch(runs: runs, chunks: Self.chunks)
        let model = try ModelServer(stopwatch: stopwatch)
        try await CurlHTTPClient.withClient(configuration: .init(proxy: .none), logger: Self.logger) { client in
            let provider = ChatCompletionsProvider(
                endpoint: ModelEndpoint(baseURL: model.baseURL, key: "", model: "m"), client: client,
                options: ProviderOptions(logger: Self.logger))
            let parts = AgentRuntime.Parts(
                persona: Persona(name: "bench"), provider: provider, log: store.log, archive: store.archive)
            let agent = AgentRuntime(parts, logger: Self.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await agent.run() }
                group.addTask { try await onThread("model") { try model.serve(runs: runs, pacing) } }
                try await body(agent, stopwatch)
                // The model's thread is done before; the agent goes on until it is cancelled.
                try await group.next()
                group.cancelAll()
            }
        }
        return try stopwatch.latencies()
    }

    private static let logger: Logger = {
        var logger = Logger(label: "rialto.bench")
        // The server tells as an error that it was cancelled.
        logger.logLevel = .critical
        return logger
    }()
}
