import AgentRuntime
import AgentSocket
import Logging

/// The agent server that the configuration describes.
enum AgentComposition {
    /// Puts the server together.
    ///
    /// - Throws: `ConfigurationError` where a file of its security is missing.
    static func server(
        _ configuration: Configuration,
        agent: AgentRuntime,
        logger: Logger
    ) throws(ConfigurationError) -> AgentServer {
        var options = AgentServer.Options(host: configuration.agent.listen.host, port: configuration.agent.listen.port)
        options.drainLimit = .seconds(configuration.bridge.drainSeconds)
        options.agentKeepsRuns = true
        return AgentServer(
            options: options,
            security: try security(configuration, logger: logger),
            responder: agent,
            logger: logger
        )
    }

    private static func security(
        _ configuration: Configuration,
        logger: Logger
    ) throws(ConfigurationError) -> AgentServerSecurity {
        let found = try configuration.agentToken.read()
        if let warning = found?.warning { logger.warning("\(warning)") }
        if found == nil, !configuration.agent.listen.isLoopback {
            logger.warning("anybody who reaches agent.listen may use the agent; set agent.token_file")
        }
        switch (configuration.agent.tlsCertificateFile, configuration.agent.tlsKeyFile) {
        case (let chain?, let key?):
            return AgentServerSecurity(token: found?.secret.reveal(), certificate: (chain.path, key.path))
        case (nil, nil):
            return AgentServerSecurity(token: found?.secret.reveal())
        case (_?, nil):
            throw ConfigurationError([.init(.missing, key: "agent.tls_key_file", "is needed for the certificate")])
        case (nil, _?):
            throw ConfigurationError([
                .init(.missing, key: "agent.tls_certificate_file", "is needed, as there is a key")
            ])
        }
    }

    /// The address at which clients reach a server that listens on a port.
    static func address(_ agent: Configuration.Agent, port: Int) -> String {
        WebSocketAddress(
            isSecure: agent.tlsCertificateFile != nil,
            host: agent.listen.host,
            port: port,
            path: AgentServer.Options().path
        ).text
    }
}
