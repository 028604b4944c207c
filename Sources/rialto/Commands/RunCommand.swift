import ArgumentParser
import Logging
import ServiceLifecycle

/// `rialto run`: the bridge.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the bridge between Matrix and the agent.",
        discussion: """
            It logs in as the configured account, answers the people whom bridge.allow names, and goes on until it \
            receives SIGTERM or SIGINT. Then it takes nothing new, lets running answers finish for \
            bridge.drain_seconds, and ends with exit code 0; what is left goes on at the next start.

            The log goes to standard error. The line "rialto is ready as @name:server" says that the first sync is \
            stored.

            EXAMPLES
              rialto run
              rialto run --config /etc/rialto/config.toml
              MATRIX_PLATFORM_BACKEND=mock rialto run

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
            let logger = Logger(label: "rialto")
            let service = RunService(configuration: configuration, logger: logger)
            try await ProcessServices.run(
                service,
                drainLimit: .seconds(configuration.bridge.drainSeconds),
                logger: logger
            )
        }
    }
}
