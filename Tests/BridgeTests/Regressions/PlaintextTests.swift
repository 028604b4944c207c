import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// A failure of other bridges with encryption: what is said in an encrypted room goes out in plain text.
@Suite(.timeLimit(.minutes(1))) struct PlaintextTests {
    private let encryption = SyncFactory.state("m.room.encryption", from: "@alice:example.org", content: [:])

    @Test func plaintextNeverGoesIntoAnEncryptedRoom() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!secret", state: [encryption])
            try await room.join("!open")
            try await room.say("hello", in: "!secret", as: "$1")
            try await room.say("!help", in: "!secret", as: "$2")
            try await room.arrive(
                [SyncFactory.reaction("$3", "\u{1F501}", to: "$1", from: "@alice:example.org")], in: "!secret")
            try await eventually("all is dealt with") { try await room.store.roomsWithOpenItems().isEmpty }
            try await room.say("hello", in: "!open", as: "$4")
            _ = try await room.finished(1, in: "!open")
            #expect(Set(room.homeserver.sent.map(\.roomID)) == ["!open"])
        }
    }

    @Test func noPlainTextGoesIntoARoomThatBecameEncryptedWhileAnAnswerWasMade() async throws {
        let platform = MockPlatformClient(behaviour: .init(latency: .milliseconds(20), chunkSize: 4))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("tell me a story that takes a while", in: "!a", as: "$1")
            try await eventually("a draft") { !room.homeserver.messages(in: "!a").isEmpty }
            try await room.arrive([encryption], in: "!a")
            let before = room.homeserver.sent.count
            try await eventually("the turn is done") { try await room.store.unfinishedTurns().isEmpty }
            // An edit may have been on its way when the room was encrypted; nothing follows it.
            #expect(room.homeserver.sent.count <= before + 1)
            let finals = room.homeserver.messages(in: "!a").filter(\.isFinal)
            #expect(finals.isEmpty)
        }
    }

    /// The room becomes encrypted while the bridge is down, with an answer that is not complete and a command's that waits.
    @Test func whatWaitedForARestartDoesNotGoIntoARoomThatIsEncryptedByThen() async throws {
        let (homeserver, store, factory) = (FakeHomeserver(), InMemoryBridgeStore(), SyncFactory())
        let platform = MockPlatformClient(behaviour: .init(failure: .neverFinishes(afterChunks: 1)))
        try await BridgeScenario.run(
            platform: platform, homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await room.join("!a")
            try await room.say("tell me", in: "!a", as: "$1")
            try await eventually("a draft") { !homeserver.messages(in: "!a").isEmpty }
        }
        var room = try #require(await store.rooms().first)
        room.isEncrypted = true
        await store.update(room)
        platform.setBehaviour(.init())
        let before = homeserver.sent.count
        try await BridgeScenario.run(
            platform: platform, homeserver: homeserver, store: store, factory: factory
        ) { room in
            try await eventually("the turn is done") { try await room.store.unfinishedTurns().isEmpty }
        }
        #expect(homeserver.sent.count == before)
    }

    @Test func noFileIsHandedOverForARoomThatBecameEncryptedMeanwhile() async throws {
        struct Shelf: FileShelf {
            func keep(_ file: AgentFile, as id: String) async throws(AttachmentFailure) -> OutgoingFile {
                OutgoingFile(path: "/\(id)", mimeType: "text/plain", size: 1, filename: file.filename)
            }
        }
        let (agent, homeserver) = (LongRunningPlatform(), FakeHomeserver())
        homeserver.failUploads(Array(repeating: HomeserverError(.unreachable, "lost"), count: 3))
        try await BridgeScenario.run(platform: agent, shelf: Shelf(), homeserver: homeserver) { room in
            try await room.join("!a")
            try await room.say("a file, please", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.textChunk("Here."), .file(AgentFile(filename: "a", location: .path("a"))), .end(tokensUsed: 1))
            _ = try await room.finished(1, in: "!a")
            try await room.arrive([encryption], in: "!a")
            try await eventually("the turn is done") { try await room.store.unfinishedTurns().isEmpty }
        }
        #expect(homeserver.uploads.isEmpty)
    }

    @Test func noCommandIsOfferedInARoomThatBecameEncryptedMeanwhile() async throws {
        let homeserver = FakeHomeserver()
        var configuration = BridgeConfiguration.forTests(budget: SendBudget(burst: 3, rate: 4))
        configuration.offersCommands = true
        try await BridgeScenario.run(
            platform: MockPlatformClient(), homeserver: homeserver, configuration: configuration
        ) { room in
            func changes(in roomID: RoomID) -> Int { homeserver.stateChanges.count { $0.roomID == roomID } }
            try await room.join("!a")
            try await room.join("!b")
            try await eventually("the first offers") { changes(in: "!a") > 1 }
            try await room.arrive([encryption], in: "!a")
            let before = changes(in: "!a")
            try await eventually("the next room's offers") { changes(in: "!b") > 0 }
            #expect(changes(in: "!a") == before)
        }
    }
}
