/// The places where one part of a split answer may end.
///
/// Everything here follows from the text up to a place and the one character after the white space that follows it, so
/// that more text never changes what was decided. Offsets are in UTF-8 bytes from the part's start.
struct PartDraft {
    /// How good a place is, the best first.
    enum Rank {
        /// Between two blocks that no list, quote or fence holds together.
        case block
        /// After a line, outside code and tables.
        case line
        /// After any line.
        case anyLine
    }

    private struct Boundary {
        let offset: Int
        let rank: Rank
        let fence: CodeFence?
        let header: Range<Int>?
    }

    let opening: String
    let length: Int
    /// Whether all the rest lies within the window.
    let isWhole: Bool
    /// UTF-8 length of the text that was looked at.
    let windowLength: Int
    private let rest: Substring
    private let bytes: [UInt8]
    private let hiddenPrefix: Int
    private var boundaries: [Boundary] = []
    /// From where on a part needs room for a closing fence, and for which; each longer than the one before.
    private var reserves: [(offset: Int, text: String)] = []

    /// - Parameters:
    ///   - rest: the text from the part's start, without white space at its end.
    ///   - opening: what the part repeats before the text.
    ///   - fence: the fence that `opening` reopens.
    ///   - window: the number of bytes that the part has at most.
    init(rest: Substring, opening: String, fence: CodeFence?, window: Int) {
        self.rest = rest
        length = rest.utf8.count
        isWhole = length <= window
        windowLength = min(length, window)
        // One line ending and one character more than the window tell what follows its last place.
        bytes = Array(rest.utf8.prefix(window + 2))
        let lines = CodeFences.lines(of: bytes)
        var fences = CodeFences()
        for line in CodeFences.lines(of: Array(opening.utf8)) { fences.consume(line) }
        var hidden = 0
        // The part before has shown a closing fence, which is this one.
        if fence != nil, let first = lines.first {
            var ahead = fences
            if ahead.consume(first).kind == .fenceCloser { hidden = first.count }
        }
        hiddenPrefix = hidden
        self.opening = hidden > 0 ? "" : opening
        if hidden > 0 { fences = CodeFences() }
        if let fence = fences.open { reserves.append((0, "\n" + fence.closer)) }
        scan(lines.dropFirst(hidden > 0 ? 1 : 0), fences)
    }

    private mutating func scan(_ lines: ArraySlice<ArraySlice<UInt8>>, _ start: CodeFences) {
        var fences = start
        var table = TableTracker()
        for (index, line) in zip(lines.indices, lines) {
            let kind = fences.consume(line).kind
            table.consume(line, at: line.startIndex..<line.endIndex, isText: kind == .text && fences.containers.isEmpty)
            let offset = line.endIndex
            let isComplete = line.last.map(Self.isLineEnding) == true
            if kind == .fenceOpener, isComplete, let fence = fences.open { reserve("\n" + fence.closer, from: offset) }
            guard offset <= windowLength, isComplete, kind != .fenceOpener, index + 1 < lines.endIndex else { continue }
            let next = lines[index + 1]
            let space = next.prefix(while: Self.isSpace)
            let following = space.endIndex < next.endIndex ? next[space.endIndex] : UInt8(ascii: "\n")
            // White space between blocks stays with the block before it.
            if Self.isLineEnding(following), fences.open == nil { continue }
            boundaries.append(
                Boundary(
                    offset: offset,
                    rank: rank(kind, indentation: Self.columns(space), following, fences, table),
                    fence: fences.open,
                    header: table.header(repeatedBefore: following)
                )
            )
        }
    }

    private func rank(
        _ kind: CodeFences.Line.Kind,
        indentation: Int,
        _ following: UInt8,
        _ fences: CodeFences,
        _ table: TableTracker
    ) -> Rank {
        if fences.open != nil || indentation >= 4 { return .anyLine }
        if kind == .blank { return indentation < 2 ? .block : .line }
        if table.header(repeatedBefore: following) != nil { return .anyLine }
        // What follows may underline a heading, or make a table's header of the line before.
        let mayBelongToLine = [UInt8(ascii: "-"), UInt8(ascii: "="), UInt8(ascii: "|"), UInt8(ascii: ":")]
        if kind == .text, fences.containers.isEmpty, mayBelongToLine.contains(following) { return .anyLine }
        return .line
    }

    private mutating func reserve(_ text: String, from offset: Int) {
        if text.utf8.count > reserves.last?.text.utf8.count ?? 0 { reserves.append((offset, text)) }
    }
}

extension PartDraft {
    /// The places of this rank or a better one, in ascending order.
    func boundaries(of rank: Rank) -> [Int] {
        boundaries.filter { boundary in
            switch rank {
            case .block: boundary.rank == .block
            case .line: boundary.rank != .anyLine
            case .anyLine: true
            }
        }.map(\.offset)
    }

    /// The places within the line after `offset`: after white space, and after any grapheme.
    func boundaries(inLineAt offset: Int) -> (words: [Int], graphemes: [Int]) {
        let start = boundaries.last { $0.offset <= offset }?.offset ?? 0
        let end = boundaries.first { $0.offset > start }?.offset ?? windowLength
        var words: [Int] = []
        var graphemes: [Int] = []
        var index = rest.utf8.index(rest.startIndex, offsetBy: start)
        var position = start
        while index < rest.endIndex, position < end {
            let character = rest[index]
            let next = rest.index(after: index)
            position += rest.utf8.distance(from: index, to: next)
            index = next
            guard position < length, position <= windowLength, position > hiddenPrefix else { continue }
            graphemes.append(position)
            if character.isWhitespace, index < rest.endIndex, !rest[index].isWhitespace { words.append(position) }
        }
        return (words, graphemes)
    }

    /// Where the first grapheme that is shown ends.
    var firstGrapheme: Int {
        let start = rest.utf8.index(rest.startIndex, offsetBy: min(hiddenPrefix, length))
        guard start < rest.endIndex else { return length }
        return rest.utf8.distance(from: rest.startIndex, to: rest.index(after: start))
    }

    /// The text up to `end`, without a closing fence that the part before shows.
    func shown(upTo end: Int) -> String {
        String(decoding: rest.utf8.prefix(end).dropFirst(hiddenPrefix), as: UTF8.self)
    }

    /// The longest closing fence that a part up to any place before `end` needs.
    func reserve(upTo end: Int) -> String { reserves.last { $0.offset <= end }?.text ?? "" }

    /// The part that ends at `end`; one that is cut closes its open fence.
    func part(upTo end: Int, isCut: Bool) -> ReplySplitter.Part {
        var closing = ""
        if isCut, let fence = openFence(at: end) {
            closing = (isLineStart(end) ? "" : "\n") + fence.closer
        }
        return .init(
            opening: opening,
            body: String(decoding: rest.utf8.prefix(end), as: UTF8.self),
            closing: closing,
            hiddenPrefix: hiddenPrefix
        )
    }

    /// The fence that is open at `end`; a line that has only begun to open one does not count.
    func openFence(at end: Int) -> CodeFence? {
        if let boundary = boundaries.first(where: { $0.offset == end }) { return boundary.fence }
        var fences = CodeFences()
        for line in CodeFences.lines(of: Array(opening.utf8)) { fences.consume(line) }
        for line in CodeFences.lines(of: Array(bytes[hiddenPrefix..<min(end, bytes.count)])) {
            let isComplete = line.last.map(Self.isLineEnding) == true
            if fences.consume(line).kind == .fenceOpener, !isComplete { return nil }
        }
        return fences.open
    }

    /// The header lines of the table that `end` lies in, when what follows is a row of it.
    func tableHeader(at end: Int) -> String? {
        guard let range = boundaries.first(where: { $0.offset == end })?.header else { return nil }
        return String(decoding: bytes[range], as: UTF8.self)
    }

    /// Whether a line starts at `offset`.
    func isLineStart(_ offset: Int) -> Bool { offset > 0 && Self.isLineEnding(bytes[offset - 1]) }

    private static func isLineEnding(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func columns(_ space: ArraySlice<UInt8>) -> Int {
        space.reduce(0) { $1 == UInt8(ascii: "\t") ? $0 + 4 - $0 % 4 : $0 + 1 }
    }
}

/// Knows whether the lines so far end inside a table (GitHub Flavored Markdown, section 4.10).
private struct TableTracker {
    private var lastText: Range<Int>?
    private var header: Range<Int>?
    private var startsWithPipe = false

    mutating func consume(_ line: ArraySlice<UInt8>, at range: Range<Int>, isText: Bool) {
        guard isText, line.contains(UInt8(ascii: "|")) || (header != nil && !startsWithPipe) else {
            lastText = nil
            header = nil
            return
        }
        if header == nil, let lastText, Self.isDelimiterRow(line) { header = lastText.lowerBound..<range.upperBound }
        if header == nil { startsWithPipe = line.first == UInt8(ascii: "|") }
        lastText = range
    }

    /// The header to repeat when the next line starts with `byte`, which decides whether it is a row of the table.
    func header(repeatedBefore byte: UInt8) -> Range<Int>? {
        guard let header else { return nil }
        if startsWithPipe { return byte == UInt8(ascii: "|") ? header : nil }
        return "#>`~<*+-".utf8.contains(byte) ? nil : header
    }

    private static func isDelimiterRow(_ line: ArraySlice<UInt8>) -> Bool {
        line.contains(UInt8(ascii: "-")) && line.allSatisfy { "|-: \t\r\n".utf8.contains($0) }
    }
}
