import Foundation
import Logging

/// One line of the log before it has a form.
struct LogRecord: Sendable {
    /// When it was logged.
    var date: Date
    /// Its level.
    var level: Logger.Level
    /// Which part of the program logged it.
    var label: String
    /// What happened.
    var message: String
    /// What belongs to it, with secrets already removed.
    var metadata: Logger.Metadata

    /// Makes a record; metadata whose key names a secret loses its value.
    init(date: Date, level: Logger.Level, label: String, message: String, metadata: Logger.Metadata) {
        self.date = date
        self.level = level
        self.label = label
        self.message = message
        self.metadata = Self.redacted(metadata)
    }

    /// The form for people: time, level, part, message and metadata on one line.
    func consoleLine(colored: Bool) -> String {
        let level = level.rawValue.uppercased().padding(toLength: 8, withPad: " ", startingAt: 0)
        let fields = metadata.sorted { $0.key < $1.key }
            .map { " \(ControlCharacters.escaped($0.key))=\(Self.consoleText($0.value))" }
            .joined()
        let time = date.formatted(Self.timestamp)
        let text = ControlCharacters.escaped(message)
        guard colored else { return "\(time) \(level) \(label): \(text)\(fields)\n" }
        return "\u{1B}[2m\(time)\u{1B}[0m \(color)\(level)\u{1B}[0m \(text)\u{1B}[2m\(fields)\u{1B}[0m\n"
    }

    /// The form for machines: one JSON object on one line.
    func jsonLine() -> String {
        var members: [(String, String)] = [
            ("ts", Self.jsonText(date.formatted(Self.timestamp))),
            ("level", Self.jsonText(level.rawValue)),
            ("service", Self.jsonText("rialto")),
            ("logger", Self.jsonText(label)),
            ("msg", Self.jsonText(message)),
        ]
        let reserved = members.map(\.0)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            members.append((reserved.contains(key) ? "metadata.\(key)" : key, Self.jsonText(value)))
        }
        return "{" + members.map { "\(Self.jsonText($0)):\($1)" }.joined(separator: ",") + "}\n"
    }
}

extension LogRecord {
    private static let timestamp = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    private var color: String {
        switch level {
        case .trace, .debug: "\u{1B}[2m"
        case .info: "\u{1B}[32m"
        case .notice: "\u{1B}[36m"
        case .warning: "\u{1B}[33m"
        case .error, .critical: "\u{1B}[31m"
        }
    }

    /// Keys whose values are secrets, alone or at the end of a longer key such as `matrix_access_token`.
    private static let secretKeys = ["token", "authorization", "password", "secret", "api_key", "apikey", "cookie"]

    private static func redacted(_ metadata: Logger.Metadata) -> Logger.Metadata {
        var redacted = metadata
        for (key, value) in metadata {
            redacted[key] = isSecret(key) ? "(redacted)" : Self.redacted(value)
        }
        return redacted
    }

    private static func redacted(_ value: Logger.MetadataValue) -> Logger.MetadataValue {
        switch value {
        case .dictionary(let members): .dictionary(redacted(members))
        case .array(let elements): .array(elements.map(redacted))
        case .string, .stringConvertible: value
        @unknown default: value
        }
    }

    private static func isSecret(_ key: String) -> Bool {
        // Keys are compared in one spelling, so that accessToken, access-token and ACCESS_TOKEN are all found.
        let isMixedCase = key.contains(where: \.isLowercase)
        var name = ""
        for character in key {
            if isMixedCase, character.isUppercase, let last = name.last, last != "_" { name += "_" }
            name += character == "-" || character == "." ? "_" : character.lowercased()
        }
        return secretKeys.contains { name == $0 || name.hasSuffix("_\($0)") }
    }

    private static func consoleText(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string, .stringConvertible:
            let text = ControlCharacters.escaped("\(value)")
            let isWord = !text.isEmpty && !text.contains { $0 == " " || $0 == "\"" || $0 == "=" }
            return isWord ? text : jsonText(text)
        default: return jsonText(value)
        }
    }

    private static func jsonText(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .array(let elements): return "[" + elements.map { jsonText($0) }.joined(separator: ",") + "]"
        case .dictionary(let members):
            let sorted = members.sorted { $0.key < $1.key }
            return "{" + sorted.map { "\(jsonText($0.key)):\(jsonText($0.value))" }.joined(separator: ",") + "}"
        default: return jsonText("\(value)")
        }
    }

    private static func jsonText(_ text: String) -> String {
        var json = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\n": json += "\\n"
            case "\r": json += "\\r"
            case "\t": json += "\\t"
            case let scalar where ControlCharacters.isUnsafe(scalar):
                let digits = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }
}
