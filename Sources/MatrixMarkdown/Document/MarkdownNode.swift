import CCMarkGFM

/// A node of a `MarkdownDocument`. It must not outlive the walk that it was given to.
struct MarkdownNode {
    /// cmark's names; those of extensions have no constant in C.
    enum Kind: String {
        case document
        case blockQuote = "block_quote"
        case list
        case item
        case codeBlock = "code_block"
        case htmlBlock = "html_block"
        case paragraph
        case heading
        case thematicBreak = "thematic_break"
        case table
        case tableHeader = "table_header"
        case tableRow = "table_row"
        case tableCell = "table_cell"
        case text
        case softBreak = "softbreak"
        case lineBreak = "linebreak"
        case code
        case htmlInline = "html_inline"
        case emphasis = "emph"
        case strong
        case strikethrough
        case link
        case image
    }

    /// What the node is, or nil for kinds that the parser's settings never make.
    let kind: Kind?
    private let node: OpaquePointer

    init(_ node: OpaquePointer) {
        self.node = node
        kind = cmark_node_get_type_string(node).flatMap { Kind(rawValue: String(cString: $0)) }
    }

    var parent: MarkdownNode? { cmark_node_parent(node).map(MarkdownNode.init) }

    /// The text of a leaf.
    var literal: String { cmark_node_get_literal(node).map { String(cString: $0) } ?? "" }

    /// The target of a link or image.
    var url: String { cmark_node_get_url(node).map { String(cString: $0) } ?? "" }

    /// The title of a link or image.
    var title: String { cmark_node_get_title(node).map { String(cString: $0) } ?? "" }

    /// What follows an opening code fence.
    var fenceInfo: String { cmark_node_get_fence_info(node).map { String(cString: $0) } ?? "" }

    var headingLevel: Int { Int(cmark_node_get_heading_level(node)) }

    /// The first number of an ordered list, or nil for a bullet list.
    var listStart: Int? {
        cmark_node_get_list_type(node) == CMARK_ORDERED_LIST ? Int(cmark_node_get_list_start(node)) : nil
    }

    /// Whether the node is a list whose items hold their text without paragraphs.
    var isTightList: Bool { kind == .list && cmark_node_get_list_tight(node) != 0 }

    /// How many children the node has.
    var childCount: Int {
        var count = 0
        var child = cmark_node_first_child(node)
        while let current = child {
            count += 1
            child = cmark_node_next(current)
        }
        return count
    }

    /// Where the node starts in the source: line and byte, both counted from 0.
    var start: (line: Int, byte: Int) {
        (Int(cmark_node_get_start_line(node)) - 1, Int(cmark_node_get_start_column(node)) - 1)
    }
}
