import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Files that the agent gives, told as conversations.
@Suite(.timeLimit(.minutes(1))) struct OutgoingFileTests {
    private struct Shelf: FileShelf {
        func keep(_ file: AgentFile, as id: String) async throws(AttachmentFailure) -> OutgoingFile {
            guard file.location != .path("missing") else { throw .gone }
            return OutgoingFile(
                path: "/data/\(id)", mimeType: "image/png", size: 12, filename: file.filename,
                picture: ImageSize(width: 640, height: 480))
        }
    }

    /// An agent that gives the files that are named in the question, between its words.
    private struct Platform: PlatformClient {
        let users = MockPlatformClient()

        func getOrCreateUser(externalID: String, platform: String, displayName: String?) async throws -> User {
            try await users.getOrCreateUser(externalID: externalID, platform: platform, displayName: displayName)
        }
        func getSettings(userID: String) async throws -> UserSettings { try await users.getSettings(userID: userID) }
        func updateSettings(userID: String, _ action: SettingsAction) async throws -> UserSettings {
            try await users.updateSettings(userID: userID, action)
        }
        func agentStatus() async -> AgentStatus { .connected }

        func streamMessage(_ request: MessageRequest) async throws -> ReplySequence<MessageChunk> {
            let names = request.text.split(separator: " ").map(String.init)
            return .producing(limit: 16) { send in
                if names.first != "only" { _ = await send(MessageChunk(messageID: "m", delta: "Look: ")) }
                for name in names where name != "only" {
                    let file = AgentFile(filename: name, location: .path(name))
                    _ = await send(MessageChunk(messageID: "m", delta: "", event: .file(file)))
                }
                _ = await send(MessageChunk(messageID: "m", delta: "", finished: true, tokensUsed: 3))
            }
        }
    }

    private func images(in room: BridgeScenario) -> [FakeHomeserver.Message] {
        room.homeserver.messages(in: "!a").filter { $0.content["msgtype"]?.stringValue == "m.image" }
    }

    private func run(
        homeserver: FakeHomeserver = FakeHomeserver(),
        store: any BridgeStore = InMemoryBridgeStore(),
        _ body: (BridgeScenario) async throws -> Void
    ) async throws {
        try await BridgeScenario.run(
            platform: Platform(), shelf: Shelf(), homeserver: homeserver, store: store, body)
    }

    private func settled(_ room: BridgeScenario) async throws {
        _ = try await room.finished(1, in: "!a")
        try await eventually("the turn is done") { try await room.store.unfinishedTurns().isEmpty }
    }

    @Test func aFileIsPostedBehindTheText() async throws {
        try await run { room in
            try await room.join("!a")
            try await room.say("plot.png", in: "!a", as: "$1")
            try await settled(room)
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.body.hasPrefix("Look:"))
            let image = try #require(images(in: room).first)
            #expect(image.body == "plot.png")
            #expect(image.content["filename"]?.stringValue == "plot.png")
            #expect(image.content["url"]?.stringValue == room.homeserver.uploads.first?.url)
            #expect(image.content["info"] == ["mimetype": "image/png", "size": 12, "w": 640, "h": 480])
            #expect(image.content["m.mentions"] == [:])
        }
    }

    @Test func aFileStaysInItsThread() async throws {
        try await run { room in
            try await room.join("!a")
            let thread: JSONValue = ["rel_type": "m.thread", "event_id": "$root"]
            try await room.say("plot.png", in: "!a", as: "$1", content: ["m.relates_to": thread])
            try await settled(room)
            let image = try #require(images(in: room).first)
            guard case .thread("$root", _, _) = EventRelation(content: image.original) else {
                Issue.record("the file left its thread: \(image.original)")
                return
            }
        }
    }

    @Test func filesWithoutWordsComeWithASentence() async throws {
        try await run { room in
            try await room.join("!a")
            try await room.say("only a.png b.png", in: "!a", as: "$1")
            try await settled(room)
            #expect(
                try await room.finished(1, in: "!a").first?.body.hasPrefix(EnglishNotices().answerInFiles(2)) == true)
            #expect(images(in: room).map(\.body) == ["a.png", "b.png"])
        }
    }

    @Test func aFileThatCannotBeHadOrPostedIsTold() async throws {
        let homeserver = FakeHomeserver()
        homeserver.failUploads([
            HomeserverError(.unreachable, "lost"), HomeserverError(.rejected(.tooLarge), "too large"),
        ])
        try await run(homeserver: homeserver) { room in
            try await room.join("!a")
            try await room.say("missing", in: "!a", as: "$1")
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.body.contains(EnglishNotices().fileNotPosted("missing")))
            try await settled(room)
            try await room.say("large.png", in: "!a", as: "$2")
            _ = try await room.notice(containing: EnglishNotices().fileNotPosted("large.png"), in: "!a")
            try await settled(room)
            #expect(images(in: room).isEmpty)
        }
    }

    @Test func aFileWhoseSendIsCutOffByACrashIsPostedOnce() async throws {
        let (homeserver, store) = (FakeHomeserver(), InMemoryBridgeStore())
        try await run(homeserver: homeserver, store: store) { room in
            try await room.join("!a")
            homeserver.failUploads([HomeserverError(.unreachable, "the program ends before the next attempt")])
            try await room.say("a.png b.png", in: "!a", as: "$1")
            _ = try await room.finished(1, in: "!a")
        }
        try await run(homeserver: homeserver, store: store) { room in
            try await settled(room)
            #expect(images(in: room).map(\.body) == ["a.png", "b.png"])
            #expect(room.homeserver.messages(in: "!a").filter(\.isFinal).count == 1)
        }
    }

    @Test func filesOfAnAnswerThatWasReplacedAreTakenBack() async throws {
        try await run { room in
            try await room.join("!a")
            try await room.say("a.png", in: "!a", as: "$1")
            try await settled(room)
            let old = try #require(images(in: room).first)
            try await room.arrive([SyncFactory.edit("$2", of: "$1", from: "@alice:example.org", "b.png")], in: "!a")
            try await eventually("the new file is there") { images(in: room).contains { $0.body == "b.png" } }
            try await settled(room)
            #expect(room.homeserver.redacted.contains(old.eventID))
            #expect(images(in: room).count == 2)
            try await room.arrive([SyncFactory.redaction("$3", of: "$1", from: "@alice:example.org")], in: "!a")
            try await eventually("all is taken back") {
                images(in: room).allSatisfy { room.homeserver.redacted.contains($0.eventID) }
            }
        }
    }
}
