import MatrixAPI
import TestSupport
import Testing

@Suite("What a homeserver does to a bot", .timeLimit(.minutes(10)))
struct HomeserverTests {
    @Test("The homeserver goes away and comes back, and nothing that was said meanwhile is lost")
    func homeserverRestart() async throws {
        try await SynapseServer.withServer { server in
            try await withStage(server: server) { stage in
                let (alice, bot) = (stage.alice, stage.bot.userID)
                try await stage.withRialtoAndAgent { rialto in
                    let room = try await stage.directRoom(of: alice)
                    let question = try await alice.sendText("/echo chunks=60 pace=60 storm", in: room)
                    try await alice.waitUntil("a draft", in: room) {
                        !$0.timeline.reply(to: question, from: bot).messages.isEmpty
                    }
                    let pid = rialto.pid
                    try await server.restart()
                    let reply = try await alice.reply(to: question, in: room, from: bot, limit: .seconds(90))
                    #expect(reply.messages.count == 1)
                    #expect(reply.endings.count == 1)
                    #expect(reply.text == (1...60).map { "storm \($0)" }.joined(separator: " "))
                    let next = try await alice.ask("/echo chunks=1 calm", in: room, of: bot, limit: .seconds(90))
                    #expect(next.text == "calm 1")
                    #expect(rialto.pid == pid)
                }
            }
        }
    }

    @Test("More messages than one sync brings are all answered after a downtime, in their order")
    func gap() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { rialto in
                let room = try await stage.directRoom(of: alice)
                _ = try await alice.ask("/echo chunks=1 pace=0 before", in: room, of: bot)
                #expect(try await rialto.terminate() == .exited(0))
                var questions: [String] = []
                for number in 1...120 {
                    questions.append(try await alice.sendText("/echo chunks=1 pace=0 n\(number)x", in: room))
                }
                try await rialto.start()
                let last = try #require(questions.last)
                _ = try await alice.reply(to: last, in: room, from: bot, limit: .seconds(90))
                let timeline = try await alice.messages(in: room)
                let lost = questions.enumerated().filter { timeline.reply(to: $1, from: bot).messages.isEmpty }
                #expect(lost.map { $0.offset + 1 } == [])
                #expect(timeline.messages(from: bot).compactMap(\.turn).dropFirst() == questions[...])
                #expect(questions.allSatisfy { timeline.reply(to: $0, from: bot).endings.count == 1 })
            }
        }
    }

    @Test("A session that is ended from elsewhere is replaced by a new login, without a restart and without a loss")
    func revokedSession() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                let room = try await stage.directRoom(of: alice)
                _ = try await alice.ask("hello", in: room, of: bot)
                let pid = rialto.pid
                try await stage.bot.api.request("POST", ["v3", "logout", "all"], body: [:])
                let meanwhile = try await alice.sendText("did you hear this?", in: room)
                #expect(try await alice.reply(to: meanwhile, in: room, from: bot).text == "[MOCK] did you hear this?")
                #expect(rialto.pid == pid)
                #expect(rialto.log.contains("logging in again"))
            }
        }
    }

    @Test("Without a password, a token that is ended from elsewhere ends the bridge with what to do")
    func revokedToken() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            var configuration = try stage.configuration(.mock)
            configuration["matrix", "password_file"] = nil
            let token = try stage.directory.write(stage.bot.accessToken + "\n", to: "token")
            configuration["matrix", "access_token_file"] = .string(token)
            try await stage.withRialto(configuration) { rialto in
                let room = try await stage.directRoom(of: alice)
                _ = try await alice.ask("hello", in: room, of: bot)
                try await stage.bot.api.request("POST", ["v3", "logout", "all"], body: [:])
                #expect(try await rialto.waitForExit(limit: .seconds(40)) == .exited(1))
                #expect(rialto.log.contains("rialto login"))
            }
        }
    }

    @Test("Removed from a room in the middle of an answer, it goes on elsewhere and stops in good order")
    func removedFromRoom() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { rialto in
                // The bot has no power here, as in most rooms.
                let lost = try await stage.groupRoom(of: alice)
                let kept = try await stage.directRoom(of: alice)
                let question = try await alice.sendText("/echo chunks=30 pace=60 exile", in: lost)
                try await alice.waitUntil("a draft", in: lost) {
                    !$0.timeline.reply(to: question, from: bot).messages.isEmpty
                }
                try await alice.api.request("POST", ["v3", "rooms", lost, "kick"], body: ["user_id": .string(bot)])
                let reply = try await alice.ask("/echo chunks=2 pace=0 home", in: kept, of: bot)
                #expect(reply.text == "home 1 home 2")
                // Invited again, it comes back and answers what is new.
                try await alice.invite(bot, to: lost)
                try await alice.waitUntil("its return", in: lost) {
                    $0.timeline.last { $0.stateKey == bot }?.content["membership"] == "join"
                }
                let again = try await alice.ask("/echo chunks=1 pace=0 return", in: lost, of: bot)
                #expect(again.text == "return 1")
                #expect(try await rialto.terminate() == .exited(0))
            }
        }
    }

    @Test("It declines an encrypted room, and sends no plain text into one that becomes encrypted")
    func encryption() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { _ in
                let secret = try await alice.createRoom(direct: true)
                try await alice.setState("m.room.encryption", content: megolm, in: secret)
                try await alice.invite(bot, to: secret)
                try await alice.waitForMember(bot, toBe: "leave", in: secret)

                let room = try await stage.directRoom(of: alice)
                let other = try await stage.directRoom(of: alice)
                let question = try await alice.sendText("/echo chunks=60 pace=50 whisper", in: room)
                try await alice.waitUntil("a draft", in: room) {
                    !$0.timeline.reply(to: question, from: bot).messages.isEmpty
                }
                try await alice.setState("m.room.encryption", content: megolm, in: room)
                try await alice.waitForEvent("the change", in: room) { $0.type == "m.room.encryption" }
                // A question behind the running one: when it is answered, the running one has ended.
                _ = try await alice.ask("/echo chunks=1 pace=0 aloud", in: other, of: bot)
                // One event may have been on its way.
                #expect(try await alice.messages(in: room).afterEncryption(from: bot).count <= 1)
            }
        }
    }
}

private let megolm: JSONValue = ["algorithm": "m.megolm.v1.aes-sha2"]

extension [ObservedEvent] {
    /// The messages that a sender has sent in the clear into a room that is encrypted by then.
    fileprivate func afterEncryption(from sender: String) -> [ObservedEvent] {
        drop { $0.type != "m.room.encryption" }.filter { $0.sender == sender && $0.type == "m.room.message" }
    }
}
