import AgentSocket
import Logging
import PlatformSDK
import SQLiteStore
import ServiceLifecycle

/// The platform that the configuration names, and the services that it needs.
struct PlatformComposition {
    /// The platform.
    let client: any PlatformClient
    /// What has to run for it.
    let services: [any Service]

    /// Puts the platform together.
    init(_ configuration: Configuration, database: BridgeDatabase, logger: Logger) throws {
        let users = PrototypeStateStore(database: database, initial: Self.initialSettings(configuration.platform))
        switch configuration.platform.backend {
        case .mock:
            let behaviour = MockPlatformClient.Behaviour(latency: .milliseconds(100))
            client = MockPlatformClient(behaviour: behaviour, store: users)
            services = []
        case .socket:
            let connection = try Self.connection(configuration, logger: logger)
            client = AgentPlatformClient(connection: connection, store: users)
            services = [connection]
        }
    }

    /// The connection to the agent; `run()` opens it.
    static func connection(
        _ configuration: Configuration,
        logger: Logger
    ) throws -> WebSocketAgentConnection {
        var options = WebSocketAgentConnection.Options()
        options.limits.wait = .seconds(configuration.agent.waitSeconds)
        options.limits.reconnect = options.limits.wait
        let found = try configuration.agentToken.read()
        if let warning = found?.warning { logger.warning("\(warning)") }
        let address = configuration.agent.url
        if found != nil, !address.isSecure, !address.isLoopback {
            logger.warning("agent.token_file is sent unencrypted; use a wss:// URL in agent.url")
        }
        return WebSocketAgentConnection(
            endpoint: try AgentEndpoint(url: address.text),
            security: AgentClientSecurity(
                token: found?.secret.reveal(), authoritiesFile: configuration.agent.caFile?.path),
            options: options,
            logger: logger
        )
    }

    /// What a user starts with: every skill of the configuration, switched off.
    static func initialSettings(_ configuration: Configuration.Platform) -> UserSettings {
        var settings = UserSettings.initial
        settings.skills = Dictionary(configuration.skills.map { ($0, false) }, uniquingKeysWith: { first, _ in first })
        return settings
    }
}
