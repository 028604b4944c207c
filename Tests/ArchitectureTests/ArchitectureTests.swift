import Foundation
import Testing

/// The sources of this repository, held against the table of targets.
@Suite("Architecture")
struct ArchitectureTests {
    private static let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private let sources = repository.appendingPathComponent("Sources")

    @Test("Every source keeps the rules of the house")
    func sourcesKeepTheRules() throws {
        let files = try SourceFile.all(below: sources)
        // A wrong folder would otherwise pass: an empty tree breaks no rule.
        #expect(files.contains { $0.target == "rialto" })
        let violations = ArchitectureRules.violations(in: files)
        #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
    }

    @Test("Every folder below Sources is a target of the table")
    func foldersAreTargets() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: sources.path)
        let known = Set(House.targets.keys).union([House.systemLibraries])
        #expect(Set(folders.filter { !$0.hasPrefix(".") }).subtracting(known) == [])
    }

    @Test("Every system library that is there has one target that wraps it")
    func systemLibrariesHaveAnOwner() throws {
        let folder = sources.appendingPathComponent(House.systemLibraries)
        for library in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            #expect(House.targets.values.filter { $0.wraps.contains(library) }.count == 1, "\(library)")
        }
    }
}
