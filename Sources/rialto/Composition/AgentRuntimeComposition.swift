import AgentRuntime
import Foundation
import HTTP
import Logging
import PlatformSDK
import SQLiteStore
import ServiceLifecycle

/// The agent of the configuration, which performs its runs in this process over a log on the disk.
struct AgentRuntimeComposition {
    /// The folder of the log, in the data directory; one process at a time works on it.
    static let folder = "agent"

    /// The agent.
    let runtime: AgentRuntime
    /// What has to run for it.
    let services: [any Service]

    /// Opens the log and runs the body with the agent, which its services bring to life.
    static func withAgent(
        _ configuration: Configuration,
        logger: Logger,
        _ body: (AgentRuntimeComposition) async throws -> Void
    ) async throws {
        let directory = configuration.store.directory.path + "/" + folder
        try await DataDirectoryLock.withLock(on: directory) {
            let database = try await LogDatabase.open(in: URL(fileURLWithPath: directory, isDirectory: true))
            let result = await Result<Void, any Error>.catching {
                // The provider is somewhere else than the homeserver, whose certificates are no concern of it.
                try await CurlHTTPClient.withClient(logger: logger) { http in
                    let provider = try ProviderComposition.provider(configuration, client: http, logger: logger)
                    try await body(
                        AgentRuntimeComposition(configuration, provider: provider, database: database, logger: logger))
                }
            }
            try await database.close()
            try result.get()
        }
    }

    private init(
        _ configuration: Configuration,
        provider: any ModelProvider,
        database: LogDatabase,
        logger: Logger
    ) {
        let archive = SQLiteRunArchive(database: database)
        let log = SQLiteEventLog(database: database)
        let persona = Persona(name: configuration.agent.name, instructions: configuration.agent.instructions)
        var parts = AgentRuntime.Parts(persona: persona, provider: provider, log: log, archive: archive)
        parts.catalogue = configuration.provider.catalogue
        parts.choice = configuration.provider.choice
        parts.tools = ToolBox([ClockTool(), EchoTool()])
        parts.reasoningEffort = configuration.provider.reasoningEffort
        if configuration.provider.attachments {
            // Where `rialto run` keeps what people send, and what agent and bridge share.
            parts.attachments = DirectoryAttachments(
                directories: [configuration.store.directory.path + "/attachments"]
                    + (configuration.agent.workspace.map { [$0.path] } ?? []))
        }
        parts.skills = Self.skills(configuration, logger: logger)
        parts.budget = TokenBudget(
            perUser: configuration.agent.userTokensPerDay.nilWhereZero,
            perDay: configuration.agent.tokensPerDay.nilWhereZero
        )
        let meter = SQLiteUsageMeter(database: database)
        parts.meter = meter
        runtime = AgentRuntime(parts, logger: logger)
        services = [
            LogHousekeeping(
                log: log, archive: archive, meter: meter, retention: configuration.eventLog, logger: logger),
            AgentRuntimeService(runtime: runtime),
        ]
    }

    /// The skills of the configured directory.
    static func skills(_ configuration: Configuration, logger: Logger) -> DirectorySkills {
        DirectorySkills(
            directory: URL(fileURLWithPath: configuration.agent.skillsDirectory.path, isDirectory: true),
            logger: logger
        )
    }
}

/// Performs the agent's runs until it is shut down; those that are open then go on at the next start.
struct AgentRuntimeService: Service, CustomStringConvertible {
    let description = "agent"
    let runtime: AgentRuntime

    func run() async throws {
        _ = try await cancelWhenGracefulShutdown { try await runtime.run() }
    }
}

/// Lets runs that are over leave the log, and the archive, after their time.
struct LogHousekeeping: Service, CustomStringConvertible {
    let description = "housekeeping of the agent's log"
    private static let interval: Duration = .seconds(600)
    private static let batch = 200
    /// What `!usage` adds up, which is the present month, and the budgets' present day.
    private static let fewestDaysOfUsage = 31

    let log: SQLiteEventLog
    let archive: SQLiteRunArchive
    let meter: SQLiteUsageMeter
    let retention: Configuration.EventLog
    let logger: Logger

    func run() async {
        try? await cancelWhenGracefulShutdown {
            while true {
                await tidy()
                try await Task.sleep(for: Self.interval)
            }
        }
    }

    private func tidy() async {
        let sealed = Date(timeIntervalSinceNow: -Double(retention.keepHours) * 3_600)
        // The archive stands for what the log has no more, so that it is the last to forget.
        let remembered = max(Double(retention.archiveDays) * 86_400, Double(retention.keepHours) * 3_600)
        let stored = Date(timeIntervalSinceNow: -remembered)
        do {
            for (runID, error) in try await RunProjector(log: log, archive: archive).catchUp() {
                logger.warning(
                    "a run that is over cannot be archived, and stays in the log",
                    metadata: ["run": "\(runID)", "error": "\(error)"])
            }
            while try await log.expire(sealedBefore: sealed, limit: Self.batch) == Self.batch {}
            while try await archive.prune(storedBefore: stored, limit: Self.batch) == Self.batch {}
            let today = UsageRecord.day(ofMilliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
            let firstDay = today - max(retention.archiveDays, Self.fewestDaysOfUsage)
            while try await meter.prune(before: firstDay, limit: Self.batch) == Self.batch {}
        } catch {
            guard !Task.isCancelled else { return }
            logger.warning("old runs could not be forgotten", metadata: ["error": "\(error)"])
        }
    }
}

extension Result where Failure == any Error {
    /// What comes of an operation that waits.
    static func catching(_ operation: () async throws -> Success) async -> Self {
        do {
            return .success(try await operation())
        } catch {
            return .failure(error)
        }
    }
}

extension Int {
    /// Zero stands for no limit.
    fileprivate var nilWhereZero: Int? { self == 0 ? nil : self }
}
