/// Finds string literals in Swift source that could be meant for people.
///
/// A literal counts when it has two words or any letter outside of ASCII, unless it is an argument of a call that is
/// for operators: a log line, an error's description, or the reason for ignoring a message.
enum SourceLiterals {
    private static let forOperators = [
        "logger.trace", "logger.debug", "logger.info", "logger.notice", "logger.warning", "logger.error",
        "UnknownRecord", "HomeserverError", ".ignore",
    ]

    /// The literals that count, without their interpolations.
    static func prose(in source: String) -> [String] {
        var scanner = Scanner(source)
        scanner.scan()
        return scanner.found
    }

    private struct Scanner {
        var found: [String] = []
        private let text: [Character]
        private var position = 0
        private var callees: [String] = []

        init(_ source: String) {
            text = Array(source)
        }

        mutating func scan() {
            scan(until: nil)
        }

        /// Scans code up to the parenthesis that closes an interpolation, or to the end.
        private mutating func scan(until isInterpolation: Bool?) {
            let depth = callees.count
            while position < text.count {
                switch text[position] {
                case "/" where starts(with: "//"):
                    while position < text.count, text[position] != "\n" { position += 1 }
                case "(":
                    callees.append(callee())
                    position += 1
                case ")":
                    position += 1
                    if isInterpolation != nil, callees.count == depth { return }
                    if !callees.isEmpty { callees.removeLast() }
                case "#" where starts(with: "#\""):
                    position += 1
                    scanLiteral(closedBy: "\"#", isRaw: true)
                case "\"":
                    scanLiteral(closedBy: starts(with: "\"\"\"") ? "\"\"\"" : "\"", isRaw: false)
                default:
                    position += 1
                }
            }
        }

        private mutating func scanLiteral(closedBy end: String, isRaw: Bool) {
            position += isRaw ? 1 : end.count
            var literal = ""
            while position < text.count, !starts(with: end) {
                if !isRaw, starts(with: "\\(") {
                    position += 2
                    scan(until: true)
                } else if !isRaw, text[position] == "\\" {
                    position += 2
                } else {
                    literal.append(text[position])
                    position += 1
                }
            }
            position += end.count
            if isProse(literal), !callees.contains(where: isForOperators) { found.append(literal) }
        }

        private func isProse(_ literal: String) -> Bool {
            let words = literal.split(whereSeparator: { $0.isWhitespace }).filter { $0.contains(where: \.isLetter) }
            return words.count > 1 || literal.contains { $0.isLetter && !$0.isASCII }
        }

        private func isForOperators(_ callee: String) -> Bool {
            SourceLiterals.forOperators.contains { callee.hasSuffix($0) }
        }

        private func callee() -> String {
            var start = position
            while start > 0, text[start - 1].isLetter || text[start - 1].isNumber || "._".contains(text[start - 1]) {
                start -= 1
            }
            return String(text[start..<position])
        }

        private func starts(with expected: String) -> Bool {
            text[position...].starts(with: expected)
        }
    }
}
