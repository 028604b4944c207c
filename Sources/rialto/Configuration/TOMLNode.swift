import TOMLKit

/// A value of a TOML document.
enum TOMLNode: Hashable, Sendable {
    /// A string.
    case string(String)
    /// An integer.
    case integer(Int)
    /// A number with a fraction.
    case number(Double)
    /// A Boolean.
    case bool(Bool)
    /// An array.
    case array([TOMLNode])
    /// A table.
    case table([String: TOMLNode])
    /// A date or a time.
    case moment

    /// The type, as part of a sentence.
    var typeName: String {
        switch self {
        case .string: "a string"
        case .integer: "a whole number"
        case .number: "a number"
        case .bool: "true or false"
        case .array: "a list"
        case .table: "a table"
        case .moment: "a date or time"
        }
    }

    /// A string as it is written in TOML.
    static func literal(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": literal += "\\\""
            case "\\": literal += "\\\\"
            case "\n": literal += "\\n"
            case "\t": literal += "\\t"
            case let control where control.value < 0x20 || control.value == 0x7F:
                let digits = String(control.value, radix: 16, uppercase: true)
                literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }
}

/// Why a text is not TOML.
struct TOMLSyntaxError: Error, Equatable {
    /// What is wrong.
    let message: String
    /// The line, from 1.
    let line: Int
    /// The column, from 1.
    let column: Int
}

extension TOMLNode {
    /// Reads a TOML document into its root table.
    static func parse(_ source: String) throws(TOMLSyntaxError) -> [String: TOMLNode] {
        // The parser takes a C string and would silently stop at a null byte.
        if let position = source.utf8.firstIndex(of: 0) {
            let line = source.utf8[..<position].count { $0 == UInt8(ascii: "\n") } + 1
            throw TOMLSyntaxError(message: "a null byte is not allowed", line: line, column: 1)
        }
        do {
            return members(of: try TOMLTable(string: source))
        } catch let error as TOMLParseError {
            throw TOMLSyntaxError(
                message: error.description,
                line: error.source.begin.line,
                column: error.source.begin.column
            )
        } catch {
            throw TOMLSyntaxError(message: "this is not TOML", line: 1, column: 1)
        }
    }

    private static func members(of table: TOMLTable) -> [String: TOMLNode] {
        var members: [String: TOMLNode] = [:]
        for key in table.keys {
            if let value = table[key] { members[key] = TOMLNode(value) }
        }
        return members
    }

    private init(_ value: any TOMLValueConvertible) {
        switch value.type {
        case .table: self = .table(value.table.map(Self.members) ?? [:])
        case .array: self = .array(value.array.map { $0.map(TOMLNode.init) } ?? [])
        case .string: self = .string(value.string ?? "")
        case .int: self = .integer(value.int ?? 0)
        case .double: self = .number(value.double ?? 0)
        case .bool: self = .bool(value.bool ?? false)
        case .date, .time, .dateTime: self = .moment
        }
    }
}
