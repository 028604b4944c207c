/// A command as a client sends it that knows the bot's descriptions (MSC4391, "Command invocation"): a part of the
/// content of a message.
public struct CommandInvocation: Hashable, Sendable {
    /// The keys under which it stands in the content: the one that holds as long as the proposal is not accepted first.
    public static let contentKeys = ["org.matrix.msc4391.command", "m.bot.command"]

    /// The command, as its description names it.
    public var command: String
    /// The arguments by their keys, as they came: nothing has checked them.
    public var arguments: [String: JSONValue]

    /// Makes an invocation.
    public init(command: String, arguments: [String: JSONValue] = [:]) {
        self.command = command
        self.arguments = arguments
    }

    /// Reads the content of a message; nil where no command stands in it.
    public init?(content: JSONValue) {
        guard let json = Self.contentKeys.lazy.compactMap({ content[$0] }).first,
            let command = json["command"]?.stringValue, !command.isEmpty
        else { return nil }
        self.init(command: command, arguments: json["arguments"]?.objectValue ?? [:])
    }
}
