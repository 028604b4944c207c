import Bridge
import Foundation
import PlatformSDK
import TestSupport
import Testing

@testable import MatrixClient

@Suite struct SharedFilesTests {
    private static let png = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13])

    private func keep(
        _ file: AgentFile,
        shares: Bool = true,
        prepare: (String) throws -> Void = { _ in }
    ) async throws -> Result<OutgoingFile, AttachmentFailure> {
        try await withTemporaryDirectory { directory in
            let workspace = directory.file("workspace")
            try FileManager.default.createDirectory(atPath: workspace, withIntermediateDirectories: true)
            try directory.write("secret", to: "outside")
            try prepare(workspace)
            let shelf = SharedFiles(
                workspace: shares ? workspace : nil, directory: directory.file("kept"), limitMegabytes: 1)
            do throws(AttachmentFailure) {
                let kept = try await shelf.keep(file, as: "turn-$1-0-0")
                #expect(kept.path.hasPrefix(directory.file("kept") + "/"))
                #expect(FileManager.default.contents(atPath: kept.path)?.count == Int(kept.size))
                return .success(kept)
            } catch {
                return .failure(error)
            }
        }
    }

    private static func isFailure(_ result: Result<OutgoingFile, AttachmentFailure>) -> Bool {
        if case .failure = result { true } else { false }
    }

    @Test func aFileOfTheWorkspaceIsCopiedAndTypedByItsContent() async throws {
        let file = AgentFile(filename: "../plot", mimeType: "text/html", location: .path("sub/plot"))
        let kept = try await keep(file) { workspace in
            try FileManager.default.createDirectory(atPath: workspace + "/sub", withIntermediateDirectories: true)
            try Self.png.write(to: URL(fileURLWithPath: workspace + "/sub/plot"))
        }.get()
        #expect(kept.mimeType == "image/png")
        #expect(kept.filename == "../plot")
        #expect(kept.size == 12)
    }

    @Test(arguments: [
        ("text/csv", "text/csv"), ("text/html", "text/plain"), ("image/svg+xml", "text/plain"),
        ("text/a b", "text/plain"),
        ("", "text/plain"),
    ]) func theAgentsWordCountsForText(declared: String, type: String) async throws {
        let url = "data:\(declared);base64," + Data("a,b".utf8).base64EncodedString()
        let kept = try await keep(AgentFile(filename: "a", mimeType: declared, location: .url(url)), shares: false)
            .get()
        #expect(kept.mimeType == type)
    }

    @Test(arguments: ["../outside", "link", "/etc/passwd", "missing", "", ".", "fifo", "../workspace-2/a"])
    func nothingOutsideTheWorkspaceIsRead(path: String) async throws {
        let result = try await keep(AgentFile(filename: "a", location: .path(path))) { workspace in
            try FileManager.default.createSymbolicLink(
                atPath: workspace + "/link", withDestinationPath: workspace + "/../outside")
            #expect(mkfifo(workspace + "/fifo", 0o600) == 0)
            try FileManager.default.createDirectory(atPath: workspace + "-2", withIntermediateDirectories: true)
            try Self.png.write(to: URL(fileURLWithPath: workspace + "-2/a"))
        }
        #expect(Self.isFailure(result))
    }

    @Test func withoutASharedDirectoryNoPathIsRead() async throws {
        #expect(
            try await keep(AgentFile(filename: "a", location: .path("/etc/hostname")), shares: false) == .failure(.gone)
        )
    }

    @Test func whatIsTooLargeIsNotTaken() async throws {
        let result = try await keep(AgentFile(filename: "a", location: .path("a"))) { workspace in
            try Data(count: 1_000_001).write(to: URL(fileURLWithPath: workspace + "/a"))
        }
        #expect(result == .failure(.tooLarge(limit: 1)))
    }

    @Test(arguments: ["https://example.org/a.png", "data:text/plain,hello", "data:;base64,***", "file:///etc/passwd"])
    func anotherURLIsNotFollowed(url: String) async throws {
        #expect(Self.isFailure(try await keep(AgentFile(filename: "a", location: .url(url)))))
    }
}
