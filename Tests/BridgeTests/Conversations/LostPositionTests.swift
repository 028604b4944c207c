import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// The homeserver does not know the position of the last sync any more, and the first response comes anew.
@Suite(.timeLimit(.minutes(1))) struct LostPositionTests {
    private let homeserver = FakeHomeserver()
    private let alice: UserID = "@alice:example.org"

    private func messages(_ numbers: some Sequence<Int>) -> [JSONValue] {
        numbers.map { SyncFactory.message("$\($0)", from: alice, "message \($0)") }
    }

    private func turns(of replies: [FakeHomeserver.Message]) -> [JSONValue?] {
        replies.map { $0.content["io.rialto.reply"]?["turn"] }
    }

    @Test func whatWasSaidSinceTheLastKnownMessageIsAnsweredOnce() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!a")
            try await room.say("before", in: "!a", as: "$5")
            _ = try await room.finished(1, in: "!a")
            // Months of messages from before the bridge listened lie behind the known one.
            try homeserver.setHistory(messages((0...7).reversed()), of: "!a")
            let newest = SyncFactory.joined(timeline: messages(8...9), limited: true)
            try await room.beginAnew(join: ["!a": newest])
            _ = try await room.finished(5, in: "!a")
            try await room.say("the end", in: "!a", as: "$10")
            let replies = try await room.finished(6, in: "!a")
            #expect(turns(of: replies) == [5, 6, 7, 8, 9, 10].map { .string("$\($0)") })
        }
    }

    @Test func aRoomInWhichNothingIsKnownAnswersNoHistory() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!a")
            let join = SyncFactory.member(homeserver.userID, "join", eventID: "$join")
            try homeserver.setHistory(messages((2...4).reversed()) + [join] + messages([1]), of: "!a")
            try await room.beginAnew(join: ["!a": SyncFactory.joined(timeline: messages(5...6), limited: true)])
            try await room.say("the end", in: "!a", as: "$7")
            let replies = try await room.finished(1, in: "!a")
            #expect(turns(of: replies) == ["$7"])
        }
    }

    @Test func aRoomInWhichNobodyWasHeardYetAnswersWhatWasSaidSinceTheBridgeListens() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!a")
            let begun = try #require(try await room.store.firstSync())
            func message(_ number: Int, at offset: Int64) -> JSONValue {
                SyncFactory.message("$\(number)", from: alice, "message \(number)", at: begun + offset)
            }
            try homeserver.setHistory([message(3, at: 2), message(2, at: 1), message(1, at: -1)], of: "!a")
            try await room.beginAnew(join: ["!a": SyncFactory.joined(timeline: [message(4, at: 3)], limited: true)])
            let replies = try await room.finished(3, in: "!a")
            #expect(turns(of: replies) == ["$2", "$3", "$4"])
            // Once more: now they are known.
            try await room.beginAnew(join: ["!a": SyncFactory.joined(timeline: [message(4, at: 3)], limited: true)])
            try await room.say("the end", in: "!a", as: "$5")
            #expect(turns(of: try await room.finished(4, in: "!a")) == ["$2", "$3", "$4", "$5"])
        }
    }

    @Test func aRoomThatItCameIntoMeanwhileIsHeardFromItsJoinOn() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient(), homeserver: homeserver) { room in
            try await room.join("!other")
            let join = SyncFactory.member(homeserver.userID, "join", eventID: "$join")
            try homeserver.setHistory(messages([2]) + [join] + messages([1]), of: "!a")
            let newest = SyncFactory.joined(timeline: messages([3]), members: 2, limited: true)
            try await room.beginAnew(join: ["!a": newest])
            _ = try await room.finished(2, in: "!a")
            try await room.say("the end", in: "!a", as: "$4")
            let replies = try await room.finished(3, in: "!a")
            #expect(turns(of: replies) == ["$2", "$3", "$4"])
        }
    }
}
