import TestSupport
import Testing

@Suite("Synapse's own rate limit", .timeLimit(.minutes(10)))
struct RateLimitTests {
    @Test("With the default settings three questions in a row get their whole answers")
    func threeQuestions() async throws {
        try await withStage(limits: .standard) { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            var configuration = try stage.configuration()
            for key in ["edit_interval_ms", "edits_per_second", "edit_burst"] { configuration["bridge", key] = nil }
            try await stage.withAgent { _ in
                try await stage.withRialto(configuration) { rialto in
                    let room = try await stage.directRoom(of: alice)
                    try await expectWholeAnswers(to: ["one", "two", "three"], in: room, of: bot, by: alice)
                    #expect(rialto.errorLines == [])
                }
            }
        }
    }

    @Test("A bot that expects far too much of the server learns its limit, and loses nothing")
    func wrongGuess() async throws {
        try await withStage(limits: .standard) { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { rialto in
                let room = try await stage.directRoom(of: alice)
                try await expectWholeAnswers(to: ["four", "five", "six"], in: room, of: bot, by: alice)
                #expect(rialto.log.contains("asked for a pause"), "the limit was not reached")
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("Neither SIGKILL nor SIGTERM in a pause that the server asked for loses or doubles an answer")
    func stoppedInAPause() async throws {
        try await withStage(limits: .standard) { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { rialto in
                let room = try await stage.directRoom(of: alice)
                let question = try await alice.sendText("/echo chunks=100 pace=50 tide", in: room)
                try await rialto.waitForLog("asked for a pause")
                try await rialto.kill()
                try await rialto.start()
                try await rialto.waitForLog("asked for a pause")
                #expect(try await rialto.terminate() == .exited(0))
                let reply = try await alice.messages(in: room).reply(to: question, from: bot)
                #expect(reply.messages.count == 1)
                #expect(reply.endings.count == 1)
                #expect(reply.text == (1...100).map { "tide \($0)" }.joined(separator: " "))
            }
        }
    }
}

private func expectWholeAnswers(
    to words: [String],
    in room: String,
    of bot: String,
    by person: SynapseUser
) async throws {
    var questions: [(word: String, eventID: String)] = []
    for word in words {
        questions.append((word, try await person.sendText("/echo chunks=40 pace=50 \(word)", in: room)))
    }
    for (word, eventID) in questions {
        let reply = try await person.reply(to: eventID, in: room, from: bot, limit: .seconds(120))
        #expect(reply.text == (1...40).map { "\(word) \($0)" }.joined(separator: " "))
        #expect(reply.messages.count == 1)
        #expect(reply.endings.count == 1)
    }
}
