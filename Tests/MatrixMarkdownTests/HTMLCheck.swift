/// Reads HTML strictly: what is not balanced, or not in Matrix's recommended subset, is a problem.
struct HTMLCheck {
    private(set) var problem: String?
    /// The text that is shown, and the targets of links.
    private(set) var text = ""
    /// How deep elements are nested.
    private(set) var depth = 0

    private static let elements: Set<String> = [
        "del", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "p", "a", "ul", "ol", "li", "strong", "em", "code",
        "table", "thead", "tbody", "tr", "th", "td", "pre",
    ]

    init(_ html: String) {
        var open: [String] = []
        var rest = html[...]
        while let start = rest.firstIndex(of: "<") {
            addText(rest[..<start])
            guard let end = rest[start...].firstIndex(of: ">") else {
                problem = "an open tag at the end"
                return
            }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if tag == "br" || tag == "hr" {
                text += "\n"
            } else if tag.first == "/" {
                if open.popLast() != String(tag.dropFirst()) { problem = "</\(tag)> does not match" }
            } else {
                let parts = tag.split(separator: " ", maxSplits: 1)
                let name = String(parts.first ?? "")
                if !Self.elements.contains(name) { problem = "<\(tag)> is not allowed" }
                if parts.count > 1 { checkAttribute(String(parts[1]), of: name) }
                open.append(name)
                depth = max(depth, open.count)
            }
        }
        addText(rest)
        if !open.isEmpty { problem = "\(open) stay open" }
        if depth > 100 { problem = "nested too deep" }
    }

    private mutating func addText(_ escaped: Substring) {
        if escaped.contains(where: { $0 == ">" || $0 == "\"" }) { problem = "not escaped: \(escaped)" }
        text += escaped.split(separator: "&lt;", omittingEmptySubsequences: false).joined(separator: "<")
            .split(separator: "&gt;", omittingEmptySubsequences: false).joined(separator: ">")
            .split(separator: "&quot;", omittingEmptySubsequences: false).joined(separator: "\"")
            .split(separator: "&amp;", omittingEmptySubsequences: false).joined(separator: "&")
    }

    private mutating func checkAttribute(_ attribute: String, of name: String) {
        let allowed =
            switch name {
            case "a":
                ["https:", "http:", "ftp:", "mailto:", "magnet:"].contains { attribute.hasPrefix("href=\"\($0)") }
            case "code": attribute.hasPrefix("class=\"language-")
            case "ol": attribute.hasPrefix("start=\"")
            default: false
            }
        if !allowed || attribute.count(where: { $0 == "\"" }) != 2 { problem = "\(name) \(attribute) is not allowed" }
        text += " \(attribute) "
    }
}
