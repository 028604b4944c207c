import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Failures of other bridges with context: one history for all threads, replies whose quote the agent never sees, edits
/// that are read as new messages.
@Suite(.timeLimit(.minutes(1))) struct ThreadContextTests {
    private let alice: UserID = "@alice:example.org"
    private let mention: JSONValue = ["user_ids": ["@rialto:example.org"]]

    private func thread(_ root: String) -> JSONValue {
        ["rel_type": "m.thread", "event_id": .string(root)]
    }

    @Test func aThreadsAnswerStaysInItsThread() async throws {
        let platform = MockPlatformClient(behaviour: .init(latency: .milliseconds(5), chunkSize: 4))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a", members: 5)
            let content = ["m.relates_to": thread("$root"), "m.mentions": mention]
            try await room.say("hello there, in the thread", in: "!a", as: "$1", content: content)
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.edits > 0)
            #expect(reply.original["m.relates_to"]?["rel_type"] == "m.thread")
            #expect(reply.original["m.relates_to"]?["event_id"] == "$root")
            #expect(reply.original["m.relates_to"]?["m.in_reply_to"] == ["event_id": "$1"])
            // What an edit says of threads is ignored by servers, and misread by clients.
            for event in room.homeserver.sent.dropFirst() {
                #expect(event.content["m.relates_to"]?["rel_type"] == "m.replace")
                #expect(event.content["m.new_content"]?["m.relates_to"] == nil)
            }
        }
    }

    @Test func threadsHaveHistoriesOfTheirOwn() async throws {
        let (homeserver, store, factory) = (FakeHomeserver(), InMemoryBridgeStore(), SyncFactory())
        let platform = RecordingPlatform()
        for start in [0, 3] {
            // The second time is after a restart.
            try await BridgeScenario.run(
                platform: platform, homeserver: homeserver, store: store, factory: factory
            ) { room in
                if start == 0 { try await room.join("!a") }
                try await room.say("main", in: "!a", as: "$\(start + 1)")
                for (number, root) in [(2, "$red"), (3, "$blue")] {
                    let content = ["m.relates_to": thread(root)]
                    try await room.say("thread", in: "!a", as: "$\(start + number)", content: content)
                }
                _ = try await room.finished(start + 3, in: "!a")
            }
        }
        let threads = platform.requests.map(\.threadID)
        #expect(Set(threads.prefix(3)).count == 3)
        #expect(Array(threads.prefix(3)) == Array(threads.suffix(3)))
    }

    /// People go on below an answer in a thread of its own: the bot hears them there, and knows what it had said.
    @Test func theMessageThatOpensAThreadReachesTheAgent() async throws {
        let platform = RecordingPlatform()
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a", members: 5)
            try await room.say("What is tea?", in: "!a", as: "$1", content: ["m.mentions": mention])
            let answer = try #require(try await room.finished(1, in: "!a").first)
            var relation = thread(answer.eventID.rawValue).objectValue ?? [:]
            relation["m.in_reply_to"] = ["event_id": .string(answer.eventID.rawValue)]
            relation["is_falling_back"] = true
            try await room.say("And coffee?", in: "!a", as: "$2", content: ["m.relates_to": .object(relation)])
            _ = try await room.finished(2, in: "!a")
            try await room.say("And milk?", in: "!a", as: "$3", content: ["m.relates_to": .object(relation)])
            _ = try await room.finished(3, in: "!a")
            #expect(
                platform.requests.map(\.text) == [
                    "What is tea?", "> **rialto:** [MOCK] What is tea?\n\nAnd coffee?", "And milk?",
                ])
        }
    }

    @Test func theQuotedTextReachesTheAgent() async throws {
        let homeserver = FakeHomeserver(names: ["@bob:example.org": "Bob"])
        try homeserver.setEvent(SyncFactory.message("$bob", from: "@bob:example.org", "Tea\nor coffee?"))
        let platform = RecordingPlatform()
        try await BridgeScenario.run(platform: platform, homeserver: homeserver) { room in
            try await room.join("!a")
            let reply: JSONValue = ["m.in_reply_to": ["event_id": "$bob"]]
            try await room.say("Which?", in: "!a", as: "$1", content: ["m.relates_to": reply])
            let first = try #require(try await room.finished(1, in: "!a").first)
            #expect(platform.requests.last?.text == "> **Bob:** Tea\n> or coffee?\n\nWhich?")
            let own: JSONValue = ["m.in_reply_to": ["event_id": .string(first.eventID.rawValue)]]
            try await room.say("Sure?", in: "!a", as: "$2", content: ["m.relates_to": own])
            _ = try await room.finished(2, in: "!a")
            #expect(platform.requests.last?.text.hasPrefix("> **rialto:** [MOCK] > **Bob:** Tea") == true)
            let lost: JSONValue = ["m.in_reply_to": ["event_id": "$lost"]]
            try await room.say("Well?", in: "!a", as: "$3", content: ["m.relates_to": lost])
            _ = try await room.finished(3, in: "!a")
            #expect(platform.requests.last?.text == "Well?")
        }
    }

    /// Also not one of a message that the bot has nothing to do with, and never with the asterisk of its fallback.
    @Test func anAnswerOfAnotherRoomIsNotQuoted() async throws {
        let platform = RecordingPlatform()
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.join("!b")
            try await room.say("a secret", in: "!a", as: "$1")
            let answer = try #require(try await room.finished(1, in: "!a").first)
            let reply: JSONValue = ["m.in_reply_to": ["event_id": .string(answer.eventID.rawValue)]]
            try await room.say(
                "What was it?", from: "@bob:example.org", in: "!b", as: "$2", content: ["m.relates_to": reply])
            _ = try await room.finished(1, in: "!b")
            #expect(platform.requests.last?.text == "What was it?")
        }
    }

    @Test func anEditIsNotAnsweredAsANewMessage() async throws {
        let platform = RecordingPlatform()
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join("!a")
            try await room.say("first", in: "!a", as: "$1")
            _ = try await room.finished(1, in: "!a")
            let bare = SyncFactory.message(
                "$4", from: alice, "* no new content",
                content: ["m.relates_to": ["rel_type": "m.replace", "event_id": "$1"]])
            try await room.arrive(
                [
                    SyncFactory.edit("$2", of: "$1", from: alice, "second"),
                    SyncFactory.edit("$3", of: "$unknown", from: alice, "third"), bare,
                ], in: "!a")
            try await room.say("the end", in: "!a", as: "$5")
            _ = try await room.finished(2, in: "!a")
            try await eventually("nothing is left") { try await room.store.unfinishedTurns().isEmpty }
            #expect(platform.requests.map(\.text) == ["first", "second", "the end"])
            #expect(room.homeserver.messages(in: "!a").count == 2)
        }
    }

    /// Room ids of version 12 have no domain; threads and turns have ids of their own, and neither is ever taken for a room.
    @Test func aSessionKeyIsNeverUsedAsARoomID() async throws {
        let roomID: RoomID = "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM"
        let platform = RecordingPlatform(behaviour: .init(latency: .milliseconds(2)))
        try await BridgeScenario.run(platform: platform) { room in
            try await room.join(roomID)
            try await room.say("in the room", in: roomID, as: "$1")
            try await room.say("in a thread", in: roomID, as: "$2", content: ["m.relates_to": thread("$1")])
            try await room.say("!whoami", in: roomID, as: "$3")
            _ = try await room.finished(2, in: roomID)
            _ = try await room.notice(containing: "alice", in: roomID)
            #expect(Set(room.homeserver.sent.map(\.roomID)) == [roomID])
            #expect(platform.requests.allSatisfy { $0.threadID != roomID.rawValue })
        }
    }
}
