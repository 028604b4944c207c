import MatrixAPI
import TestSupport
import Testing

@Suite("Rooms", .timeLimit(.minutes(10)))
struct RoomTests {
    @Test("Two rooms that ask at once are both answered, each with its own words, and the one that waits shows typing")
    func twoRooms() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let bob = try await stage.server.makeUser("bob")
            try await stage.withRialtoAndAgent { rialto in
                let hers = try await stage.directRoom(of: alice)
                let his = try await stage.directRoom(of: bob)
                let first = try await alice.sendText("/echo chunks=30 pace=60 gold", in: hers)
                try await alice.waitUntil("the draft of the first answer", in: hers) {
                    !$0.timeline.reply(to: first, from: bot).messages.isEmpty
                }
                let second = try await bob.sendText("/echo chunks=30 pace=60 lead", in: his)
                // The agent answers one at a time; who waits for it sees that something is going on.
                let waiting = try await bob.waitUntil("typing in the second room", in: his) { $0.typing.contains(bot) }
                #expect(waiting.timeline.reply(to: second, from: bot).messages.isEmpty)

                let gold = try await alice.reply(to: first, in: hers, from: bot)
                let lead = try await bob.reply(to: second, in: his, from: bot)
                #expect(gold.text == (1...30).map { "gold \($0)" }.joined(separator: " "))
                #expect(lead.text == (1...30).map { "lead \($0)" }.joined(separator: " "))
                let ends = [gold, lead].compactMap { $0.endings.first?.timestamp }
                #expect(ends.count == 2)
                #expect(ends == ends.sorted())
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("In a group it answers a mention and a reply to it, and nothing else but commands")
    func group() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let bob = try await stage.server.makeUser("bob")
            try await stage.withRialto(stage.configuration(.mock)) { _ in
                let room = try await stage.groupRoom(of: alice, with: bob)
                let unmentioned = try await alice.sendText("talking among ourselves", in: room)
                let other = try await alice.sendText("you there?", in: room, mentioning: [bob.userID])
                let mentioned = try await alice.ask("and you?", in: room, of: bot, mentioning: [bot])
                #expect(mentioned.text == "[MOCK] and you?")
                let first = try #require(mentioned.messages.first)
                #expect(first.original.repliedToID == mentioned.messages.first?.turn)
                #expect(first.original.relationType == nil)
                #expect(first.content["m.mentions"] == ["user_ids": [.string(alice.userID)]])

                let reply = try await bob.sendText("go on", in: room, replyingTo: first.original.id)
                let toReply = try await bob.reply(to: reply, in: room, from: bot)
                #expect(toReply.text.hasPrefix("[MOCK] > **") && toReply.text.hasSuffix("[MOCK] and you?\n\ngo on"))
                #expect(toReply.messages.first?.content["m.mentions"] == ["user_ids": [.string(bob.userID)]])

                let help = try await alice.command("!help", in: room, of: bot)
                #expect(help.body?.contains("`!skills`") == true)
                #expect(help.content["m.mentions"] == [:])
                let notice = try await alice.sendText("I am a bot", in: room, type: "m.notice", mentioning: [bot])
                _ = try await bob.ask("the last one", in: room, of: bot, mentioning: [bot])

                // The room's messages are dealt with in their order: what had no answer by now never gets one.
                let timeline = try await alice.messages(in: room)
                for silent in [unmentioned, other, notice] {
                    #expect(timeline.reply(to: silent, from: bot).messages.isEmpty)
                }
                #expect(timeline.messages(from: bot).count == 4)
            }
        }
    }

    @Test("A question in a thread is answered in it, and the relation stands on the first event only")
    func thread() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let bob = try await stage.server.makeUser("bob")
            try await stage.withRialtoAndAgent { _ in
                let room = try await stage.groupRoom(of: alice, with: bob)
                let root = try await alice.sendText("Let us talk about ships", in: room)
                let question = try await alice.sendText(
                    "/echo chunks=20 pace=60 sail", in: room, mentioning: [bot], thread: root)
                let reply = try await alice.reply(to: question, in: room, from: bot)
                let message = try #require(reply.messages.first)
                #expect(
                    message.original.content["m.relates_to"] == [
                        "rel_type": "m.thread", "event_id": .string(root), "is_falling_back": true,
                        "m.in_reply_to": ["event_id": .string(question)],
                    ])
                #expect(message.edits.count >= 2)
                for edit in message.edits {
                    #expect(
                        edit.content["m.relates_to"] == [
                            "rel_type": "m.replace", "event_id": .string(message.original.id),
                        ])
                    #expect(edit.newContent?["m.relates_to"] == nil)
                }
                // It takes part in the thread now, so that nobody has to mention it there again.
                let more = try await bob.sendText("/echo chunks=2 pace=0 oar", in: room, thread: root)
                let second = try await bob.reply(to: more, in: room, from: bot)
                #expect(second.text == "oar 1 oar 2")
                #expect(second.messages.first?.original.relatedID == root)
            }
        }
    }

    @Test("The answer to a thread of the asker alone stays in its thread in a direct room as well")
    func directThread() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { _ in
                let room = try await stage.directRoom(of: alice)
                let root = try await alice.ask("first", in: room, of: bot)
                let rootID = try #require(root.messages.first?.original.id)
                let question = try await alice.sendText("second", in: room, thread: rootID)
                let reply = try await alice.reply(to: question, in: room, from: bot)
                // The first question in a thread brings what the thread began with.
                #expect(reply.text.hasPrefix("[MOCK] > **"))
                #expect(reply.text.hasSuffix("\n\nsecond"))
                #expect(reply.messages.first?.original.relatedID == rootID)
                #expect(reply.messages.first?.original.relationType == "m.thread")
            }
        }
    }
}
