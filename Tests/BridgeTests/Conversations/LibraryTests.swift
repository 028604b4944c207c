import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Conversations that are named, put away, saved and gone on with.
@Suite(.timeLimit(.minutes(1))) struct LibraryTests {
    private let notices = EnglishNotices()
    private let bob: UserID = "@bob:example.org"

    @Test func aSavedConversationIsGoneOnWithByTypingItsNumber() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            let place = ThreadPlace(roomID: "!a", root: nil)
            let first = try await room.store.currentThread(in: place).threadID
            try await room.say("!save trip", in: "!a", as: "$1")
            _ = try await room.notice(containing: notices.saved("trip", prefix: "!"), in: "!a")
            try await room.say("!new", in: "!a", as: "$2")
            _ = try await room.notice(containing: notices.newThread, in: "!a")
            #expect(try await room.store.currentThread(in: place).threadID != first)
            try await room.say("!load", in: "!a", as: "$3")
            _ = try await room.notice(containing: "**1**: `trip`", in: "!a")
            // A number that is not in the list leaves the question open.
            try await room.say("2", in: "!a", as: "$4")
            _ = try await room.notice(containing: notices.noSuchChoice(maximum: 1), in: "!a")
            try await room.say(" 1 ", in: "!a", as: "$5")
            _ = try await room.notice(containing: notices.loaded("trip"), in: "!a")
            #expect(try await room.store.currentThread(in: place).threadID == first)
            // The question is answered: from here on a number is a message like any other.
            try await room.say("1", in: "!a", as: "$6")
            let reply = try #require(try await room.finished(1, in: "!a").last)
            #expect(reply.body.hasPrefix("[MOCK] 1"))
        }
    }

    @Test func aNumberIsAnAnswerOnlyFromTheOneWhoWasAskedAndOnlyThere() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a", members: 5)
            try await room.join("!b")
            try await room.say("!save trip", in: "!a", as: "$1")
            _ = try await room.notice(containing: "trip", in: "!a")
            let before = try await room.store.currentThread(in: ThreadPlace(roomID: "!b", root: nil)).threadID
            try await room.say("!load", in: "!a", as: "$2")
            _ = try await room.notice(containing: "**1**: `trip`", in: "!a")
            try await room.say("1", from: bob, in: "!a", as: "$3")
            try await room.say("1", in: "!b", as: "$4")
            #expect(try await room.finished(1, in: "!b").last?.body.hasPrefix("[MOCK] 1") == true)
            #expect(try await room.store.currentThread(in: ThreadPlace(roomID: "!b", root: nil)).threadID == before)
            #expect(!room.homeserver.messages(in: "!a").contains { $0.body == notices.loaded("trip") })
            // In a group the number needs no mention.
            try await room.say("0", in: "!a", as: "$5")
            _ = try await room.notice(containing: notices.declined, in: "!a")
            try await room.say("1", in: "!a", as: "$6")
            try await room.say("!whoami", in: "!a", as: "$7")
            _ = try await room.notice(containing: "@alice:example.org", in: "!a")
            #expect(!room.homeserver.messages(in: "!a").contains { $0.body == notices.loaded("trip") })
        }
    }

    @Test func aSavedConversationGoesOnInAnotherRoom() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            try await room.join("!b")
            let first = try await room.store.currentThread(in: ThreadPlace(roomID: "!a", root: nil)).threadID
            try await room.say("!save", in: "!a", as: "$1")
            _ = try await room.notice(containing: "Saved as", in: "!a")
            try await room.say("!load 1", from: bob, in: "!b", as: "$2")
            _ = try await room.notice(containing: notices.noSaves(prefix: "!"), in: "!b")
            try await room.say("!load 1", in: "!b", as: "$3")
            _ = try await room.notice(containing: "We go on", in: "!b")
            try await room.say("and now?", in: "!b", as: "$4")
            _ = try await room.finished(1, in: "!b")
            try await eventually("the turn counts for the conversation") {
                try await room.store.currentThread(in: ThreadPlace(roomID: "!a", root: nil)).turns == 1
            }
            #expect(try await room.store.currentThread(in: ThreadPlace(roomID: "!b", root: nil)).threadID == first)
            try await room.say("!chats", in: "!b", as: "$5")
            _ = try await room.notice(containing: "**from elsewhere**", in: "!b")
        }
    }

    @Test func conversationsAreNamedListedAndPutAway() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient()) { room in
            try await room.join("!a")
            try await room.say("!rename Old plans", in: "!a", as: "$1")
            _ = try await room.notice(containing: notices.renamed("Old plans"), in: "!a")
            try await room.say("!archive", in: "!a", as: "$2")
            _ = try await room.notice(containing: notices.archivedCurrent, in: "!a")
            try await room.say("!rename New plans", in: "!a", as: "$3")
            try await room.say("!chats", in: "!a", as: "$4")
            let list = try await room.notice(containing: "**Conversations here**", in: "!a")
            #expect(list.body.contains("**2**: `New plans`") && list.body.contains("we are here"))
            #expect(!list.body.contains("Old plans"))
        }
    }

    @Test func aDirectRoomIsCalledAsItsConversationWhereTheBotMayNameIt() async throws {
        let homeserver = FakeHomeserver()
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!a")
            try await room.join("!group", members: 3)
            try await room.say("!rename Tea", in: "!group", as: "$1")
            _ = try await room.notice(containing: notices.renamed("Tea"), in: "!group")
            try await room.say("!rename Rome", in: "!a", as: "$2")
            _ = try await room.notice(containing: notices.renamed("Rome"), in: "!a")
            #expect(homeserver.stateChanges == [StatePiece("m.room.name", in: "!a")])
            #expect(homeserver.storedState(StatePiece("m.room.name", in: "!a")) == ["name": "Rome"])
            homeserver.failStateChanges([HomeserverError(.rejected(.forbidden), "no")])
            try await room.say("!rename Paris", in: "!a", as: "$3")
            _ = try await room.notice(containing: notices.renamed("Paris"), in: "!a")
            #expect(homeserver.storedState(StatePiece("m.room.name", in: "!a")) == ["name": "Rome"])
        }
    }
}
