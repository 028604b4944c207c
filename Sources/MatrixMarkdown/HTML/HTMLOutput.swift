/// Well-formed HTML under construction: escaped text, balanced elements, bounded nesting.
struct HTMLOutput {
    /// How deep elements may be nested (client-server API: clients are told to stop at 100).
    static let maximumDepth = 100

    /// The HTML so far, in UTF-8.
    private(set) var bytes: [UInt8] = []
    private var open: [String?] = []
    private var depth = 0
    private var owesBreak = false

    /// How many bytes the HTML has so far.
    var count: Int { bytes.count }

    /// Opens an element; beyond the maximal depth only its content is written.
    mutating func open(_ element: String, _ attributes: (name: String, value: String)...) {
        guard depth < Self.maximumDepth else {
            open.append(nil)
            return
        }
        payBreak()
        open.append(element)
        depth += 1
        bytes += Array("<\(element)".utf8)
        for attribute in attributes {
            bytes += Array(" \(attribute.name)=\"".utf8)
            escape(attribute.value)
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: ">"))
    }

    /// Closes the innermost open element. One that was not written leaves a line break if it was a block.
    mutating func close(isBlock: Bool = false) {
        guard let element = open.popLast() else { return }
        guard let element else {
            owesBreak = owesBreak || isBlock
            return
        }
        owesBreak = false
        depth -= 1
        bytes += Array("</\(element)>".utf8)
    }

    /// Writes an element without content.
    mutating func void(_ element: String) {
        payBreak()
        bytes += Array((depth < Self.maximumDepth ? "<\(element)>" : "\n").utf8)
    }

    /// Writes text.
    mutating func text(_ text: String) {
        guard !text.isEmpty else { return }
        payBreak()
        escape(text)
    }

    private mutating func payBreak() {
        guard owesBreak else { return }
        owesBreak = false
        bytes += Array((depth < Self.maximumDepth ? "<br>" : "\n").utf8)
    }

    private mutating func escape(_ text: String) {
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += Array("&amp;".utf8)
            case UInt8(ascii: "<"): bytes += Array("&lt;".utf8)
            case UInt8(ascii: ">"): bytes += Array("&gt;".utf8)
            case UInt8(ascii: "\""): bytes += Array("&quot;".utf8)
            case UInt8(ascii: "\r"): bytes.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "\n"): if previous != UInt8(ascii: "\r") { bytes.append(byte) }
            case UInt8(ascii: "\t"): bytes.append(byte)
            // Control characters show nothing and are not allowed in HTML; `MarkdownSource.mark` is one.
            case 0..<0x20, 0x7F: break
            default: bytes.append(byte)
            }
            previous = byte
        }
    }
}
