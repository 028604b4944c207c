/// A command that a bot offers in the state of a room, so that clients can suggest it (MSC4391, "Command description").
///
/// A room holds one state event of the type `eventType` for each command of each bot.
public struct CommandDescription: Hashable, Sendable {
    /// What an argument can be.
    public enum Schema: Hashable, Sendable {
        /// Any text.
        case text
        /// A whole number.
        case integer
        /// One of these words.
        case oneOf([String])
    }

    /// An argument that the command takes.
    public struct Parameter: Hashable, Sendable {
        /// The name of the argument in an invocation; each once in a command.
        public var key: String
        /// What it can be.
        public var schema: Schema
        /// Whether it may be left out.
        public var isOptional: Bool
        /// What it means, for people to read.
        public var description: String

        /// Makes a parameter.
        public init(key: String, schema: Schema, isOptional: Bool = false, description: String) {
            self.key = key
            self.schema = schema
            self.isOptional = isOptional
            self.description = description
        }
    }

    /// The type of the state events, with the prefix that holds as long as the proposal is not accepted.
    public static let eventType = "org.matrix.msc4391.command_description"

    /// The command, without a prefix.
    public var command: String
    /// What it does, for people to read.
    public var description: String
    /// Its arguments; those that may not be left out are asked for in this order.
    public var parameters: [Parameter]

    /// Makes a description.
    public init(command: String, description: String, parameters: [Parameter] = []) {
        self.command = command
        self.description = description
        self.parameters = parameters
    }

    /// The key of the state event: nobody else's description of a command has the same.
    ///
    /// - Parameter sender: The bot.
    public func stateKey(of sender: UserID) -> String {
        SHA256Digest(of: Array((command + sender.rawValue).utf8)).base64
    }

    /// The content of the state event.
    public var content: JSONValue {
        var members: [String: JSONValue] = ["command": .string(command), "description": Self.text(description)]
        if !parameters.isEmpty { members["parameters"] = .array(parameters.map(\.json)) }
        return .object(members)
    }

    /// A text as extensible events write it (MSC1767).
    fileprivate static func text(_ body: String) -> JSONValue {
        ["m.text": [["body": .string(body)]]]
    }
}

extension CommandDescription.Parameter {
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = [
            "key": .string(key), "schema": schema.json, "description": CommandDescription.text(description),
        ]
        if isOptional { members["optional"] = true }
        return .object(members)
    }
}

extension CommandDescription.Schema {
    fileprivate var json: JSONValue {
        switch self {
        case .text: ["schema_type": "primitive", "type": "string"]
        case .integer: ["schema_type": "primitive", "type": "integer"]
        case .oneOf(let words):
            [
                "schema_type": "union",
                "variants": .array(
                    words.map { ["schema_type": "literal", "literal_type": "string", "value": .string($0)] }),
            ]
        }
    }
}
