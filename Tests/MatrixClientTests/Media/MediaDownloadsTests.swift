import Bridge
import Foundation
import HTTP
import MatrixAPI
import MatrixClient
import PlatformSDK
import TestSupport
import Testing

@Suite("Media downloads", .timeLimit(.minutes(1)))
struct MediaDownloadsTests {
    private static let file = MessageFile(url: "mxc://other.example/abc", filename: "../note.txt")

    /// Fetches a file into a directory of the test's own; the limit is 1 MB.
    private static func fetch(
        _ file: MessageFile = file,
        _ handler: @escaping ScriptedHTTPServer.Handler,
        _ check: (Result<PlatformSDK.Attachment, AttachmentFailure>, String, [String]) throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            try await withHomeserver {
                whoami($0) ?? handler($0)
            } _: { transport, server in
                let folder = directory.file("attachments")
                let session = try await session(on: transport)
                let downloads = MediaDownloads(session: session, directory: folder, limitMegabytes: 1)
                let result: Result<PlatformSDK.Attachment, AttachmentFailure>
                do throws(AttachmentFailure) {
                    result = .success(try await downloads.fetch(file, as: "turn-$1"))
                } catch {
                    result = .failure(error)
                }
                try check(result, folder, server.requests.dropFirst().map(\.target))
            }
        }
    }

    @Test("a file is stored under a safe name, typed by its content")
    func stored() async throws {
        try await Self.fetch { _ in
            .json("plain words")
        } _: { (result, folder, targets) throws in
            let attachment = try result.get()
            #expect(targets == ["/_matrix/client/v1/media/download/other.example/abc"])
            #expect(attachment.path == folder + "/turn-_1/_note.txt")
            #expect(attachment.mimeType == "text/plain")
            #expect(attachment.size == 11)
            #expect(FileManager.default.contents(atPath: attachment.path) == Data("plain words".utf8))
        }
    }

    @Test("a server without authenticated media is asked as before")
    func legacy() async throws {
        try await Self.fetch { request in
            request.path.hasPrefix("/_matrix/client/v1")
                ? .json(#"{"errcode":"M_UNRECOGNIZED","error":"?"}"#, status: 404) : .json("words")
        } _: { (result, _, targets) throws in
            #expect(try result.get().size == 5)
            #expect(targets.last == "/_matrix/media/v3/download/other.example/abc")
            #expect(targets.count == 2)
        }
    }

    @Test("a file that turns out too large leaves nothing behind")
    func tooLarge() async throws {
        let large = String(repeating: "x", count: 1_000_001)
        try await Self.fetch { _ in
            .json(large)
        } _: { (result, folder, _) throws in
            #expect(result == .failure(.tooLarge(limit: 1)))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        }
    }

    @Test("a failure that may pass is tried again")
    func unreachable() async throws {
        let isFirst = Once()
        try await Self.fetch { _ in
            isFirst.take() ? .json(#"{"errcode":"M_UNKNOWN"}"#, status: 502) : .json("words")
        } _: { (result, _, targets) throws in
            #expect(try result.get().size == 5)
            #expect(targets.count == 2)
        }
    }

    @Test(
        "what cannot be had is not asked for",
        arguments: [
            (MessageFile(url: "mxc://x/y", filename: "f", size: 1_000_001), AttachmentFailure.tooLarge(limit: 1)),
            (MessageFile(url: "mxc://x/y", filename: "f", isEncrypted: true), .encrypted),
            (MessageFile(url: "https://x/y", filename: "f"), .gone),
        ])
    func notAsked(_ file: MessageFile, _ failure: AttachmentFailure) async throws {
        try await Self.fetch(file) { _ in
            .json("words")
        } _: { (result, _, targets) throws in
            #expect(result == .failure(failure))
            #expect(targets.isEmpty)
        }
    }

    @Test("a file that the homeserver does not have is gone")
    func gone() async throws {
        try await Self.fetch { _ in
            .json(#"{"errcode":"M_NOT_FOUND"}"#, status: 404)
        } _: { (result, folder, _) throws in
            #expect(result == .failure(.gone))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        }
    }
}
