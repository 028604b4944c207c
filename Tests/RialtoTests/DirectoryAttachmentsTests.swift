import AgentRuntime
import Foundation
import PlatformSDK
import Testing

@testable import rialto

@Suite("The files that the model is shown")
struct DirectoryAttachmentsTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2]

    private func attachment(_ path: String) -> PlatformSDK.Attachment {
        PlatformSDK.Attachment(path: path, mimeType: "image/jpeg", size: 10, filename: "cat.jpg")
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    @Test("a file below a directory is read, and its content says what it is")
    func reads() async throws {
        try await withTestDirectory { directory in
            let reader = DirectoryAttachments(directories: [directory + "/missing", directory + "/attachments"])
            let kinds: [([UInt8], String?)] = [
                (Self.png, "image/png"), ([0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"),
                (Array("GIF89a...".utf8), "image/gif"),
                (Array("%PDF-1.7".utf8), "application/pdf"), (Array("naïve\n".utf8), "text/plain"),
                (Array("PK\u{3}\u{4}zip".utf8), nil), ([0, 1, 2], nil), ([], nil),
                // A text whose end is none, and one that is too long.
                (Array(repeating: 0x61, count: 5_000) + [0xFF], nil), (Array(repeating: 0x61, count: 300_000), nil),
            ]
            for (number, (bytes, type)) in kinds.enumerated() {
                let path = "\(directory)/attachments/\(number)/file"
                try write(bytes, to: path)
                let file = await reader.read(attachment(path), maximumBytes: 1 << 20)
                #expect(file?.mediaType == type && file?.data == (type == nil ? nil : bytes), "\(number)")
                if type != nil { #expect(file?.name == "cat.jpg") }
            }
        }
    }

    @Test("nothing outside the directories is read, nor what is no file, nor what is too large")
    func refuses() async throws {
        try await withTestDirectory { directory in
            let root = directory + "/attachments"
            let reader = DirectoryAttachments(directories: [root])
            try write(Self.png, to: root + "/1/cat")
            try write(Self.png, to: directory + "/attachments-2/cat")
            try write(Self.png, to: directory + "/secret")
            let files = FileManager.default
            try files.createSymbolicLink(atPath: root + "/out", withDestinationPath: directory + "/secret")
            try files.createSymbolicLink(atPath: root + "/in", withDestinationPath: root + "/1/cat")
            #expect(mkfifo(root + "/pipe", 0o600) == 0)
            let refused = [
                directory + "/secret", directory + "/attachments-2/cat", root + "/../secret", root + "/out",
                root + "/pipe", root + "/1", root, root + "/none", "1/cat", "", "/dev/zero", "http://127.0.0.1/cat",
            ]
            for path in refused {
                let file = await reader.read(attachment(path), maximumBytes: 1 << 20)
                #expect(file == nil, "\(path)")
            }
            // A link within is a file within.
            let linked = await reader.read(attachment(root + "/in"), maximumBytes: Self.png.count)
            #expect(linked?.data == Self.png)
            let large = await reader.read(attachment(root + "/1/cat"), maximumBytes: Self.png.count - 1)
            #expect(large == nil)
        }
    }

    @Test("a data URL is its own file")
    func dataURLs() async {
        let reader = DirectoryAttachments(directories: [])
        let url = "data:text/html;base64," + Data(Self.png).base64EncodedString()
        let file = await reader.read(attachment(url), maximumBytes: 1 << 20)
        #expect(file?.mediaType == "image/png" && file?.data == Self.png)
        for bad in ["data:,x", "data:image/png;base64,!!", "data:", url] {
            let file = await reader.read(attachment(bad), maximumBytes: 4)
            #expect(file == nil)
        }
        let request = MessageRequest(userID: "u", threadID: "t", runID: "r", text: "", attachments: [attachment(url)])
        #expect(request.textNamingAttachments == "[attached: cat.jpg, image/jpeg, 10 bytes]")
    }
}
