import Foundation
import Testing

@testable import Bridge

struct CatalogueTests {
    private static let bridge = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/Bridge").resolvingSymlinksInPath()

    @Test("the tables below know every text of the catalogue")
    func complete() throws {
        let declaration = /^    (?:func|var) (\w+)/.anchorsMatchLineEndings()
        var members: Set<String> = []
        for (path, text) in try Self.sources(below: "Notices")
        where !path.contains("/") && path.hasSuffix("Notices.swift") {
            // Requirements of protocols only: what a catalogue has to bring.
            for block in text.split(separator: "\npackage protocol ").dropFirst() {
                let body = block.prefix(upTo: block.firstRange(of: "\n}")?.lowerBound ?? block.endIndex)
                for match in body.matches(of: declaration) { members.insert(String(match.1)) }
            }
        }
        #expect(members.count > 35)
        #expect(members.subtracting(Catalogue.entries.map(\.member)) == [])
    }

    @Test("each text is there in both languages, and is not the same", arguments: Catalogue.entries)
    func different(entry: CatalogueEntry) {
        let english = entry.text(EnglishNotices())
        let russian = entry.text(RussianNotices())
        #expect(!english.isEmpty && !russian.isEmpty)
        #expect(english != russian)
        #expect(russian.contains { ("а"..."я").contains($0.lowercased()) })
        #expect(!english.contains { ("а"..."я").contains($0.lowercased()) })
    }

    @Test("both languages name the same commands", arguments: Catalogue.entries)
    func commands(entry: CatalogueEntry) {
        #expect(Self.commands(in: entry.text(EnglishNotices())) == Self.commands(in: entry.text(RussianNotices())))
    }

    @Test("both languages escape what they are given", arguments: Catalogue.entries)
    func escaped(entry: CatalogueEntry) {
        let texts = [entry.text(EnglishNotices()), entry.text(RussianNotices())]
        let spans = texts.map { text in Self.forms.map { text.ranges(of: $0).count } }
        #expect(spans[0] == spans[1])
        for text in texts {
            // Without the escaped forms nothing of the parameter is left, and so none of its markup.
            let rest = Self.forms.reduce(text) { $0.replacing($1, with: "") }
            for leak in ["<i>", "@room", "https://e", "c*"] { #expect(!rest.contains(leak), "\(rest)") }
        }
    }

    @Test("no text for people stands outside of the catalogues")
    func placement() throws {
        var seen = 0
        for (path, text) in try Self.sources(below: "") where !path.hasPrefix("Notices/") {
            seen += 1
            for literal in SourceLiterals.prose(in: text) { Issue.record("\(path): \"\(literal)\"") }
        }
        #expect(seen > 50)
    }

    @Test("no target but the bridge says anything in a room; the chat only sends what its person types")
    func speakers() throws {
        let sources = Self.bridge.deletingLastPathComponent().path
        var seen: Set<String> = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: sources) where path.hasSuffix(".swift") {
            seen.insert(String(path.prefix { $0 != "/" }))
            guard !["Bridge/", "MatrixAPI/", "rialto/Chat/"].contains(where: path.hasPrefix) else { continue }
            let text = try String(contentsOfFile: sources + "/" + path, encoding: .utf8)
            for sign in ["OutgoingMessage(", "ReplyRenderer(", "\"msgtype\"", "\"m.text\"", "\"m.notice\""] {
                #expect(!text.contains(sign), "\(path) has \(sign)")
            }
        }
        #expect(seen.isSuperset(of: ["Bridge", "MatrixClient"]))
    }

    @Test(
        "what counts as a text for people",
        arguments: [
            (#"reply("Please wait a moment")"#, ["Please wait a moment"]),
            (#"let text = "Try \(count) again""#, ["Try  again"]),
            (#"return prefix + "Готово, всё сохранено""#, ["Готово, всё сохранено"]),
            (#"return "Готово""#, ["Готово"]),
            (#"logger.info("a message is sent", metadata: ["room name": "\(x)"])"#, []),
            (#"throw UnknownRecord(description: "There is no turn.")"#, []),
            (#"return .ignore("own message") // "a comment too""#, []),
            (#"let id = "thr-\(event.eventID)""#, []),
            (##"send(#"raw text here"#)"##, ["raw text here"]),
            ("let text = \"\"\"\n    Two words\n    \"\"\"", ["\n    Two words\n    "]),
        ]
    )
    func prose(source: String, expected: [String]) {
        #expect(SourceLiterals.prose(in: source) == expected)
    }

    private static let forms = [
        MarkdownEscape.code(CatalogueEntry.prefix + CatalogueEntry.hostile, limit: 64),
        MarkdownEscape.code(CatalogueEntry.hostile, limit: 64), MarkdownEscape.code(CatalogueEntry.hostile + "2"),
        MarkdownEscape.text(CatalogueEntry.hostile, limit: 64),
    ]

    /// The names of the commands in a text, in the order of the alphabet, however often each stands there.
    private static func commands(in text: String) -> [String] {
        Set(text.matches(of: /`!!([a-z]+)/).map { String($0.1) }).sorted()
    }

    private static func sources(below folder: String) throws -> [(path: String, text: String)] {
        let root = bridge.appendingPathComponent(folder).path
        return try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }.sorted()
            .map { ($0, try String(contentsOfFile: root + "/" + $0, encoding: .utf8)) }
    }
}
