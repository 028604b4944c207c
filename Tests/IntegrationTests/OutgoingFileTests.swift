import AgentSocket
import Foundation
import Logging
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

@Suite("Files of the agent's", .timeLimit(.minutes(10)))
struct OutgoingFileTests {
    /// An agent that answers each message with a picture and a line.
    private struct Painter: AgentResponder {
        static let picture: [UInt8] =
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
            + [0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0]

        func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent> {
            let url = "data:image/png;base64," + Data(Self.picture).base64EncodedString()
            return ReplySequence<AgentEvent>.producing(limit: 8) { send in
                _ = await send(.textChunk("Here it is."))
                _ = await send(.file(AgentFile(filename: "plot.png", mimeType: "image/png", location: .url(url))))
                _ = await send(.file(AgentFile(filename: "passwd", location: .path("/etc/passwd"))))
                _ = await send(.end(tokensUsed: 4))
            }.numbered()
        }
    }

    @Test(
        "A picture that the agent gives is uploaded and posted once, behind its answer; a file outside its reach is not"
    )
    func picture() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let agent = AgentServer(
                options: .init(port: Int(stage.agentPort)), responder: Painter(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await agent.run() }
                _ = try await agent.boundPort()
                try await stage.withRialto(stage.configuration()) { rialto in
                    let room = try await stage.directRoom(of: alice)
                    let question = try await alice.sendText("Draw", in: room)
                    let reply = try await alice.reply(to: question, in: room, from: bot)
                    #expect(reply.text.hasPrefix("Here it is."))
                    #expect(reply.text.contains("passwd"))
                    let posted = try await alice.waitUntil("the picture", in: room) {
                        $0.timeline.contains { $0.messageType == "m.image" }
                    }
                    let images = posted.timeline.filter { $0.messageType == "m.image" }
                    let image = try #require(images.first)
                    #expect(images.count == 1)
                    #expect(image.body == "plot.png")
                    #expect(image.content["info"]?["w"] == 3 && image.content["info"]?["h"] == 2)
                    #expect(image.content["info"]?["mimetype"] == "image/png")
                    let url = try #require(image.content["url"]?.stringValue)
                    #expect(try await alice.api.download(url) == Painter.picture)
                    #expect(rialto.errorLines == [])
                }
                group.cancelAll()
            }
        }
    }
}
