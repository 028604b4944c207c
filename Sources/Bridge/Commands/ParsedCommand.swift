/// A command as it was typed.
package struct ParsedCommand: Hashable, Sendable {
    /// What stands behind the prefix, in lower case.
    package var name: String
    /// What stands behind the name, without white space around it.
    package var arguments: String

    /// Creates a command.
    package init(name: String, arguments: String = "") {
        self.name = name
        self.arguments = arguments
    }
}
