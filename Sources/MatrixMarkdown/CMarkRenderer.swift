import Bridge

/// Renders GitHub Flavored Markdown (tables, strikethrough, bare links) within the HTML subset that Matrix recommends.
///
/// Nothing that the agent said vanishes: raw HTML shows as text, images become links, targets with an unsafe scheme
/// follow their text in parentheses, and link definitions stay visible.
package struct CMarkRenderer: MarkdownRenderer {
    /// The longest text that is rendered, in UTF-8 bytes: that of a whole Matrix event, which has to hold more than this.
    package static let maximumInput = 65_536
    /// The longest HTML that is returned, in bytes; link definitions can make it many times the input.
    package static let maximumOutput = 4 * maximumInput

    /// Makes a renderer; all of them share one parser lock.
    package init() {}

    /// See `MarkdownRenderer`; also nil when the text or its HTML is longer than the maximum.
    package func html(from markdown: String) -> String? {
        guard markdown.utf8.count <= Self.maximumInput else { return nil }
        let source = MarkdownSource(markdown)
        guard let document = MarkdownDocument(parsing: source.bytes, tables: source.allowsTables) else { return nil }
        var walker = HTMLWalker(source: source, hasSoleParagraph: document.hasSoleParagraph)
        document.walk { event, node in
            event == .enter ? walker.enter(node) : walker.leave(node)
            return walker.output.count <= Self.maximumOutput
        }
        guard walker.output.count <= Self.maximumOutput, walker.hasMarkup(comparedTo: markdown) else { return nil }
        return String(decoding: walker.output, as: UTF8.self)
    }
}
