import MatrixAPI
import TestSupport
import Testing

@Suite("Odd messages", .timeLimit(.minutes(10)))
struct OddMessageTests {
    @Test("A message of 60 KB gets an answer of 60 KB, in as many messages as it takes, with nothing lost")
    func long() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { rialto in
                let room = try await stage.directRoom(of: alice)
                let padding = String(repeating: "lorem ", count: 10_000)
                let reply = try await alice.ask("/long 60000 \(padding)", in: room, of: bot, limit: .seconds(90))
                #expect(reply.messages.count > 1)
                #expect(reply.messages.map(\.part) == Array(0..<Int64(reply.messages.count)))
                #expect(reply.endings.count == 1)
                let words = reply.text.split(whereSeparator: \.isWhitespace)
                #expect(words == Self.numberedWords(bytes: 60_000))
                for message in reply.messages { #expect(message.edits.count <= 60) }
                // Only the last of the messages names the asker.
                #expect(reply.messages.flatMap(\.events).count { !$0.mentionedUsers.isEmpty } == 1)
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("What no client would send is refused by the server or survived by the bot")
    func malformed() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                let room = try await stage.directRoom(of: alice)
                let deep = String(repeating: "[", count: 90) + String(repeating: "]", count: 90)
                let contents = [
                    #"{"body": "no msgtype"}"#,
                    #"{"msgtype": "m.text"}"#,
                    #"{"msgtype": 5, "body": "a number"}"#,
                    #"{"msgtype": "m.text", "body": {"an": "object"}}"#,
                    #"{"msgtype": "m.text", "body": "half a pair \ud83d here"}"#,
                    #"{"msgtype": "m.text", "body": "the other half \ude00 here"}"#,
                    #"{"msgtype": "m.text", "body": "a null\u0000byte"}"#,
                    #"{"msgtype": "m.text", "body": "\u0000"}"#,
                    #"{"msgtype": "m.text", "body": ""}"#,
                    #"{"msgtype": "m.text", "body": "x", "m.mentions": "everybody"}"#,
                    #"{"msgtype": "m.text", "body": "x", "m.relates_to": []}"#,
                    #"{"msgtype": "m.text", "body": "x", "m.relates_to": {"rel_type": "m.thread", "event_id": 7}}"#,
                    #"{"msgtype": "m.text", "body": "x", "format": 1, "formatted_body": [1]}"#,
                    #"{"msgtype": "m.text", "body": "deep", "deep": \#(deep)}"#,
                ]
                for content in contents {
                    do {
                        try await alice.sendRaw(content, in: room)
                    } catch let refusal as ClientServerAPI.Failure {
                        // Synapse keeps some of them out; a server that does not must not be the end of the bot.
                        #expect((400..<600).contains(refusal.status), "\(refusal) for \(content)")
                    }
                    let next = try await alice.ask("still well?", in: room, of: bot)
                    #expect(next.text == "[MOCK] still well?", "after \(content)")
                }
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("An image that is gone is answered with a sentence, an edit and a reaction with nothing")
    func otherKinds() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { _ in
                let room = try await stage.directRoom(of: alice)
                let question = try await alice.sendText("first", in: room)
                _ = try await alice.reply(to: question, in: room, from: bot)
                try await alice.edit(question, to: "second", in: room)
                try await alice.react("👍", to: question, in: room)
                let image = try await alice.send(
                    "m.room.message", ["msgtype": "m.image", "body": "a.png", "url": "mxc://localhost/abc"], in: room)
                let sentence = try await alice.reply(to: image, in: room, from: bot).text
                #expect(sentence.contains("does not have it any more"))
                _ = try await alice.ask("last", in: room, of: bot)
                #expect(try await alice.messages(in: room).messages(from: bot).count == 3)
            }
        }
    }

    @Test("In a room of five hundred people a mention is answered")
    func largeRoom() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                let room = try await alice.createRoom(isPublic: true, name: "Piazza")
                try await Self.fill(room, with: 498, at: stage.server)
                try await alice.invite(bot, to: room)
                try await alice.waitForMember(bot, toBe: "join", in: room, limit: .seconds(90))
                let members = try await alice.api.request("GET", ["v3", "rooms", room, "joined_members"])
                #expect(members["joined"]?.objectValue?.count == 500)

                let unmentioned = try await alice.sendText("a crowd", in: room)
                let reply = try await alice.ask("and you?", in: room, of: bot, mentioning: [bot], limit: .seconds(90))
                #expect(reply.text == "[MOCK] and you?")
                #expect(try await alice.messages(in: room).reply(to: unmentioned, from: bot).messages.isEmpty)
                #expect(rialto.errorLines == [])
            }
        }
    }

    /// What `/long` answers: the words that make up so many bytes.
    private static func numberedWords(bytes: Int) -> [Substring] {
        let text = (1...bytes / 5).map { "word\($0) " }.joined()
        return text.prefix(bytes).split(separator: " ")
    }

    private static func fill(_ room: String, with count: Int, at server: SynapseServer) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                if number >= 8 { try await group.next() }
                group.addTask { try await server.makeUser("crowd").join(room) }
            }
            try await group.waitForAll()
        }
    }
}
