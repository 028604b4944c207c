import Bridge

/// A text prepared for cmark, so that parsing loses nothing and takes bounded time.
///
/// A line that starts with `[` or `<` gets an invisible mark before it, which the HTML writer drops: it starts neither a
/// link definition nor an HTML block then, both of which cmark would swallow. Definitions that links can use are put
/// before the text instead. The same mark ends nesting beyond what Matrix allows.
struct MarkdownSource {
    /// The mark: a control character that HTML does not allow.
    static let mark: UInt8 = 0x02

    /// The text that cmark parses, in UTF-8.
    let bytes: [UInt8]
    /// Whether the text's tables are small enough: cmark fills up short rows and looks at each pipe several times.
    let allowsTables: Bool
    private let lines: [ArraySlice<UInt8>]

    private static let maximumColumns = 200
    private static let maximumCells = 131_072
    private static let maximumLabel = 200
    private static let maximumTarget = 1_024

    init(_ markdown: String) {
        var definitions: [UInt8] = []
        var text: [UInt8] = []
        var fences = CodeFences()
        let source = CodeFences.lines(of: Array(markdown.utf8))
        for line in source {
            let scanned = fences.consume(line)
            let content = line.dropFirst(scanned.contentOffset)
            guard scanned.kind == .text, let first = content.first,
                scanned.exceedsNesting || first == UInt8(ascii: "[") || first == UInt8(ascii: "<")
            else {
                text += line
                continue
            }
            text += line.prefix(scanned.contentOffset)
            text.append(Self.mark)
            text += content
            if let definition = Self.definition(in: content) { definitions += definition }
        }
        if !definitions.isEmpty { definitions.append(UInt8(ascii: "\n")) }
        bytes = definitions + text
        lines = CodeFences.lines(of: bytes)
        let columns = lines.lazy.map { $0.count { $0 == UInt8(ascii: "|") } }.max() ?? 0
        allowsTables = columns <= Self.maximumColumns && (columns + 1) * lines.count <= Self.maximumCells
    }

    /// What the row that starts at this position has beyond its table's columns, which cmark drops.
    func surplusCells(ofRowAt start: (line: Int, byte: Int), columns: Int) -> ArraySlice<String> {
        guard lines.indices.contains(start.line) else { return [] }
        var row = lines[start.line].dropFirst(max(0, start.byte)).drop { $0 == UInt8(ascii: " ") }
        if row.first == UInt8(ascii: "|") { row = row.dropFirst() }
        var cells: [String] = []
        var cell: [UInt8] = []
        var isEscaped = false
        for byte in row where byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\r") {
            if byte == UInt8(ascii: "|"), !isEscaped {
                cells.append(String(decoding: cell, as: UTF8.self))
                cell = []
            } else {
                cell.append(byte)
            }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        }
        cells.append(String(decoding: cell, as: UTF8.self))
        if cells.last?.allSatisfy(\.isWhitespace) == true { cells.removeLast() }
        return cells.dropFirst(columns)
    }

    /// The link definition that a line starting with `[` is, written so that it stands alone (CommonMark, section 4.7).
    private static func definition(in line: ArraySlice<UInt8>) -> [UInt8]? {
        guard line.first == UInt8(ascii: "["), let end = line.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let label = line[(line.startIndex + 1)..<end]
        guard (1...maximumLabel).contains(label.count), label.first != UInt8(ascii: "^"),
            !label.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "\\") || $0 < 0x20 }),
            label.contains(where: { $0 != UInt8(ascii: " ") }),
            line[(end + 1)...].first == UInt8(ascii: ":")
        else { return nil }
        let isSpace = { (byte: UInt8) in byte <= 0x20 }
        let rest = line[(end + 2)...].drop(while: isSpace)
        var target = rest.prefix { !isSpace($0) }
        let title = rest.dropFirst(target.count).drop(while: isSpace)
        if target.first == UInt8(ascii: "<"), target.last == UInt8(ascii: ">") {
            target = target.dropFirst().dropLast()
        }
        guard target.count <= maximumTarget, !target.contains(where: { "<>\\".utf8.contains($0) }),
            title.first.map({ "\"'(".utf8.contains($0) }) ?? true,
            LinkTarget.href(String(decoding: target, as: UTF8.self)) != nil
        else { return nil }
        return [UInt8(ascii: "[")] + label + Array("]: <".utf8) + target + Array(">\n".utf8)
    }
}
