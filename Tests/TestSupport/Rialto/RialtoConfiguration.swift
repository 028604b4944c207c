/// A configuration file of the program in the making.
package struct RialtoConfiguration: Sendable {
    /// A value as TOML writes it.
    package enum Value: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
        ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
    {
        /// A string.
        case string(String)
        /// A whole number.
        case integer(Int)
        /// A truth value.
        case boolean(Bool)
        /// An array of strings.
        case strings([String])

        /// Makes a string.
        package init(stringLiteral value: String) { self = .string(value) }
        /// Makes a number.
        package init(integerLiteral value: Int) { self = .integer(value) }
        /// Makes a truth value.
        package init(booleanLiteral value: Bool) { self = .boolean(value) }
        /// Makes an array.
        package init(arrayLiteral elements: String...) { self = .strings(elements) }

        fileprivate var toml: String {
            switch self {
            case .string(let text): Self.quoted(text)
            case .integer(let number): String(number)
            case .boolean(let flag): String(flag)
            case .strings(let texts): "[" + texts.map(Self.quoted).joined(separator: ", ") + "]"
            }
        }

        private static func quoted(_ text: String) -> String {
            let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "\"\(escaped)\""
        }
    }

    private var sections: [String: [String: Value]] = [:]

    /// Makes an empty configuration.
    package init() {}

    /// A key of a section; nil leaves it out.
    package subscript(_ section: String, _ key: String) -> Value? {
        get { sections[section]?[key] }
        set { sections[section, default: [:]][key] = newValue }
    }

    /// The text of the file, with sections and keys in alphabetical order.
    package var toml: String {
        sections.sorted { $0.key < $1.key }.map { name, keys in
            let lines = keys.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.toml)\n" }
            return "[\(name)]\n" + lines.joined()
        }.joined(separator: "\n")
    }
}
