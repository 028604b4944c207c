extension FrontMatter {
    /// The value of one key, line by line (YAML 1.2, chapters 7 and 8).
    struct Scalar: Sendable {
        private let first: String
        private let file: String
        private let line: Int
        private var lines: [String] = []

        /// Begins with what stands behind the colon.
        init(first: String, file: String, line: Int) {
            self.first = first
            self.file = file
            self.line = line
        }

        /// Adds a further line, as it is.
        mutating func add(_ line: String) {
            lines.append(line)
        }

        /// Whether nothing stands behind the colon and below it.
        var isEmpty: Bool { (first.isEmpty || first.hasPrefix("#")) && lines.allSatisfy(\.trimmed.isEmpty) }

        /// The text; nil for a value that is none, such as a list.
        func text() throws(SkillError) -> String? {
            switch first.first {
            case "|", ">": return try block()
            case "\"", "'": return try quoted()
            case "[", "{", "&", "*", "!": return nil
            case "@", "`", "%": throw error("a plain value cannot begin with \(first.prefix(1)); put it into quotes")
            default: break
            }
            if first.isEmpty || first.hasPrefix("#") {
                // A value below its key is a text unless its first line is an item of a list or a key.
                guard let begin = lines.first(where: { !$0.trimmed.isEmpty })?.trimmed else { return "" }
                if begin.hasPrefix("- ") || begin == "-" || Self.isKey(begin) { return nil }
                return try plain(lines)
            }
            return try plain([first] + lines)
        }

        private static func isKey(_ text: String) -> Bool { text.hasSuffix(":") || text.contains(": ") }

        private func plain(_ lines: [String]) throws(SkillError) -> String {
            var kept: [String] = []
            for line in lines {
                let text = line.trimmed
                if text.hasPrefix("#") { break }
                let comment = text.firstRange(of: " #")
                let value = comment.map { text[..<$0.lowerBound].trimmed } ?? text
                if value.contains(": ") || value.hasSuffix(":") {
                    throw error("a plain value cannot contain a colon and a space; put it into quotes")
                }
                kept.append(value)
                if comment != nil { break }
            }
            return Self.folded(kept)
        }

        /// Lines as one text: a line break is a space, and so many empty lines are so many line breaks.
        private static func folded(_ lines: [String]) -> String {
            var text = ""
            var blank = 0
            for line in lines {
                if line.isEmpty {
                    blank += 1
                    continue
                }
                if !text.isEmpty { text += blank > 0 ? String(repeating: "\n", count: blank) : " " }
                text += line
                blank = 0
            }
            return text
        }

        private func quoted() throws(SkillError) -> String {
            let isDouble = first.hasPrefix("\"")
            let source = Self.folded([first] + lines.map(\.trimmed))
            var text = ""
            var rest = source.dropFirst()
            while let character = rest.popFirst() {
                if isDouble, character == "\\" {
                    text += try escaped(&rest)
                } else if !isDouble, character == "'", rest.first == "'" {
                    rest.removeFirst()
                    text += "'"
                } else if character == (isDouble ? "\"" : "'") {
                    guard rest.trimmed.isEmpty || rest.trimmed.hasPrefix("#") else {
                        throw error("there is something behind the closing quote")
                    }
                    return text
                } else {
                    text.append(character)
                }
            }
            throw error("the quote is never closed")
        }

        private func escaped(_ rest: inout Substring) throws(SkillError) -> String {
            guard let character = rest.popFirst() else { throw error("the quote is never closed") }
            switch character {
            case "n": return "\n"
            case "t": return "\t"
            case "\"", "\\", "/", " ": return String(character)
            case "x", "u", "U":
                let count = character == "x" ? 2 : character == "u" ? 4 : 8
                let digits = rest.prefix(count)
                guard digits.count == count, let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
                else { throw error("\\\(character) needs \(count) hexadecimal digits of a character") }
                rest.removeFirst(count)
                return String(Character(scalar))
            default: throw error("there is no escape \\\(character)")
            }
        }

        private func block() throws(SkillError) -> String {
            let header = first.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0].trimmed
            let marks = header.dropFirst()
            let digits = marks.filter { ("1"..."9").contains($0) }
            let chomping = marks.filter { $0 == "-" || $0 == "+" }
            guard digits.count <= 1, chomping.count <= 1, digits.count + chomping.count == marks.count else {
                throw error("\(header) is no head of a block; write | or >, with - or + and an indentation")
            }
            let filled = lines.first { !$0.trimmed.isEmpty }
            let indent = Int(digits) ?? filled?.prefix { $0 == " " }.count ?? 0
            var content: [String] = []
            for line in lines {
                let isBlank = line.trimmed.isEmpty
                guard isBlank || line.prefix(while: { $0 == " " }).count >= indent, isBlank || indent > 0 else {
                    throw error("a line of the block is indented less than its first one")
                }
                content.append(line.count >= indent ? String(line.dropFirst(indent)) : "")
            }
            var trailing = 0
            while let last = content.last, last.trimmed.isEmpty {
                content.removeLast()
                trailing += 1
            }
            guard !content.isEmpty else { return "" }
            let text = header.hasPrefix(">") ? Self.foldedBlock(content) : content.joined(separator: "\n")
            switch chomping {
            case "-": return text
            case "+": return text + String(repeating: "\n", count: trailing + 1)
            default: return text + "\n"
            }
        }

        /// As `folded`, but lines that are indented further keep their breaks.
        private static func foldedBlock(_ lines: [String]) -> String {
            var text = ""
            var blank = 0
            var wasIndented = false
            for (index, line) in lines.enumerated() {
                if line.isEmpty {
                    blank += 1
                    continue
                }
                let isIndented = line.first?.isWhitespace == true
                if index > blank {
                    let breaks = blank + (isIndented || wasIndented ? 1 : 0)
                    text += breaks > 0 ? String(repeating: "\n", count: breaks) : " "
                } else {
                    text += String(repeating: "\n", count: blank)
                }
                text += line
                blank = 0
                wasIndented = isIndented
            }
            return text
        }

        private func error(_ message: String) -> SkillError { SkillError(file: file, line: line, message) }
    }
}
