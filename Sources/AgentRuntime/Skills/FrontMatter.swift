/// The top level of a small YAML document: the texts of its keys.
///
/// Of YAML 1.2 it reads what front matter is written in: plain, single- and double-quoted scalars on one or more lines,
/// block scalars (`|` and `>`, with `-` and `+` and an indentation), and comments. What stands deeper, or in lists and
/// flow collections, is passed over.
struct FrontMatter: Sendable {
    /// The text of a key.
    struct Entry: Hashable, Sendable {
        /// The text.
        let text: String
        /// The line of the key in the file, from 1.
        let line: Int
    }

    /// The keys whose values are texts.
    private(set) var entries: [String: Entry] = [:]

    /// Reads the lines between the two `---`; their indices are those of the file.
    init(_ lines: ArraySlice<String>, file: String) throws(SkillError) {
        var rest = lines
        var keys: Set<String> = []
        while let line = rest.first {
            let number = rest.startIndex + 1
            rest.removeFirst()
            if line.trimmed.isEmpty || line.trimmed.hasPrefix("#") { continue }
            guard line.first != "\t" else { throw SkillError(file: file, line: number, "YAML is not indented by tabs") }
            guard let colon = Self.keyEnd(in: line) else {
                throw SkillError(file: file, line: number, "this is no line of the form key: value")
            }
            let key = line[..<colon].trimmed.unquotedKey
            guard keys.insert(key).inserted else {
                throw SkillError(file: file, line: number, "the key \(key) is there already")
            }
            var scalar = Scalar(first: String(line[line.index(after: colon)...]).trimmed, file: file, line: number)
            while let next = rest.first, next.trimmed.isEmpty || next.first == " " {
                scalar.add(next)
                rest.removeFirst()
            }
            // A list may stand at the indentation of its key.
            if scalar.isEmpty, rest.first.map(Self.isItem) ?? false {
                while let next = rest.first, Self.isItem(next) || next.first == " " || next.trimmed.isEmpty {
                    rest.removeFirst()
                }
            }
            if let text = try scalar.text() { entries[key] = Entry(text: text, line: number) }
        }
    }

    private static func isItem(_ line: String) -> Bool { line.hasPrefix("- ") || line == "-" }

    /// The colon behind a key that begins its line; nil where there is none, or nothing before it.
    private static func keyEnd(in line: String) -> String.Index? {
        guard line.first != " ", let colon = line.firstIndex(of: ":"), colon > line.startIndex else { return nil }
        let after = line.index(after: colon)
        guard after == line.endIndex || line[after].isWhitespace else { return nil }
        return colon
    }
}

extension StringProtocol {
    /// The text without white space at its ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }

    /// The text without white space at its end.
    var trimmedEnd: String {
        lastIndex { !$0.isWhitespace }.map { String(self[...$0]) } ?? ""
    }

    fileprivate var unquotedKey: String {
        guard count >= 2, let quote = first, quote == "\"" || quote == "'", last == quote else { return String(self) }
        return String(dropFirst().dropLast())
    }
}
