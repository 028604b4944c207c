import AgentRuntime
import Foundation
import Logging
import TestSupport
import Testing

@testable import rialto

@Suite struct DirectorySkillsTests {
    private func write(_ text: String, _ name: String, below directory: URL) throws {
        let folder = directory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: folder.appendingPathComponent("SKILL.md"))
    }

    @Test func readsWhatCanBeReadAndNamesTheRest() async throws {
        try await withTemporaryDirectory { directory in
            let root = URL(fileURLWithPath: directory.path)
            try write("---\nname: b\ndescription: B.\n---\nDo b.", "b", below: root)
            try write("---\nname: a\ndescription: A.\n---\nDo a.", "a", below: root)
            try write("---\nname: other\ndescription: C.\n---\nDo c.", "c", below: root)
            try write(String(repeating: "x", count: DirectorySkills.maximumBytes + 1), "long", below: root)
            try Data("no skill".utf8).write(to: root.appendingPathComponent("README.md"))
            try FileManager.default.createDirectory(
                at: root.appendingPathComponent("empty"), withIntermediateDirectories: true)
            let library = DirectorySkills(directory: root, logger: Logger(label: "test"))
            #expect(try await library.skills().map(\.instructions) == ["Do a.", "Do b."])
            let faults = library.read().faults
            #expect(faults.map(\.line) == [2, 1])
            #expect(faults.first?.file.hasSuffix("/c/SKILL.md") == true)
        }
    }

    @Test func eachFaultIsLoggedOnce() async throws {
        try await withTemporaryDirectory { directory in
            let (root, log) = (URL(fileURLWithPath: directory.path), RecordingLog())
            let library = DirectorySkills(directory: root, logger: log.logger)
            try write("---\nname: other\ndescription: C.\n---\nDo c.", "c", below: root)
            for _ in 1...3 { #expect(try await library.skills().isEmpty) }
            #expect(log.lines(.warning).count == 1)
            try write("---\nname: c\n", "c", below: root)
            for _ in 1...3 { #expect(try await library.skills().isEmpty) }
            #expect(log.lines(.warning).count == 2)
        }
    }

    @Test func aMissingDirectoryHasNoSkills() async throws {
        let library = DirectorySkills(
            directory: URL(fileURLWithPath: "/nonexistent/skills"), logger: Logger(label: "test"))
        #expect(try await library.skills().isEmpty)
    }
}
