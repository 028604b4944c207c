import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Numbers that are typed back to a list.
@Suite(.timeLimit(.minutes(1))) struct ListTests {
    private let place = ThreadPlace(roomID: "!a", root: nil)

    /// A room with three conversations: the first is called "Rome", the second is put away, the third is current.
    private func withConversations(
        notices: any Notices = EnglishNotices(),
        _ body: (BridgeScenario, _ first: String) async throws -> Void
    ) async throws {
        try await BridgeScenario.run(platform: MockPlatformClient(), notices: notices) { room in
            try await room.join("!a")
            let first = try await room.store.currentThread(in: place).threadID
            try await room.say("!rename Rome", in: "!a", as: "$1")
            _ = try await room.notice(containing: notices.renamed("Rome"), in: "!a")
            try await room.say("!new", in: "!a", as: "$2")
            _ = try await room.notice(containing: notices.newThread, in: "!a")
            try await room.say("!archive", in: "!a", as: "$3")
            _ = try await room.notice(containing: notices.archivedCurrent, in: "!a")
            try await body(room, first)
        }
    }

    @Test(arguments: Language.allCases)
    func aNumberOfTheListGoesOnWithThatConversation(language: Language) async throws {
        let notices = language.notices
        try await withConversations(notices: notices) { room, first in
            let last = try await room.store.currentThread(in: place).threadID
            try await room.say("!chats", in: "!a", as: "$10")
            _ = try await room.notice(containing: "**1**: `Rome`", in: "!a")
            // What is put away is not on the list, and what is not on it leaves the question open.
            try await room.say("2", in: "!a", as: "$11")
            _ = try await room.notice(containing: notices.conversationGone(prefix: "!"), in: "!a")
            try await room.say("4", in: "!a", as: "$12")
            _ = try await room.notice(containing: notices.noSuchChoice(maximum: 3), in: "!a")
            try await room.say("1", in: "!a", as: "$13")
            _ = try await room.notice(containing: notices.resumed(number: 1, title: "Rome"), in: "!a")
            #expect(try await room.store.currentThread(in: place).threadID == first)
            try await room.say("!chats", in: "!a", as: "$14")
            try await room.say("0", in: "!a", as: "$15")
            _ = try await room.notice(containing: notices.declined, in: "!a")
            #expect(try await room.store.currentThread(in: place).threadID == first)
            try await room.say("!chats", in: "!a", as: "$16")
            try await room.say("3", in: "!a", as: "$17")
            _ = try await room.notice(containing: notices.resumed(number: 3, title: nil), in: "!a")
            #expect(try await room.store.currentThread(in: place).threadID == last)
        }
    }

    @Test func whoTalksOnHasLeftTheList() async throws {
        try await withConversations { room, first in
            try await room.say("!chats", in: "!a", as: "$10")
            _ = try await room.notice(containing: "**1**: `Rome`", in: "!a")
            try await room.say("how much is 3 - 2?", in: "!a", as: "$11")
            _ = try await room.finished(1, in: "!a")
            try await room.say("1", in: "!a", as: "$12")
            #expect(try await room.finished(2, in: "!a").last?.body.hasPrefix("[MOCK] 1") == true)
            #expect(try await room.store.currentThread(in: place).threadID != first)
        }
    }

    @Test func savedConversationsAreGoneOnWithAndRemovedByNumber() async throws {
        let notices = EnglishNotices()
        try await withConversations { room, first in
            try await room.say("!save here", in: "!a", as: "$10")
            _ = try await room.notice(containing: notices.saved("here", prefix: "!"), in: "!a")
            try await room.say("!chats", in: "!a", as: "$11")
            try await room.say("1", in: "!a", as: "$12")
            _ = try await room.notice(containing: notices.resumed(number: 1, title: "Rome"), in: "!a")
            try await room.say("!list", in: "!a", as: "$13")
            try await room.say("1", in: "!a", as: "$14")
            _ = try await room.notice(containing: notices.loaded("here"), in: "!a")
            #expect(try await room.store.currentThread(in: place).threadID != first)
            try await room.say("!remove", in: "!a", as: "$15")
            try await room.say("!cancel", in: "!a", as: "$16")
            _ = try await room.notice(containing: notices.declined, in: "!a")
            #expect(try await room.store.savedConversations(of: "@alice:example.org").count == 1)
            try await room.say("!remove", in: "!a", as: "$17")
            try await room.say("1", in: "!a", as: "$18")
            _ = try await room.notice(containing: notices.removed("here"), in: "!a")
            #expect(try await room.store.savedConversations(of: "@alice:example.org").isEmpty)
        }
    }

    @Test func whoMayNotLoadIsOfferedNoNumber() async throws {
        var configuration = BridgeConfiguration.forTests()
        configuration.permissions = PermissionPolicy([PermissionRule(commands: ["load"], access: .deny)])
        try await BridgeScenario.run(platform: MockPlatformClient(), configuration: configuration) { room in
            try await room.join("!a")
            try await room.say("!save trip", in: "!a", as: "$1")
            try await room.say("!list", in: "!a", as: "$2")
            let list = try await room.notice(containing: "**1**: `trip`", in: "!a")
            #expect(!list.body.contains("`!cancel`"))
            try await room.say("1", in: "!a", as: "$3")
            #expect(try await room.finished(1, in: "!a").last?.body.hasPrefix("[MOCK] 1") == true)
        }
    }
}
