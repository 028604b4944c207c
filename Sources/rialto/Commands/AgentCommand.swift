import AgentSocket
import ArgumentParser
import Logging
import ServiceLifecycle

/// `rialto agent`: the agent server alone.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Runs the agent server that the bridge talks to.",
        discussion: """
            It listens on agent.listen for WebSocket connections and answers each message with the model of \
            [provider]. \
            Anybody who reaches it may use it unless agent.token_file is set, and all is readable on the way unless \
            agent.tls_certificate_file is.

            The line "agent is listening on ws://…" says that it is ready. SIGTERM and SIGINT let running answers \
            finish.

            EXAMPLES
              rialto agent
              RIALTO_AGENT_LISTEN=127.0.0.1:9000 rialto agent

            EXIT CODES
              0 stopped by a signal, 1 failure, 2 wrong configuration, 64 wrong usage
            """
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        try await CommandFailure.reporting {
            let configuration = try options.load()
            ProcessLog.bootstrap(configuration.telemetry)
            StandardStreams.ignoreBrokenPipes()
            let logger = Logger(label: "rialto.agent")
            try await AgentRuntimeComposition.withAgent(configuration, logger: logger) { agent in
                let server = try AgentComposition.server(configuration, agent: agent.runtime, logger: logger)
                try await Self.serve(server, agent, configuration, logger: logger)
            }
        }
    }

    /// The server and the agent behind it, which goes on until the server has drained.
    private struct Parts: Service, CustomStringConvertible {
        let description = "rialto agent"
        let services: [any Service]
        let logger: Logger

        func run() async throws {
            try await ServiceGroup(services: services, logger: logger).run()
        }
    }

    private static func serve(
        _ server: AgentServer,
        _ agent: AgentRuntimeComposition,
        _ configuration: Configuration,
        logger: Logger
    ) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask {
                // A server that does not come to listen fails in `run`, which says why.
                guard let port = try? await server.boundPort() else { return }
                let address = AgentComposition.address(configuration.agent, port: port)
                logger.info("agent is listening on \(address)")
            }
            try await ProcessServices.run(
                Parts(services: agent.services + [server], logger: logger),
                drainLimit: .seconds(configuration.bridge.drainSeconds),
                logger: logger
            )
        }
    }
}
