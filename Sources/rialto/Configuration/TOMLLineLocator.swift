/// Knows on which line of a TOML document each table, key and list element stands.
///
/// It reads documents that a TOML parser has accepted; of anything else it makes something without failing. Members of
/// inline tables stand on the line of their table. The second table of a list of tables is `[2]` in a path.
struct TOMLLineLocator: Sendable {
    private var lines: [[String]: Int] = [:]
    private var elementLines: [[String]: [Int]] = [:]

    /// Reads a document.
    init(_ source: String) {
        var scanner = Scanner(source)
        scanner.scan()
        lines = scanner.lines
        elementLines = scanner.elementLines
    }

    /// How a path names a table of a list, counted from 1.
    static func member(_ number: Int) -> String { "[\(number)]" }

    /// The line, from 1, of a key or table; where it is not known, that of the table around it.
    func line(of path: [String]) -> Int? {
        var path = path
        while !path.isEmpty {
            if let line = lines[path] { return line }
            path.removeLast()
        }
        return nil
    }

    /// The line, from 1, of an element of a list; where it is not known, that of the list's key.
    func line(of path: [String], element: Int?) -> Int? {
        if let element, let known = elementLines[path], known.indices.contains(element) { return known[element] }
        return line(of: path)
    }
}

extension TOMLLineLocator {
    /// Goes through the document once, byte by byte.
    private struct Scanner {
        var lines: [[String]: Int] = [:]
        var elementLines: [[String]: [Int]] = [:]
        private let bytes: [UInt8]
        private var position = 0
        private var line = 1
        private var table: [String] = []
        private var tableCounts: [[String]: Int] = [:]

        init(_ source: String) {
            bytes = Array(source.utf8)
        }

        mutating func scan() {
            while let byte = current {
                switch byte {
                case "\n", " ", "\t", "\r": advance()
                case "#": skipComment()
                case "[": scanHeader()
                default: scanKeyAndValue()
                }
            }
        }

        private var current: Character? {
            bytes.indices.contains(position) ? Character(Unicode.Scalar(bytes[position])) : nil
        }

        private mutating func advance(_ count: Int = 1) {
            for _ in 0..<count where position < bytes.count {
                if bytes[position] == UInt8(ascii: "\n") { line += 1 }
                position += 1
            }
        }

        private func starts(with text: StaticString) -> Bool {
            let count = text.utf8CodeUnitCount
            return position + count <= bytes.count
                && (0..<count).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
        }

        private mutating func skipComment() {
            while let byte = current, byte != "\n" { advance() }
        }

        private mutating func skipSpaces() {
            while let byte = current, byte == " " || byte == "\t" { advance() }
        }

        private mutating func note(_ path: [String], line: Int) {
            if lines[path] == nil { lines[path] = line }
        }

        private mutating func scanHeader() {
            let start = line
            let isListed = starts(with: "[[")
            while current == "[" { advance() }
            table = scanKey()
            if isListed {
                let count = tableCounts[table, default: 0] + 1
                tableCounts[table] = count
                table.append(TOMLLineLocator.member(count))
            }
            for length in 0..<table.count { note(Array(table[...length]), line: start) }
            skipComment()
        }

        private mutating func scanKeyAndValue() {
            let start = line
            let before = position
            let path = table + scanKey()
            for length in table.count..<max(path.count, table.count) { note(Array(path[...length]), line: start) }
            skipSpaces()
            guard current == "=" else {
                if position == before { advance() }
                return
            }
            advance()
            scanValue(of: path, depth: 0)
            skipComment()
        }

        /// Reads a key with its dots, up to what follows it.
        private mutating func scanKey() -> [String] {
            var parts: [String] = []
            while true {
                skipSpaces()
                guard let byte = current else { return parts }
                if byte == "\"" || byte == "'" {
                    let start = position
                    skipString()
                    parts.append(Self.unquoted(bytes[start..<position]))
                } else {
                    let start = position
                    while let byte = current, byte.isLetter || byte.isNumber || byte == "_" || byte == "-" { advance() }
                    guard position > start else { return parts }
                    parts.append(String(decoding: bytes[start..<position], as: UTF8.self))
                }
                skipSpaces()
                guard current == "." else { return parts }
                advance()
            }
        }

        private mutating func scanValue(of path: [String], depth: Int) {
            skipSpaces()
            guard let byte = current else { return }
            switch byte {
            case "\"", "'": skipString()
            case "[": scanList(of: path, depth: depth)
            case "{": skipInlineTable()
            default:
                while let byte = current, !",]}#\n".contains(byte) { advance() }
            }
        }

        private mutating func scanList(of path: [String], depth: Int) {
            var found: [Int] = []
            advance()
            while let byte = current, byte != "]" {
                switch byte {
                case "\n", " ", "\t", "\r", ",": advance()
                case "#": skipComment()
                default:
                    found.append(line)
                    if depth == 0 { note(path + [TOMLLineLocator.member(found.count)], line: line) }
                    let before = position
                    if depth < 64 { scanValue(of: path, depth: depth + 1) }
                    if position == before { advance() }
                }
            }
            advance()
            if depth == 0 { elementLines[path] = found }
        }

        private mutating func skipInlineTable() {
            var depth = 0
            while let byte = current {
                switch byte {
                case "{": depth += 1
                case "}": depth -= 1
                case "\"", "'":
                    skipString()
                    continue
                case "#":
                    skipComment()
                    continue
                default: break
                }
                advance()
                if depth == 0 { return }
            }
        }

        /// Skips a string of any of the four kinds.
        private mutating func skipString() {
            let isBasic = current == "\""
            let quote: Character = isBasic ? "\"" : "'"
            if starts(with: "\"\"\"") || starts(with: "'''") {
                advance(3)
                while current != nil, !(isBasic ? starts(with: "\"\"\"") : starts(with: "'''")) {
                    advance(isBasic && current == "\\" ? 2 : 1)
                }
                advance(3)
                // Up to two further quotes belong to the text.
                while current == quote { advance() }
                return
            }
            advance()
            while let byte = current, byte != quote, byte != "\n" { advance(isBasic && byte == "\\" ? 2 : 1) }
            if current == quote { advance() }
        }

        private static func unquoted(_ quoted: ArraySlice<UInt8>) -> String {
            let inner = String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
            guard quoted.first == UInt8(ascii: "\""), inner.contains("\\") else { return inner }
            guard case .string(let key)? = try? TOMLNode.parse("key = \"\(inner)\"")["key"] else { return inner }
            return key
        }
    }
}
