import ArgumentParser
import Logging

/// `rialto check`: says what works and what does not.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks the configuration and every connection, and says what to do.",
        discussion: """
            It checks the settings, the homeserver, the login, the store, the agent, and who may use the bot. Each \
            line \
            begins with "ok", "warning" or "error"; a failing check does not keep the others from being made. It is \
            safe \
            beside a running `rialto run`, and logs nobody in.

            EXAMPLES
              rialto check
              rialto check --config /etc/rialto/config.toml
              rialto check --print-example > config.toml

            EXIT CODES
              0 no errors, 1 errors, 2 wrong configuration, 64 wrong usage
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Print a configuration file with every key, its meaning and its default, and do nothing else.")
    var printExample = false

    func run() async throws {
        try await CommandFailure.reporting {
            if printExample { return StandardStreams.writeOutput(ExampleFile.text()) }
            StandardStreams.ignoreBrokenPipes()
            let configuration = try options.load()
            let logger = Logger(label: "rialto.check") { _ in SwiftLogNoOpLogHandler() }
            let isColored = StandardStreams.isOutputTerminal
            let hasErrors = await Inspection(configuration: configuration, logger: logger).run { finding in
                StandardStreams.writeOutput(finding.line(colored: isColored))
            }
            if hasErrors { throw ExitCode(CommandFailure.Exit.runtime.rawValue) }
        }
    }
}
