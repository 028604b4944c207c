import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Files that people send, told as conversations.
@Suite(.timeLimit(.minutes(1))) struct AttachmentConversationTests {
    private struct Source: AttachmentSource {
        let result: Result<PlatformSDK.Attachment, AttachmentFailure>

        func fetch(_ file: MessageFile, as id: String) async throws(AttachmentFailure) -> PlatformSDK.Attachment {
            try result.get()
        }
    }

    private static let cat = PlatformSDK.Attachment(
        path: "/data/cat.png", mimeType: "image/png", size: 12, filename: "cat.png")

    private static func reply(
        to body: String,
        _ result: Result<PlatformSDK.Attachment, AttachmentFailure>
    ) async throws -> FakeHomeserver.Message? {
        try await BridgeScenario.run(platform: MockPlatformClient(), attachments: Source(result: result)) { room in
            try await room.join("!a")
            let content: [String: JSONValue] = ["msgtype": "m.image", "url": "mxc://x/y", "filename": "cat.png"]
            try await room.say(body, in: "!a", as: "$1", content: content)
            return try await room.finished(1, in: "!a").first
        }
    }

    @Test func theAgentGetsTheFileAndItsCaption() async throws {
        let reply = try #require(try await Self.reply(to: "what is this?", .success(Self.cat)))
        #expect(
            reply.body.hasPrefix("[MOCK] what is this?\n[attached: cat.png, image/png, 12 bytes, /data/cat.png]"))
    }

    @Test func aFileWithoutACaptionIsAQuestionOfItsOwn() async throws {
        let reply = try #require(try await Self.reply(to: "cat.png", .success(Self.cat)))
        #expect(reply.body.hasPrefix("[MOCK] [attached: cat.png"))
    }

    @Test(arguments: [AttachmentFailure.tooLarge(limit: 3), .encrypted, .gone, .unavailable])
    func aFileThatCannotBeHadIsTold(_ failure: AttachmentFailure) async throws {
        let sentence = EnglishNotices().sentence(for: failure)
        let alone = try #require(try await Self.reply(to: "cat.png", .failure(failure)))
        #expect(alone.body == sentence)
        let captioned = try #require(try await Self.reply(to: "what is this?", .failure(failure)))
        #expect(captioned.body.hasPrefix("[MOCK] what is this?"))
        #expect(captioned.body.contains(sentence))
    }

    /// The agent has had the file, and may be reading it; the homeserver may not have it any more.
    @Test func aRunThatGoesOnAfterACrashDoesNotFetchTheFileAgain() async throws {
        let (agent, homeserver, store) = (LongRunningPlatform(), FakeHomeserver(), InMemoryBridgeStore())
        try await BridgeScenario.run(
            platform: agent, attachments: Source(result: .success(Self.cat)), homeserver: homeserver, store: store
        ) { room in
            try await room.join("!a")
            try await room.say("cat.png", in: "!a", as: "$1", content: ["msgtype": "m.image", "url": "mxc://x/y"])
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.textChunk("A cat"))
            try await eventually("a draft") { !homeserver.messages(in: "!a").isEmpty }
        }
        agent.say(.textChunk(" on a mat."), .end(tokensUsed: 3))
        try await BridgeScenario.run(
            platform: agent, attachments: Source(result: .failure(.gone)), homeserver: homeserver, store: store
        ) { room in
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.body.hasPrefix("A cat on a mat."))
            #expect(!reply.body.contains(EnglishNotices().sentence(for: AttachmentFailure.gone)))
        }
    }

    @Test func aFileAndTheQuestionBehindItAreOneTurn() async throws {
        let reply = try await BridgeScenario.run(
            platform: MockPlatformClient(),
            attachments: Source(result: .success(Self.cat)),
            configuration: .forTests(mergeWindow: .milliseconds(300))
        ) { room in
            try await room.join("!a")
            let alice: UserID = "@alice:example.org"
            let image: [String: JSONValue] = ["msgtype": "m.image", "url": "mxc://x/y"]
            try await room.arrive(
                [
                    SyncFactory.message("$1", from: alice, "cat.png", content: image),
                    SyncFactory.message("$2", from: alice, "what is this?"),
                ],
                in: "!a"
            )
            return try await room.finished(1, in: "!a").first
        }
        #expect(reply?.body.hasPrefix("[MOCK] what is this?\n[attached: cat.png") == true)
    }
}
