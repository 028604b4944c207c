import CCMarkGFM
import Synchronization

/// A parsed text; owns cmark's tree.
struct MarkdownDocument: ~Copyable {
    /// Whether a node begins or ends. A leaf only begins.
    enum Event {
        case enter, leave
    }

    private let root: OpaquePointer

    /// Parses UTF-8.
    ///
    /// cmark keeps the extensions' special characters in a global table, which each parse changes and restores: one
    /// parse at a time. A text of the renderer's maximum takes about ten milliseconds.
    init?(parsing bytes: [UInt8], tables: Bool) {
        let parsed = Self.gate.withLock { gate -> Address? in
            if !gate.isRegistered {
                cmark_gfm_core_extensions_ensure_registered()
                gate.isRegistered = true
            }
            guard let parser = Parser(extensions: (tables ? ["table"] : []) + ["strikethrough", "autolink"]) else {
                return nil
            }
            return parser.parse(bytes).map(Address.init)
        }
        guard let parsed, let root = OpaquePointer(bitPattern: parsed.bits) else { return nil }
        self.root = root
    }

    deinit { cmark_node_free(root) }

    /// Whether the document is one paragraph and nothing else.
    var hasSoleParagraph: Bool {
        guard let first = cmark_node_first_child(root), cmark_node_next(first) == nil else { return false }
        return MarkdownNode(first).kind == .paragraph
    }

    /// Visits all nodes in order, without recursion, until `body` returns false.
    borrowing func walk(_ body: (Event, MarkdownNode) -> Bool) {
        let iterator = Iterator(root)
        while let (event, node) = iterator.next() {
            guard body(event, node) else { return }
        }
    }

    private static let gate = Mutex(Gate())

    private struct Gate {
        var isRegistered = false
    }

    /// A new tree's address, on its way from the parser to the document that owns it.
    private struct Address: Sendable {
        let bits: UInt

        init(_ pointer: OpaquePointer) { bits = UInt(bitPattern: pointer) }
    }
}

/// Owns a cmark parser for one text.
private struct Parser: ~Copyable {
    private let parser: OpaquePointer

    init?(extensions: [String]) {
        // A single pair of tildes means "about" more often than struck out.
        guard let parser = cmark_parser_new(CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE) else { return nil }
        self.parser = parser
        for name in extensions {
            cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(name))
        }
    }

    deinit { cmark_parser_free(parser) }

    consuming func parse(_ bytes: [UInt8]) -> OpaquePointer? {
        bytes.withUnsafeBytes { buffer in
            cmark_parser_feed(parser, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        return cmark_parser_finish(parser)
    }
}

/// Owns a cmark iterator.
private struct Iterator: ~Copyable {
    private let iterator: OpaquePointer

    init(_ root: OpaquePointer) { iterator = cmark_iter_new(root) }

    deinit { cmark_iter_free(iterator) }

    borrowing func next() -> (MarkdownDocument.Event, MarkdownNode)? {
        let event = cmark_iter_next(iterator)
        guard event == CMARK_EVENT_ENTER || event == CMARK_EVENT_EXIT, let node = cmark_iter_get_node(iterator) else {
            return nil
        }
        return (event == CMARK_EVENT_ENTER ? .enter : .leave, MarkdownNode(node))
    }
}
