/// Shows Markdown on a terminal: a plain rendering of the blocks and marks that agents write.
///
/// It is made for a text that is still growing: an open code fence or mark is shown as far as it goes.
enum MarkdownLines {
    /// The lines that a text takes in a terminal of that width.
    static func render(_ markdown: String, width: Int) -> [StyledLine] {
        var lines: [StyledLine] = []
        var fence: String?
        for source in ControlCharacters.removed(markdown).split(separator: "\n", omittingEmptySubsequences: false) {
            let line = String(source.replacing("\t", with: "    "))
            let content = line.drop { $0 == " " }
            if let open = fence {
                if content.hasPrefix(open), content.allSatisfy({ $0 == open.first || $0 == " " }) {
                    fence = nil
                } else {
                    lines += code(line, width: width)
                }
                continue
            }
            if content.hasPrefix("```") || content.hasPrefix("~~~") {
                fence = String(content.prefix { $0 == content.first })
                continue
            }
            lines += block(content, indent: line.count - content.count, width: width)
        }
        return trimmed(lines)
    }

    private static func code(_ line: String, width: Int) -> [StyledLine] {
        StyledLine.wrap([StyledSpan(line, .code)], width: width, first: "    ", rest: "    ", keepsSpaces: true)
    }

    private static func block(_ content: Substring, indent: Int, width: Int) -> [StyledLine] {
        if content.isEmpty { return [StyledLine([])] }
        let marks = content.prefix { $0 == "#" }
        if (1...6).contains(marks.count), content.dropFirst(marks.count).first == " " {
            let title = content.dropFirst(marks.count).trimmed
            return StyledLine.wrap(inline(title, base: .bold), width: width)
        }
        if isRule(content) { return [StyledLine([StyledSpan(String(repeating: "─", count: min(width, 40)), .dim)])] }
        if content.first == ">" {
            let quoted = content.drop { $0 == ">" || $0 == " " }
            return StyledLine.wrap(inline(String(quoted), base: .dim), width: width, first: "│ ", rest: "│ ")
        }
        let margin = String(repeating: " ", count: min(indent, 16))
        if let first = content.first, "-*+".contains(first), content.dropFirst().first == " " {
            return item(content.dropFirst(2), marker: "• ", margin: margin, width: width)
        }
        let digits = content.prefix { $0.isASCII && $0.isNumber }
        let afterDigits = content.dropFirst(digits.count)
        if (1...9).contains(digits.count), let mark = afterDigits.first, mark == "." || mark == ")",
            afterDigits.dropFirst().first == " "
        {
            return item(afterDigits.dropFirst(2), marker: "\(digits)\(mark) ", margin: margin, width: width)
        }
        return StyledLine.wrap(inline(String(content)), width: width, first: margin, rest: margin)
    }

    private static func item(_ text: Substring, marker: String, margin: String, width: Int) -> [StyledLine] {
        let rest = margin + String(repeating: " ", count: marker.count)
        return StyledLine.wrap(inline(text.trimmed), width: width, first: margin + marker, rest: rest)
    }

    private static func isRule(_ content: Substring) -> Bool {
        let marks = content.filter { $0 != " " }
        guard marks.count >= 3, let mark = marks.first, "-*_".contains(mark) else { return false }
        return marks.allSatisfy { $0 == mark }
    }

    private static func trimmed(_ lines: [StyledLine]) -> [StyledLine] {
        let start = lines.firstIndex { !$0.plain.trimmed.isEmpty } ?? lines.endIndex
        let end = lines.lastIndex { !$0.plain.trimmed.isEmpty } ?? start
        return start == lines.endIndex ? [] : Array(lines[start...end])
    }
}

extension MarkdownLines {
    /// Divides the text of a line into styled pieces; a mark without its partner is shown as it is.
    static func inline(_ text: String, base: TextStyle = []) -> [StyledSpan] {
        var spans: [StyledSpan] = []
        var plain = ""
        var rest = Substring(text)
        func flush() {
            if !plain.isEmpty { spans.append(StyledSpan(plain, base)) }
            plain = ""
        }
        while let character = rest.first {
            if character == "\\", let next = rest.dropFirst().first, next.isPunctuation || next.isSymbol {
                plain.append(next)
                rest = rest.dropFirst(2)
            } else if let match = marked(rest, isInsideWord: plain.last?.isLetter == true) {
                flush()
                if match.style == .code {
                    spans.append(StyledSpan(match.inner, base.union(.code)))
                } else {
                    spans += inline(match.inner, base: base.union(match.style))
                }
                rest = match.rest
            } else if character == "[", let link = link(rest) {
                flush()
                spans += inline(link.title, base: base)
                if link.title != link.target { spans.append(StyledSpan(" (\(link.target))", base.union(.dim))) }
                rest = link.rest
            } else {
                plain.append(character)
                rest = rest.dropFirst()
            }
        }
        flush()
        return spans
    }

    private static func marked(
        _ text: Substring,
        isInsideWord: Bool
    ) -> (inner: String, style: TextStyle, rest: Substring)? {
        if text.first == "`" {
            let mark = String(text.prefix { $0 == "`" })
            guard let end = text.dropFirst(mark.count).firstRange(of: mark) else { return nil }
            let inner = text[text.index(text.startIndex, offsetBy: mark.count)..<end.lowerBound]
            return inner.isEmpty ? nil : (String(inner), .code, text[end.upperBound...])
        }
        for (mark, style) in [("**", TextStyle.bold), ("__", .bold), ("*", .italic), ("_", .italic)] {
            guard text.hasPrefix(mark), !(mark.first == "_" && isInsideWord) else { continue }
            let body = text.dropFirst(mark.count)
            guard let first = body.first, first != " ", first != mark.first, let end = body.firstRange(of: mark),
                let last = body[..<end.lowerBound].last, last != " "
            else { continue }
            return (String(body[..<end.lowerBound]), style, body[end.upperBound...])
        }
        return nil
    }

    private static func link(_ text: Substring) -> (title: String, target: String, rest: Substring)? {
        guard let middle = text.firstRange(of: "]("), let end = text[middle.upperBound...].firstIndex(of: ")") else {
            return nil
        }
        let title = text[text.index(after: text.startIndex)..<middle.lowerBound]
        guard !title.isEmpty, !title.contains("[") else { return nil }
        return (String(title), String(text[middle.upperBound..<end]), text[text.index(after: end)...])
    }
}
