/// The version of the program.
enum Version {
    /// As `--version` and `!status` show it.
    static let current = "0.1.0"
}
