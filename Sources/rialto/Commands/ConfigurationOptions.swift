import ArgumentParser
import Foundation

/// The options of every command that reads the configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The configuration file.",
            discussion: "Without it: config.toml in the working directory, else /etc/rialto/config.toml, else only the "
                + "environment.",
            valueName: "file"
        ),
        completion: .file(extensions: ["toml"])
    )
    var config: String?

    /// Reads the configuration from the file and the process's environment.
    func load() throws(ConfigurationError) -> Configuration {
        try ConfigurationLoader(environment: ProcessInfo.processInfo.environment).load(file: config)
    }
}
