import MatrixAPI
import TestSupport
import Testing

@Suite("People change their minds", .timeLimit(.minutes(10)))
struct ChangeTests {
    /// The bot's messages in a room as a client shows them.
    private func replies(in room: String, _ stage: Stage) async -> [ObservedMessage] {
        await stage.alice.view(of: room).timeline.messages(from: stage.bot.userID)
    }

    @Test("An edit is answered in the same message, a 🛑 stops it, a 🔁 answers again, and a redaction takes it away")
    func oneReply() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { rialto in
                let room = try await stage.directRoom(of: alice)
                let question = try await alice.sendText("/echo chunks=400 pace=50 gold", in: room)
                let begun = try await alice.waitUntil("a draft", in: room) {
                    !$0.timeline.reply(to: question, from: bot).messages.isEmpty
                }
                let draft = try #require(begun.timeline.reply(to: question, from: bot).messages.first)

                try await alice.edit(question, to: "/echo chunks=400 pace=50 lead", in: room)
                try await alice.waitUntil("the new answer", in: room) {
                    $0.timeline.reply(to: question, from: bot).messages.first?.body.contains("lead 2") == true
                }
                let stop = try await alice.react("🛑", to: draft.original.id, in: room)
                let stopped = try await alice.reply(to: question, in: room, from: bot)
                // By the homeserver's clock; on a machine of its own it is a tenth of a second.
                let sign = try await alice.event(stop, in: room)
                #expect(try #require(stopped.endings.last).timestamp - sign.timestamp < 10_000)
                #expect(stopped.messages.count == 1)
                #expect(stopped.messages.first?.original.id == draft.original.id)
                #expect(stopped.text.contains("lead 1") && !stopped.text.contains("gold"))

                try await alice.edit(question, to: "/echo chunks=3 pace=10 tin", in: room)
                try await alice.waitUntil("the short answer", in: room) {
                    let reply = $0.timeline.reply(to: question, from: bot)
                    return reply.isFinished && reply.text.contains("tin 3")
                }
                let endings = await replies(in: room, stage).flatMap(\.events).count { $0.messageType == "m.text" }
                try await alice.react("🔁", to: question, in: room)
                try await alice.waitUntil("the answer is given again", in: room) {
                    let events = $0.timeline.messages(from: bot).flatMap(\.events)
                    return events.count { $0.messageType == "m.text" } == endings + 1
                }
                #expect(await replies(in: room, stage).map(\.original.id) == [draft.original.id])

                try await alice.redact(question, in: room)
                try await alice.waitForEvent("the reply's redaction", in: room) { event in
                    event.type == "m.room.redaction" && event.sender == bot
                }
                #expect(try await alice.event(draft.original.id, in: room).content == [:])
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("Two messages in quick succession get one answer, which replies to the last of them")
    func quickSuccession() async throws {
        try await withStage { stage in
            var configuration = try stage.configuration(.mock)
            configuration["bridge", "merge_messages"] = true
            configuration["bridge", "merge_window_ms"] = 2_000
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let bob = try await stage.server.makeUser("bob")
            try await stage.withRialto(configuration) { _ in
                let room = try await stage.groupRoom(of: alice, with: bob)
                try await alice.sendText("one", in: room, mentioning: [bot])
                let second = try await alice.sendText("two", in: room, mentioning: [bot])
                let reply = try await alice.reply(to: second, in: room, from: bot)
                #expect(reply.text == "[MOCK] one\n\ntwo")
                #expect(reply.messages.first?.original.repliedToID == second)
                #expect(await replies(in: room, stage).count == 1)
            }
        }
    }
}
