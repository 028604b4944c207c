import AgentRuntime
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
    ///
    /// - Parameter agent: The agent in this process; nil where the configuration wants another.
    init(
        _ configuration: Configuration,
        database: BridgeDatabase,
        agent: AgentRuntimeComposition?,
        logger: Logger
    ) throws {
        let skills = Self.skills(configuration, logger: logger)
        let users = PrototypeStateStore(database: database, initial: Self.initialSettings(skills))
        if let agent {
            client = AgentPlatformClient(connection: InProcessAgentConnection(to: agent.runtime), store: users)
            services = agent.services
            return
        }
        switch configuration.platform.backend {
        case .mock:
            let behaviour = MockPlatformClient.Behaviour(latency: .milliseconds(100))
            client = MockPlatformClient(behaviour: behaviour, store: users)
            services = []
        case .embedded, .socket:
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

    /// The skills that people can switch on: those that the configuration names, and those of the agent's directory.
    private static func skills(_ configuration: Configuration, logger: Logger) -> [String] {
        let directory = AgentRuntimeComposition.skills(configuration, logger: logger)
        let isAgentHere = configuration.platform.backend == .embedded
        return configuration.platform.skills + (isAgentHere ? directory.read().skills.map(\.name) : [])
    }

    /// What a user starts with: every skill, switched off.
    static func initialSettings(_ skills: [String]) -> UserSettings {
        var settings = UserSettings.initial
        settings.skills = Dictionary(skills.map { ($0, false) }, uniquingKeysWith: { first, _ in first })
        return settings
    }
}
