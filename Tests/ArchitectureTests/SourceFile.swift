import Foundation

/// A Swift file below `Sources/`.
struct SourceFile {
    /// The path below `Sources/`, such as `Bridge/Turns/TurnState.swift`.
    let path: String
    /// The whole text.
    let text: String

    /// The folder right below `Sources/`: the target that it belongs to.
    var target: String { path.split(separator: "/").first.map(String.init) ?? "" }

    /// Its lines, empty ones too.
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// How many lines an editor shows.
    var lineCount: Int { text.hasSuffix("\n") ? lines.count - 1 : lines.count }

    /// The modules that it imports, each with the number of its line.
    ///
    /// Attributes, access levels, `import struct Module.Type` and submodules are all understood.
    var imports: [(module: String, line: Int)] {
        lines.enumerated().compactMap { index, line in
            Self.importedModule(in: line).map { ($0, index + 1) }
        }
    }

    /// The module that a line imports; nil when it is no import.
    static func importedModule(in line: Substring) -> String? {
        let kinds: Set<Substring> = ["typealias", "struct", "class", "enum", "protocol", "let", "var", "func"]
        let modifiers: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        var words = code(of: line).split(whereSeparator: { $0 == " " || $0 == "\t" })[...]
        while let word = words.first, word.hasPrefix("@") || modifiers.contains(word) { words.removeFirst() }
        guard words.popFirst() == "import" else { return nil }
        if let kind = words.first, kinds.contains(kind) { words.removeFirst() }
        guard let path = words.first else { return nil }
        return String(path.prefix { $0 != "." && $0 != ";" }.filter { $0 != "`" })
    }

    /// A line without the comment at its end. A `//` inside a string cuts it too, which no rule minds.
    static func code(of line: Substring) -> Substring {
        line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
    }

    /// All Swift files below a folder, in the order of their paths.
    static func all(below folder: URL) throws -> [SourceFile] {
        let root = folder.resolvingSymlinksInPath().path + "/"
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }
        return try paths.sorted().map { path in
            SourceFile(path: path, text: try String(contentsOfFile: root + path, encoding: .utf8))
        }
    }
}
