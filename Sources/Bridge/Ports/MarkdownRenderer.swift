/// Turns an agent's Markdown into what Matrix clients show.
package protocol MarkdownRenderer: Sendable {
    /// Renders the `formatted_body` of a message (client-server API, `m.room.message`, format `org.matrix.custom.html`).
    ///
    /// - Returns: HTML within the subset that the specification recommends, or nil when the text has no markup, so that
    ///   the plain body says it all.
    func html(from markdown: String) -> String?
}
