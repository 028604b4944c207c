/// A fenced code block that is open at some point of a Markdown text (CommonMark, section 4.5).
package struct CodeFence: Equatable, Sendable {
    /// The character that the fence is made of: a backtick or a tilde.
    package let marker: UInt8
    /// How many of them open the fence; at least as many close it.
    package let length: Int
    /// What follows the opening fence, usually the language.
    package let info: String
    /// The quotes and list items around the block, outermost first.
    fileprivate let containers: [CodeFences.Container]

    /// What each line inside the block starts with, so that it stays within the block's containers.
    package var continuation: String {
        containers.map { container in
            switch container {
            case .quote: "> "
            case .item(let width): String(repeating: " ", count: width)
            }
        }.joined()
    }

    /// The line that closes the block, without a line ending.
    package var closer: String { continuation + bar }

    /// The line that opens the same block at the start of a text of its own, without a line ending.
    ///
    /// Four columns of indentation would make it indented code there, so bullets stand in for list items that deep.
    package func opener(info: String) -> String {
        var prefix = ""
        var columns = 0
        for container in containers {
            switch container {
            case .item(let width):
                columns += width
            case .quote:
                prefix += Self.indentation(columns) + "> "
                columns = 0
            }
        }
        return prefix + Self.indentation(columns) + bar + info
    }

    private var bar: String { String(repeating: Character(UnicodeScalar(marker)), count: length) }

    private static func indentation(_ columns: Int) -> String {
        guard columns >= 4 else { return String(repeating: " ", count: columns) }
        var rest = columns
        var bullets = ""
        while rest > 0 {
            // A bullet takes 2 to 5 columns, and must not leave a single one over.
            let width = rest == 6 ? 3 : min(rest, 5)
            bullets += "-" + String(repeating: " ", count: width - 1)
            rest -= width
        }
        return bullets
    }
}

/// Follows the block structure of a Markdown text line by line, as far as it decides where fenced code begins and ends.
///
/// It knows fences of both kinds inside quotes and list items, and lazy continuation lines. It knows no HTML blocks: the
/// renderer shows raw HTML as text. Each line costs time linear in its length.
package struct CodeFences: Sendable {
    /// A block that holds other blocks and shows as a prefix of their lines.
    package enum Container: Equatable, Sendable {
        /// A block quote.
        case quote
        /// A list item whose content starts this many columns further right.
        case item(width: Int)
    }

    /// What a line turned out to be.
    package struct Line: Equatable, Sendable {
        /// The part that a line plays for fences.
        package enum Kind: Sendable {
            case blank, text, fenceOpener, code, fenceCloser
        }

        /// The part that the line plays.
        package let kind: Kind
        /// UTF-8 offset of the first character after indentation and container markers, counted from the line's start.
        package let contentOffset: Int
        /// Whether the line would have opened more containers than `CodeFences` follows.
        package let exceedsNesting: Bool
    }

    /// The containers that are followed; deeper ones count as text. Matrix allows 100 nested elements, a list takes two.
    package static let maximumNesting = 32

    /// The fence that is open after the lines so far.
    package private(set) var open: CodeFence?
    /// The containers that are open after the lines so far, outermost first.
    package private(set) var containers: [Container] = []
    private var isInParagraph = false

    /// Starts at the beginning of a text.
    package init() {}

    /// The fence that is open at the end of `text`, or nil.
    package static func openFence(atEndOf text: String) -> CodeFence? {
        var fences = CodeFences()
        for line in lines(of: Array(text.utf8)) { fences.consume(line) }
        return fences.open
    }

    /// `text`, with the closing line that it lacks when it ends inside a fenced code block.
    ///
    /// A closing fence that has begun to arrive is completed in place.
    package static func closingOpenFence(_ text: String) -> String {
        var fences = CodeFences()
        let lines = lines(of: Array(text.utf8))
        var lastKind = Line.Kind.blank
        for line in lines { lastKind = fences.consume(line).kind }
        guard let fence = fences.open, let last = lines.last else { return text }
        if last.endsLine { return text + fence.closer }
        var cursor = LineCursor(last)
        let isInside = fence.containers.allSatisfy { cursor.enter($0) }
        if lastKind == .code, isInside, let missing = cursor.missingFromCloser(of: fence), missing < fence.length {
            return text + String(repeating: Character(UnicodeScalar(fence.marker)), count: missing)
        }
        return text + "\n" + fence.closer
    }

    /// Cuts a text into its lines, each with its ending: a line feed, a carriage return, or both.
    package static func lines(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for index in text.indices {
            let byte = text[index]
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else { continue }
            if byte == UInt8(ascii: "\r"), index + 1 < text.count, text[index + 1] == UInt8(ascii: "\n") { continue }
            lines.append(text[start...index])
            start = index + 1
        }
        if start < text.count { lines.append(text[start...]) }
        return lines
    }

    /// Takes the next line, with or without its ending.
    @discardableResult
    package mutating func consume(_ line: ArraySlice<UInt8>) -> Line {
        var cursor = LineCursor(line)
        var matched = 0
        for container in containers {
            guard cursor.enter(container) else { break }
            matched += 1
        }
        if let fence = open {
            if matched == containers.count {
                let closes = cursor.missingFromCloser(of: fence) == 0
                if closes { open = nil }
                return cursor.line(closes ? .fenceCloser : .code)
            }
            open = nil
        }
        if cursor.isBlank {
            containers.removeSubrange(matched...)
            isInParagraph = false
            return cursor.line(.blank)
        }
        return consumeContent(at: &cursor, matched: matched)
    }

    private mutating func consumeContent(at cursor: inout LineCursor, matched: Int) -> Line {
        var stack = Array(containers[..<matched])
        var exceedsNesting = false
        while cursor.indentation < 4 {
            let isContinuation = isInParagraph && stack.count == containers.count && stack.count == matched
            var ahead = cursor
            guard let container = ahead.openContainer(interruptingParagraph: isContinuation) else { break }
            guard stack.count < Self.maximumNesting else {
                exceedsNesting = true
                break
            }
            cursor = ahead
            stack.append(container)
        }
        let hasOpened = stack.count > matched
        let continuesParagraph = isInParagraph && !hasOpened
        let fence = cursor.fenceOpener(in: stack)
        if continuesParagraph, fence == nil, cursor.indentation >= 4 || !cursor.endsParagraph {
            // Also the lazy continuation line, which leaves the containers that it does not mark open.
            return cursor.line(.text, exceedsNesting: exceedsNesting)
        }
        containers = stack
        open = fence
        isInParagraph = fence == nil && cursor.indentation < 4 && !cursor.endsParagraph && !cursor.isBlank
        return cursor.line(fence == nil ? .text : .fenceOpener, exceedsNesting: exceedsNesting)
    }
}

extension ArraySlice<UInt8> {
    /// Whether the line is complete.
    fileprivate var endsLine: Bool { last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") }
}

/// A position in one line, in bytes and in columns, with tab stops every four columns.
private struct LineCursor {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var column = 0
    /// Columns of a tab before `position` that no container has taken.
    private var pending = 0

    init(_ line: ArraySlice<UInt8>) {
        var end = line.endIndex
        while end > line.startIndex, line[end - 1] == UInt8(ascii: "\n") || line[end - 1] == UInt8(ascii: "\r") {
            end -= 1
        }
        bytes = line[line.startIndex..<end]
        position = bytes.startIndex
    }

    /// Columns of white space before the next character.
    var indentation: Int { next.columns }

    var isBlank: Bool { next.position == bytes.endIndex }

    /// Whether what follows is a heading or a thematic break: a block of one line, which is no paragraph.
    var endsParagraph: Bool {
        isThematicBreak
            || {
                let rest = bytes[next.position...]
                let level = rest.prefix { $0 == UInt8(ascii: "#") }.count
                return (1...6).contains(level) && (rest.count == level || Self.isSpace(rest[rest.startIndex + level]))
            }()
    }

    func line(_ kind: CodeFences.Line.Kind, exceedsNesting: Bool = false) -> CodeFences.Line {
        .init(kind: kind, contentOffset: next.position - bytes.startIndex, exceedsNesting: exceedsNesting)
    }

    /// Moves past the prefix that keeps a line inside an open container; stays in place when it is not there.
    mutating func enter(_ container: CodeFences.Container) -> Bool {
        switch container {
        case .quote:
            return indentation < 4 && takeQuoteMarker()
        case .item(let width):
            if isBlank { return true }
            guard indentation >= width else { return false }
            advance(columns: width)
            return true
        }
    }

    /// Moves past the marker of a quote or list item, if there is one.
    mutating func openContainer(interruptingParagraph: Bool) -> CodeFences.Container? {
        if takeQuoteMarker() { return .quote }
        guard !isThematicBreak else { return nil }
        let outer = indentation
        let start = next.position
        guard start < bytes.endIndex else { return nil }
        var end = start
        switch bytes[start] {
        case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "*"):
            end += 1
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            let digits = bytes[start...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard digits.count <= 9, digits.endIndex < bytes.endIndex,
                [UInt8(ascii: "."), UInt8(ascii: ")")].contains(bytes[digits.endIndex]),
                !interruptingParagraph || Array(digits) == [UInt8(ascii: "1")]
            else { return nil }
            end = digits.endIndex + 1
        default:
            return nil
        }
        guard end == bytes.endIndex || Self.isSpace(bytes[end]) else { return nil }
        column += outer + (end - start)
        position = end
        pending = 0
        if isBlank { return interruptingParagraph ? nil : .item(width: outer + (end - start) + 1) }
        let padding = indentation <= 4 ? indentation : 1
        advance(columns: padding)
        return .item(width: outer + (end - start) + padding)
    }

    /// The fence that opens here, if one does.
    func fenceOpener(in containers: [CodeFences.Container]) -> CodeFence? {
        let rest = bytes[next.position...]
        guard indentation < 4, let marker = rest.first, [UInt8(ascii: "`"), UInt8(ascii: "~")].contains(marker) else {
            return nil
        }
        let length = rest.prefix { $0 == marker }.count
        let info = rest.dropFirst(length)
        guard length >= 3, marker == UInt8(ascii: "~") || !info.contains(marker) else { return nil }
        let trimmed = info.drop(while: Self.isSpace).trimmingSuffix(while: Self.isSpace)
        return CodeFence(
            marker: marker,
            length: length,
            info: String(decoding: trimmed, as: UTF8.self),
            containers: containers
        )
    }

    /// How many markers what follows lacks to be the closing fence: 0 when it is one, nil when it cannot become one.
    func missingFromCloser(of fence: CodeFence) -> Int? {
        let rest = bytes[next.position...]
        guard indentation < 4 else { return nil }
        let length = rest.prefix { $0 == fence.marker }.count
        let tail = rest.dropFirst(length)
        if length >= fence.length { return tail.allSatisfy(Self.isSpace) ? 0 : nil }
        return tail.isEmpty ? fence.length - length : nil
    }

    private var isThematicBreak: Bool {
        let rest = bytes[next.position...]
        guard indentation < 4, let marker = rest.first,
            [UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(marker)
        else { return false }
        return rest.allSatisfy { $0 == marker || Self.isSpace($0) } && rest.count(where: { $0 == marker }) >= 3
    }

    private var next: (position: Int, columns: Int) {
        var index = position
        var columns = pending
        while index < bytes.endIndex, Self.isSpace(bytes[index]) {
            columns += bytes[index] == UInt8(ascii: "\t") ? 4 - (column + columns) % 4 : 1
            index += 1
        }
        return (index, columns)
    }

    private mutating func takeQuoteMarker() -> Bool {
        let (start, columns) = next
        guard start < bytes.endIndex, bytes[start] == UInt8(ascii: ">") else { return false }
        column += columns + 1
        position = start + 1
        pending = 0
        if position < bytes.endIndex, Self.isSpace(bytes[position]) { advance(columns: 1) }
        return true
    }

    private mutating func advance(columns count: Int) {
        var rest = count
        while rest > 0 {
            if pending == 0 {
                guard position < bytes.endIndex else { return }
                pending = bytes[position] == UInt8(ascii: "\t") ? 4 - column % 4 : 1
                position += 1
            }
            let taken = min(rest, pending)
            pending -= taken
            column += taken
            rest -= taken
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}

extension ArraySlice<UInt8> {
    fileprivate func trimmingSuffix(while isTrimmed: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        var end = endIndex
        while end > startIndex, isTrimmed(self[end - 1]) { end -= 1 }
        return self[startIndex..<end]
    }
}
