import Foundation
import MatrixAPI
import TestSupport
import Testing

@Suite("Attachments", .timeLimit(.minutes(10)))
struct AttachmentTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]

    @Test("A picture with a caption reaches the agent as a file on the disk, whatever its name and type say")
    func picture() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            var configuration = try stage.configuration(.mock)
            configuration["bridge", "attachment_limit_mb"] = 1
            try await stage.withRialto(configuration) { rialto in
                let room = try await stage.directRoom(of: alice)
                let url = try await alice.api.upload(Self.png)
                let question = try await alice.send(
                    "m.room.message",
                    [
                        "msgtype": "m.file", "body": "what is this?", "filename": "../../cat", "url": .string(url),
                        "info": ["mimetype": "text/plain"],
                    ], in: room)
                let text = try await alice.reply(to: question, in: room, from: bot).text
                #expect(text.contains("[MOCK] what is this?"))
                #expect(text.contains("image/png, 12 bytes"))
                let folder = stage.directory.file("data") + "/attachments"
                let names = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix("cat") }
                let name = try #require(names.first)
                #expect(FileManager.default.contents(atPath: folder + "/" + name) == Data(Self.png))
                let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
                #expect(attributes[.posixPermissions] as? Int == 0o600)

                let large = try await alice.api.upload(Array(repeating: 7, count: 1_100_000))
                let tooLarge = try await alice.send(
                    "m.room.message", ["msgtype": "m.file", "body": "large", "url": .string(large)], in: room)
                let refusal = try await alice.reply(to: tooLarge, in: room, from: bot).text
                #expect(refusal.contains("larger than 1 MB"))
                #expect(rialto.errorLines == [])
            }
        }
    }
}
