/// Writes a document's nodes as HTML with the elements and attributes that Matrix recommends.
struct HTMLWalker {
    private struct OpenLink {
        let href: String?
        let url: String
        let title: String
        let start: Int
    }

    private let source: MarkdownSource
    private let hasSoleParagraph: Bool
    private var html = HTMLOutput()
    private var links: [OpenLink] = []
    private var anchors = 0
    private var columns = 0
    private var isInBody = false
    private var isPlain = true
    private var plain = ""

    init(source: MarkdownSource, hasSoleParagraph: Bool) {
        self.source = source
        self.hasSoleParagraph = hasSoleParagraph
        isPlain = hasSoleParagraph
    }

    /// The HTML so far, in UTF-8.
    var output: [UInt8] { html.bytes }

    /// Whether the HTML says more than the plain text: false for nothing, or one paragraph that is written as it shows.
    func hasMarkup(comparedTo markdown: String) -> Bool {
        guard isPlain else { return !html.bytes.isEmpty }
        let shown = plain.unicodeScalars.filter { $0.value != UInt32(MarkdownSource.mark) }
        return Array(shown) != Array(Substring(markdown).unicodeScalars.trimming { $0.properties.isWhitespace })
    }

    /// Takes a node that begins; for a leaf this is all.
    mutating func enter(_ node: MarkdownNode) {
        switch node.kind {
        case .document, .paragraph, .text, .softBreak: break
        default: isPlain = false
        }
        switch node.kind {
        case .blockQuote: html.open("blockquote")
        case .list: openList(node)
        case .item: html.open("li")
        case .paragraph: if showsParagraph(node) { html.open("p") }
        case .heading: html.open("h\(min(max(node.headingLevel, 1), 6))")
        case .thematicBreak: html.void("hr")
        case .codeBlock: writeCodeBlock(node)
        case .htmlBlock: writeParagraph(node.literal)
        case .table, .tableHeader, .tableRow, .tableCell: enterTable(node)
        case .text: writeText(node.literal)
        case .softBreak, .lineBreak: writeBreak()
        case .code:
            html.open("code")
            html.text(node.literal)
            html.close()
        case .htmlInline: writeInlineHTML(node)
        case .emphasis: html.open("em")
        case .strong: html.open("strong")
        case .strikethrough: html.open("del")
        case .link, .image: openLink(node)
        case .document, nil: break
        }
    }

    /// Takes a node that ends.
    mutating func leave(_ node: MarkdownNode) {
        switch node.kind {
        case .blockQuote, .list, .item, .heading: html.close(isBlock: true)
        case .paragraph: if showsParagraph(node) { html.close(isBlock: true) }
        case .table, .tableHeader, .tableRow, .tableCell: leaveTable(node)
        case .emphasis, .strong, .strikethrough: html.close()
        case .link, .image: closeLink()
        default: break
        }
    }
}

// MARK: - Blocks

extension HTMLWalker {
    private func showsParagraph(_ node: MarkdownNode) -> Bool {
        !hasSoleParagraph && node.parent?.parent?.isTightList != true
    }

    private mutating func openList(_ node: MarkdownNode) {
        switch node.listStart {
        case nil: html.open("ul")
        case 1: html.open("ol")
        case let start?: html.open("ol", ("start", String(start)))
        }
    }

    private mutating func writeParagraph(_ text: String) {
        html.open("p")
        for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
            if index > 0 { html.void("br") }
            html.text(String(line))
        }
        html.close(isBlock: true)
    }

    private mutating func writeCodeBlock(_ node: MarkdownNode) {
        let info = node.fenceInfo
        let first = info.prefix { !$0.isWhitespace }
        let isLanguage = first.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "+-#._".utf8.contains(byte)
            }
        }
        // Only a language fits into the class: what else stands after the fence shows above the code.
        let rest = info.dropFirst(isLanguage ? first.count : 0).drop(while: \.isWhitespace)
        if !rest.isEmpty { writeParagraph(String(rest)) }
        html.open("pre")
        if isLanguage, !first.isEmpty { html.open("code", ("class", "language-\(first)")) } else { html.open("code") }
        html.text(node.literal)
        html.close()
        html.close(isBlock: true)
    }

    private mutating func enterTable(_ node: MarkdownNode) {
        switch node.kind {
        case .table:
            html.open("table")
        case .tableHeader:
            columns = node.childCount
            html.open("thead")
            html.open("tr")
        case .tableRow:
            if !isInBody { html.open("tbody") }
            isInBody = true
            html.open("tr")
        default:
            html.open(node.parent?.kind == .tableHeader ? "th" : "td")
        }
    }

    private mutating func leaveTable(_ node: MarkdownNode) {
        switch node.kind {
        case .table:
            if isInBody { html.close() }
            isInBody = false
        case .tableHeader:
            html.close()
        case .tableRow:
            for cell in source.surplusCells(ofRowAt: node.start, columns: columns) {
                html.open("td")
                html.text(cell.drop(while: \.isWhitespace).description)
                html.close(isBlock: true)
            }
        default:
            break
        }
        html.close(isBlock: true)
    }
}

// MARK: - Inlines

extension HTMLWalker {
    private mutating func writeText(_ text: String) {
        if isPlain { plain += text }
        html.text(text)
    }

    private mutating func writeBreak() {
        if isPlain { plain += "\n" }
        html.void("br")
    }

    private mutating func writeInlineHTML(_ node: MarkdownNode) {
        // Markdown has no other way to a new line within a table's cell.
        let isBreak = ["<br>", "<br/>", "<br />"].contains(node.literal.lowercased())
        if isBreak, node.parent?.kind == .tableCell { html.void("br") } else { html.text(node.literal) }
    }

    private mutating func openLink(_ node: MarkdownNode) {
        // Anchors do not nest: an image that links elsewhere shows its address.
        let href = anchors == 0 ? LinkTarget.href(node.url) : nil
        if let href {
            html.open("a", ("href", href))
            anchors += 1
        }
        links.append(OpenLink(href: href, url: node.url, title: node.title, start: html.count))
    }

    private mutating func closeLink() {
        guard let link = links.popLast() else { return }
        let isEmpty = html.count == link.start
        if isEmpty { html.text(link.url) }
        if link.href != nil {
            html.close()
            anchors -= 1
        } else if !isEmpty, !link.url.isEmpty {
            html.text(" (\(link.url))")
        }
        if !link.title.isEmpty { html.text(" (\(link.title))") }
    }
}

extension Substring.UnicodeScalarView {
    fileprivate func trimming(while isTrimmed: (Unicode.Scalar) -> Bool) -> Substring.UnicodeScalarView {
        guard let first = firstIndex(where: { !isTrimmed($0) }), let last = lastIndex(where: { !isTrimmed($0) }) else {
            return self[endIndex...]
        }
        return self[first...last]
    }
}
