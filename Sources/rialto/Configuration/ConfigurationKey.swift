import Foundation

/// The declaration of one setting: everything that reading, checking and documenting it takes.
struct ConfigurationKey: Sendable {
    /// The table that it stands in.
    let section: String
    /// Its name in the table.
    let name: String
    /// What it means, in lines for `config.example.toml`.
    let documentation: [String]
    /// Further environment variables that set it, apart from `RIALTO_<SECTION>_<KEY>`.
    let aliases: [String]
    /// A value for `config.example.toml`, commented out there, for a setting without a default.
    let example: String?
    /// What a value may be.
    let allowed: String

    /// Stores a value of the file.
    let readNode: @Sendable (TOMLNode, String, inout Configuration) throws(ConfigurationValueError) -> Void
    /// Stores a value of the environment.
    let readEnvironment: @Sendable (String, String, inout Configuration) throws(ConfigurationValueError) -> Void
    /// The value as it is written in the file; nil where there is none.
    let literal: @Sendable (Configuration) -> String?

    /// Section and name.
    var path: String { "\(section).\(name)" }
    /// The environment variable that sets it.
    var environmentName: String { "RIALTO_\(section.uppercased())_\(name.uppercased())" }

    /// Declares a setting that has a default.
    init<Value: ConfigurationValue>(
        _ section: String,
        _ name: String,
        _ member: any WritableKeyPath<Configuration, Value> & Sendable,
        aliases: [String] = [],
        _ documentation: String...,
        check: @escaping @Sendable (Value) -> String? = { _ in nil }
    ) {
        self.init(
            section, name, documentation, aliases, example: nil, allowed: Value.allowed,
            store: { value, configuration in configuration[keyPath: member] = value },
            literal: { $0[keyPath: member].tomlLiteral },
            check: check
        )
    }

    /// Declares a setting that has no default.
    init<Value: ConfigurationValue>(
        _ section: String,
        _ name: String,
        _ member: any WritableKeyPath<Configuration, Value?> & Sendable,
        example: String,
        aliases: [String] = [],
        _ documentation: String...,
        check: @escaping @Sendable (Value) -> String? = { _ in nil }
    ) {
        self.init(
            section, name, documentation, aliases, example: example, allowed: Value.allowed,
            store: { value, configuration in configuration[keyPath: member] = value },
            literal: { $0[keyPath: member]?.tomlLiteral },
            check: check
        )
    }

    private init<Value: ConfigurationValue>(
        _ section: String,
        _ name: String,
        _ documentation: [String],
        _ aliases: [String],
        example: String?,
        allowed: String,
        store: @escaping @Sendable (Value, inout Configuration) -> Void,
        literal: @escaping @Sendable (Configuration) -> String?,
        check: @escaping @Sendable (Value) -> String?
    ) {
        self.section = section
        self.name = name
        self.documentation = documentation
        self.aliases = aliases
        self.example = example
        self.allowed = allowed
        self.literal = literal
        readNode = { (node, directory, configuration) throws(ConfigurationValueError) in
            let value = try Value(node: node, directory: directory)
            if let problem = check(value) { throw ConfigurationValueError(problem) }
            store(value, &configuration)
        }
        readEnvironment = { (text, directory, configuration) throws(ConfigurationValueError) in
            let value = try Value(environment: text, directory: directory)
            if let problem = check(value) { throw ConfigurationValueError(problem) }
            store(value, &configuration)
        }
    }
}

/// Common checks of values.
enum Check {
    /// A number within limits.
    static func range<Value: Comparable & Sendable>(
        _ range: ClosedRange<Value>
    ) -> @Sendable (Value) -> String? {
        { range.contains($0) ? nil : "must be between \(range.lowerBound) and \(range.upperBound)" }
    }

    /// A text that is not empty and has at most so many bytes of UTF-8.
    static func length(_ maximum: Int) -> @Sendable (String) -> String? {
        { !$0.isEmpty && $0.utf8.count <= maximum ? nil : "must have between 1 and \(maximum) bytes" }
    }
}
