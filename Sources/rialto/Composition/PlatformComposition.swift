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
            let connection = try Self.connection(configuration.agent, logger: logger)
            client = AgentPlatformClient(connection: connection, store: users)
            services = [connection]
        }
    }

    /// The connection to the agent; `run()` opens it.
    static func connection(
        _ configuration: Configuration.Agent,
        logger: Logger
    ) throws -> WebSocketAgentConnection {
        var options = WebSocketAgentConnection.Options()
        options.limits.wait = .seconds(configuration.waitSeconds)
        return WebSocketAgentConnection(
            endpoint: try AgentEndpoint(url: configuration.url.text),
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
