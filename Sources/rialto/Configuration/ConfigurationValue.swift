/// A type that a setting can have: read from the file or the environment, and shown in `config.example.toml`.
protocol ConfigurationValue: Sendable {
    /// What is allowed, as part of a sentence, such as `a string`.
    static var allowed: String { get }

    /// Reads a value of the file; relative paths start from `directory`.
    init(node: TOMLNode, directory: String) throws(ConfigurationValueError)
    /// Reads a value of the environment; relative paths start from `directory`.
    init(environment text: String, directory: String) throws(ConfigurationValueError)
    /// The value as it is written in the file.
    var tomlLiteral: String { get }
}

/// Why a value was refused, to be completed with where it stands.
struct ConfigurationValueError: Error, Equatable {
    /// What is wrong and what is allowed, without the value of anything secret.
    let message: String
    /// Which element of a list is wrong, from 0.
    let element: Int?
    /// Where it stands below the key: `[2]` for the second table of a list, then the name of a member.
    let path: [String]
    /// What else is wrong with the same value.
    let others: [ConfigurationValueError]

    /// Makes an error.
    init(_ message: String, element: Int? = nil, path: [String] = [], others: [ConfigurationValueError] = []) {
        self.message = message
        self.element = element
        self.path = path
        self.others = others
    }

    /// Everything that is wrong with the value, this first.
    var all: [ConfigurationValueError] { [self] + others }

    /// A value of the file has another type.
    static func wrongType(_ node: TOMLNode, allowed: String) -> Self {
        Self("is \(node.typeName), must be \(allowed)")
    }
}

/// A value that is written as a string.
protocol TextConfigurationValue: ConfigurationValue {
    /// Reads the value from its text.
    init(text: String, directory: String) throws(ConfigurationValueError)
    /// The value's text.
    var text: String { get }
}

extension TextConfigurationValue {
    init(node: TOMLNode, directory: String) throws(ConfigurationValueError) {
        guard case .string(let text) = node else { throw .wrongType(node, allowed: Self.allowed) }
        try self.init(text: text, directory: directory)
    }

    init(environment text: String, directory: String) throws(ConfigurationValueError) {
        try self.init(text: text, directory: directory)
    }

    var tomlLiteral: String { TOMLNode.literal(text) }
}

extension String: TextConfigurationValue {
    static var allowed: String { "a string" }

    init(text: String, directory: String) throws(ConfigurationValueError) {
        self = text
    }

    var text: String { self }
}

extension Bool: ConfigurationValue {
    static var allowed: String { "true or false" }

    init(node: TOMLNode, directory: String) throws(ConfigurationValueError) {
        guard case .bool(let value) = node else { throw .wrongType(node, allowed: Self.allowed) }
        self = value
    }

    init(environment text: String, directory: String) throws(ConfigurationValueError) {
        switch text.lowercased() {
        case "true", "1", "yes", "on": self = true
        case "false", "0", "no", "off": self = false
        default: throw ConfigurationValueError("must be true or false")
        }
    }

    var tomlLiteral: String { self ? "true" : "false" }
}

extension Int: ConfigurationValue {
    static var allowed: String { "a whole number" }

    init(node: TOMLNode, directory: String) throws(ConfigurationValueError) {
        guard case .integer(let value) = node else { throw .wrongType(node, allowed: Self.allowed) }
        self = value
    }

    init(environment text: String, directory: String) throws(ConfigurationValueError) {
        guard let value = Int(text) else { throw ConfigurationValueError("must be \(Self.allowed)") }
        self = value
    }

    var tomlLiteral: String { String(self) }
}

extension Double: ConfigurationValue {
    static var allowed: String { "a number" }

    init(node: TOMLNode, directory: String) throws(ConfigurationValueError) {
        switch node {
        case .integer(let value): self = Double(value)
        case .number(let value): self = value
        default: throw .wrongType(node, allowed: Self.allowed)
        }
    }

    init(environment text: String, directory: String) throws(ConfigurationValueError) {
        guard let value = Double(text) else { throw ConfigurationValueError("must be \(Self.allowed)") }
        self = value
    }

    var tomlLiteral: String { String(self) }
}

extension Array: ConfigurationValue where Element: TextConfigurationValue {
    static var allowed: String { "a list of strings" }

    init(node: TOMLNode, directory: String) throws(ConfigurationValueError) {
        guard case .array(let nodes) = node else { throw .wrongType(node, allowed: Self.allowed) }
        self = []
        for (index, node) in nodes.enumerated() {
            do {
                append(try Element(node: node, directory: directory))
            } catch {
                throw ConfigurationValueError("element \(index + 1) \(error.message)", element: index)
            }
        }
    }

    /// Reads elements that are divided by commas.
    init(environment text: String, directory: String) throws(ConfigurationValueError) {
        self = []
        for (index, part) in text.split(separator: ",", omittingEmptySubsequences: true).enumerated() {
            do {
                append(try Element(text: part.trimmed, directory: directory))
            } catch {
                throw ConfigurationValueError("element \(index + 1) \(error.message)", element: index)
            }
        }
    }

    var tomlLiteral: String {
        "[" + map(\.tomlLiteral).joined(separator: ", ") + "]"
    }
}

/// A value that is one of a few words.
protocol ChoiceConfigurationValue: TextConfigurationValue, CaseIterable, RawRepresentable where RawValue == String {}

extension ChoiceConfigurationValue {
    static var allowed: String {
        "one of " + allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    }

    init(text: String, directory: String) throws(ConfigurationValueError) {
        let word = text.trimmed.lowercased()
        guard let value = Self(rawValue: word) else {
            let hint = Spelling.nearest(to: word, among: Self.allCases.map(\.rawValue))
                .map { "; did you mean \"\($0)\"?" }
            throw ConfigurationValueError("must be \(Self.allowed)\(hint ?? "")")
        }
        self = value
    }

    var text: String { rawValue }
}

extension StringProtocol {
    /// The text without white space around it.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
