import Foundation
import Testing

/// The rules themselves: each must find what it is there to find.
@Suite("Architecture rules")
struct ArchitectureRulesTests {
    @Test(
        "An import is read in every form",
        arguments: [
            ("import GRDB", "GRDB"),
            ("public import MatrixAPI", "MatrixAPI"),
            ("package  import PlatformSDK // for its types", "PlatformSDK"),
            ("@testable import Bridge", "Bridge"),
            ("@preconcurrency public import NIOCore", "NIOCore"),
            ("@_spi(Testing) import HTTP", "HTTP"),
            ("import struct Foundation.Data", "Foundation"),
            ("    internal import class NIOPosix.MultiThreadedEventLoopGroup", "NIOPosix"),
            ("import Foundation.NSURL", "Foundation"),
            ("import GRDB;", "GRDB"),
        ]
    )
    func importForms(line: String, module: String) {
        #expect(SourceFile.importedModule(in: Substring(line)) == module)
    }

    @Test(
        "What only looks like an import is none",
        arguments: ["// import GRDB", "let text = \"import GRDB\"", "/// import it", "importer()", ""]
    )
    func noImports(line: String) {
        #expect(SourceFile.importedModule(in: Substring(line)) == nil)
    }

    @Test(
        "A violation is found",
        arguments: [
            ("PlatformSDK/A.swift", "import Bridge", "layer 1"),
            ("Bridge/A.swift", "import AgentRuntime", "layer 2"),
            ("Bridge/A.swift", "import HTTP", "without I/O"),
            ("MatrixClient/A.swift", "import SQLiteStore", "layer 3"),
            ("MatrixClient/A.swift", "import GRDB", "belongs to SQLiteStore"),
            ("ModelProviders/A.swift", "import CCurl", "belongs to HTTP"),
            ("Bridge/A.swift", "public import NIOWebSocket", "belongs to AgentSocket"),
            ("HTTP/A.swift", "import AsyncHTTPClient", "in no row"),
            ("Helpers/A.swift", "import Foundation", "not in the table"),
            ("CLibraries/CCurl/A.swift", "", "no Swift"),
            ("Bridge/A.swift", "    print(\"here\")", "prints"),
            ("Bridge/A.swift", "// TO" + "DO: later", "unfinished"),
            ("rialto/A.swift", "// FIX" + "ME", "unfinished"),
        ]
    )
    func violations(path: String, text: String, reason: String) {
        let found = ArchitectureRules.violations(in: [SourceFile(path: path, text: text)])
        #expect(found.count == 1)
        #expect(found.first?.contains(reason) == true, "\(found)")
    }

    @Test(
        "What is allowed is let through",
        arguments: [
            ("rialto/A.swift", ["import SQLiteStore", "import ArgumentParser", "print(1)"]),
            ("MatrixClient/A.swift", ["import HTTP", "package import Bridge", "import MatrixAPI", "import Logging"]),
            ("AgentSocket/A.swift", ["import NIOWebSocket", "import NIOPosix", "public import PlatformSDK"]),
            ("HTTP/A.swift", ["import CCurl", "import Foundation", "import Synchronization"]),
            ("Bridge/A.swift", ["footprint(1)", "log.print(2)", "_print(3)", "// print(4)"]),
        ]
    )
    func allowed(path: String, lines: [String]) {
        let file = SourceFile(path: path, text: lines.joined(separator: "\n"))
        #expect(ArchitectureRules.violations(in: [file]) == [])
    }

    @Test("A file may have 400 lines and no more", arguments: [(400, 0), (401, 1)])
    func length(lines: Int, violations: Int) {
        let text = String(repeating: "//\n", count: lines)
        #expect(ArchitectureRules.length(SourceFile(path: "Bridge/A.swift", text: text)).count == violations)
    }

    @Test("Two importers of one third-party module are found")
    func twoImporters() {
        let files = [
            SourceFile(path: "SQLiteStore/A.swift", text: "import GRDB"),
            SourceFile(path: "Gateway/B.swift", text: "import GRDB"),
        ]
        #expect(ArchitectureRules.sharedThirdParties(files).count == 1)
    }

    @Test("A made-up tree on disk with one violation is found out")
    func madeUpTree() throws {
        let tree = FileManager.default.temporaryDirectory.appendingPathComponent("rialto-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: tree) }
        let folder = tree.appendingPathComponent("Bridge/Turns")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("import Logging\n\nimport GRDB\n".utf8).write(to: folder.appendingPathComponent("Turn.swift"))

        let violations = ArchitectureRules.violations(in: try SourceFile.all(below: tree))
        #expect(violations == ["Bridge/Turns/Turn.swift:3: GRDB belongs to SQLiteStore; Bridge may not import it"])
    }

    @Test("The table itself gives each third-party module one owner")
    func tableHasOneOwnerEach() {
        let owned = House.targets.values.flatMap { $0.owns.union($0.wraps) }
        #expect(owned.count == Set(owned).count)
        #expect(House.shared.isDisjoint(with: owned))
        #expect(House.shared.isDisjoint(with: House.targets.keys))
    }
}
