/// Writes `config.example.toml` from the schema, so that the two cannot part.
enum ExampleFile {
    /// The whole file.
    static func text() -> String {
        let defaults = Configuration(directory: "")
        var lines = header
        for section in ConfigurationSchema.sections {
            lines += ["", ""] + section.documentation.map { "# \($0)" } + ["[\(section.name)]"]
            for key in ConfigurationSchema.keys(of: section.name) {
                lines += [""] + key.documentation.map { "# \($0)" }
                if !key.aliases.isEmpty { lines.append("# Environment: \(key.aliases.joined(separator: ", "))") }
                if let literal = key.literal(defaults) {
                    lines.append("\(key.name) = \(literal)")
                } else {
                    lines.append("# \(key.name) = \(key.example ?? "\"\"")")
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let header = [
        "# Rialto: every setting with its default. A line that is commented out has no default.",
        "#",
        "# Rialto reads the file that --config names, else config.toml in the working directory, else",
        "# \(ConfigurationLoader.systemFile). Relative paths start from the folder of the file that they stand in.",
        "# Each key can be set by the environment as well, which takes precedence: RIALTO_<SECTION>_<KEY>, such as",
        "# RIALTO_BRIDGE_ALLOW=\"@alice:example.org,@*:example.com\"; some have a second variable, named below. Relative",
        "# paths of the environment start from the working directory.",
        "#",
        "# Secrets do not stand in this file: they come from files, the environment or systemd credentials.",
    ]
}
