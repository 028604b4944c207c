/// Makes foreign text safe to stand in Markdown: it can neither format, nor link, nor mention, nor begin a new line.
///
/// Control characters and those that turn the direction of writing are dropped, line ends become spaces, and a text
/// longer than its limit is cut.
package enum MarkdownEscape {
    /// The most Unicode scalars that are shown unless a caller says otherwise.
    package static let defaultLimit = 200

    /// The text as a code span, in which nothing has a meaning: the form for names, ids and values.
    package static func code(_ text: String, limit: Int = defaultLimit) -> String {
        let content = plain(text, limit: limit)
        guard content.contains(where: { $0 != " " }) else { return "` `" }
        let fence = String(repeating: "`", count: longestRun(of: "`", in: content) + 1)
        let isPadded = content.first == "`" || content.last == "`" || (content.first == " " && content.last == " ")
        let padding = isPadded ? " " : ""
        return fence + padding + String(content) + padding + fence
    }

    /// The text as running text, for what reads badly as code, such as the name of a person.
    package static func text(_ text: String, limit: Int = defaultLimit) -> String {
        let content = Array(plain(text, limit: limit))
        var escaped = String.UnicodeScalarView()
        var isNumberSoFar = true
        for (index, scalar) in content.enumerated() {
            let isFirst = index == 0
            if alwaysSpecial.contains(scalar)
                || (isFirst && specialAtStart.contains(scalar))
                || (!isFirst && isNumberSoFar && (scalar == "." || scalar == ")"))
            {
                escaped.append("\\")
            }
            escaped.append(scalar)
            if beginsLink(content, at: index) { escaped.append(wordJoiner) }
            isNumberSoFar = isNumberSoFar && ("0"..."9").contains(scalar)
        }
        return String(escaped)
    }

    /// Shows nothing and stands between two characters that would make a link or a mention together.
    private static let wordJoiner: Unicode.Scalar = "\u{2060}"
    private static let alwaysSpecial: Set<Unicode.Scalar> = [
        "\\", "`", "*", "_", "[", "]", "<", ">", "&", "|", "~", "!", "$",
    ]
    private static let specialAtStart: Set<Unicode.Scalar> = ["#", "-", "+", "="]

    /// Whether the scalar is the one behind which a Matrix id, a mail address, a scheme or `www.` has to be broken.
    private static func beginsLink(_ content: [Unicode.Scalar], at index: Int) -> Bool {
        switch content[index] {
        case "@": true
        case ":": content[(index + 1)...].starts(with: ["/", "/"])
        case ".": index >= 3 && content[(index - 3)..<index].allSatisfy { $0 == "w" || $0 == "W" }
        default: false
        }
    }

    /// The text on one line, without what is not meant to be seen, at most `limit` scalars long.
    private static func plain(_ text: String, limit: Int) -> String.UnicodeScalarView {
        var result = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            guard let shown = shown(scalar) else { continue }
            if count == limit {
                result.append("…")
                break
            }
            result.append(shown)
            count += 1
        }
        return result
    }

    private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029: " "
        case 0x00...0x1F, 0x7F...0x9F: nil
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: nil
        default: scalar
        }
    }

    private static func longestRun(of wanted: Unicode.Scalar, in content: String.UnicodeScalarView) -> Int {
        var longest = 0
        var current = 0
        for scalar in content {
            current = scalar == wanted ? current + 1 : 0
            longest = max(longest, current)
        }
        return longest
    }
}
