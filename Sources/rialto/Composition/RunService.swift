import Bridge
import Foundation
import HTTP
import Logging
import MatrixClient
import SQLiteStore
import ServiceLifecycle

/// The whole bridge as one service: it takes the data directory, opens store and session, and runs all that follows.
///
/// It can be shut down at any time, also while it waits for a homeserver that does not answer yet.
struct RunService: Service, CustomStringConvertible {
    /// What the log calls the service; its settings are not for the log.
    let description = "rialto run"

    private let configuration: Configuration
    private let logger: Logger

    /// Makes the service.
    init(configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    func run() async throws {
        let directory = configuration.store.directory.path
        let http = CurlHTTPClient.Configuration(certificateAuthorityFile: configuration.matrix.caFile?.path)
        try await DataDirectoryLock.withLock(on: directory) {
            let database = try await BridgeDatabase.open(in: URL(fileURLWithPath: directory, isDirectory: true))
            let result = await Result<Void, any Error>.catching {
                try await CurlHTTPClient.withClient(configuration: http, logger: logger) { http in
                    guard configuration.platform.backend == .embedded else {
                        return try await serve(database: database, http: http, agent: nil)
                    }
                    try await AgentRuntimeComposition.withAgent(configuration, logger: logger) { agent in
                        try await serve(database: database, http: http, agent: agent)
                    }
                }
            }
            try await database.close()
            try result.get()
        }
    }

    private func serve(
        database: BridgeDatabase,
        http: any HTTPClient,
        agent: AgentRuntimeComposition?
    ) async throws {
        let opener = SessionOpener(
            configuration: configuration,
            http: http,
            sessions: SessionStore(database: database),
            logger: logger
        )
        guard let session = try await cancelWhenGracefulShutdown({ try await Self.open(opener, logger: logger) }) else {
            return
        }
        logger.info("logged in", metadata: ["user": "\(session.userID)", "device": "\(session.deviceID)"])
        if configuration.bridge.allow.isEmpty {
            logger.warning("nobody may use the bot: bridge.allow is empty; add user ids or patterns to it")
        }
        let platform = try PlatformComposition(configuration, database: database, agent: agent, logger: logger)
        let resources = BridgeResources(
            configuration: configuration,
            session: session,
            database: database,
            platform: platform.client,
            logger: logger,
            whenReady: { [logger] in logger.info("rialto is ready as \(session.userID)") }
        )
        // Started in this order and shut down in reverse: intake ends first, the way to the agent last.
        let services = platform.services + (try await BridgeComposition.services(resources))
        try await ServiceGroup(services: services, logger: logger).run()
        logger.info("rialto has stopped")
    }

    /// Opens the session, for as long as the homeserver does not answer; nil where the program is to end instead.
    private static func open(_ opener: SessionOpener, logger: Logger) async throws -> MatrixSession? {
        var backoff = RetryBackoff()
        var hasSaidSo = false
        while !Task.isCancelled {
            do {
                return try await opener.open()
            } catch let error as MatrixClientError where error.code == .cancelled {
                return nil
            } catch let error as MatrixClientError where error.isRetryable {
                if !hasSaidSo {
                    logger.warning(
                        "the homeserver cannot be reached yet; trying again", metadata: ["error": "\(error)"])
                }
                hasSaidSo = true
                let pause = max(error.retryAfter ?? .zero, backoff.next())
                guard (try? await Task.sleep(for: pause)) != nil else { return nil }
            }
        }
        return nil
    }
}
