import MatrixAPI
import TestSupport
import Testing

@Suite("Crashes", .timeLimit(.minutes(10)))
struct CrashTests {
    @Test("Killed while ten messages in three rooms are being answered, it answers each exactly once in the end")
    func neverLostNeverTwice() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { rialto in
                var rooms: [String] = []
                for _ in 0..<3 { rooms.append(try await stage.directRoom(of: alice)) }
                var questions: [Question] = []
                for number in 0..<10 {
                    questions.append(try await ask(number, in: rooms[number % 3], by: alice))
                }

                // Once while the first answers are there, once more while others are under way.
                try await wait(forFinished: 2, of: questions, bot: bot, reader: alice)
                try await rialto.kill()
                for number in 10..<13 {
                    questions.append(try await ask(number, in: rooms[number % 3], by: alice))
                }
                try await rialto.start()
                try await wait(forFinished: 6, of: questions, bot: bot, reader: alice)
                try await waitForDraft(of: questions, bot: bot, reader: alice)
                try await rialto.kill()
                try await rialto.start()
                try await wait(forFinished: questions.count, of: questions, bot: bot, reader: alice)

                // A question behind all others in each room: when it is answered, nothing can be left to come.
                for (index, room) in rooms.enumerated() {
                    let last = try await ask(20 + index, in: room, by: alice)
                    _ = try await alice.reply(to: last.eventID, in: room, from: bot)
                    questions.append(last)
                }
                for room in rooms {
                    let timeline = try await alice.messages(in: room)
                    let asked = questions.filter { $0.room == room }
                    for question in asked {
                        let reply = timeline.reply(to: question.eventID, from: bot)
                        #expect(reply.messages.count == 1, "messages that answer \(question.text)")
                        #expect(reply.endings.count == 1, "ends of the answer to \(question.text)")
                        #expect(reply.isFinished)
                        #expect(reply.text == question.answer)
                        let mentioned = reply.messages.flatMap(\.events).filter { !$0.mentionedUsers.isEmpty }
                        #expect(mentioned.count == 1, "notifications about \(question.text)")
                    }
                    #expect(timeline.messages(from: bot).count == asked.count)
                    // In one room the answers come in the order of the questions.
                    let order = timeline.messages(from: bot).compactMap(\.turn)
                    #expect(order == asked.map(\.eventID))
                }
            }
        }
    }

    @Test("A half-written answer goes on in the same message after a crash")
    func sameMessage() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { rialto in
                let room = try await stage.directRoom(of: alice)
                let question = try await alice.sendText("/echo chunks=40 pace=60 tide", in: room)
                let half = try await alice.waitUntil("half an answer", in: room) {
                    ($0.timeline.reply(to: question, from: bot).messages.first?.edits.count ?? 0) >= 2
                }
                let draft = try #require(half.timeline.reply(to: question, from: bot).messages.first)
                try await rialto.kill()
                try await rialto.start()
                let reply = try await alice.reply(to: question, in: room, from: bot)
                #expect(reply.messages.map(\.original.id) == [draft.original.id])
                #expect(reply.text == (1...40).map { "tide \($0)" }.joined(separator: " "))
                #expect(reply.endings.count == 1)
                // It goes on from where it was: what a reader has seen is never taken back, and the agent is asked once.
                let bodies = (reply.messages.first?.events ?? []).map { ($0.newContent ?? $0.content)["body"] }
                let texts = bodies.map { $0?.stringValue ?? "" }
                for (earlier, later) in zip(texts, texts.dropFirst()) { #expect(later.hasPrefix(earlier)) }
            }
        }
    }
}

/// A question whose answer is known.
private struct Question: Sendable {
    let number: Int
    let room: String
    let eventID: String

    static let chunks = 12

    static func text(_ number: Int) -> String { "/echo chunks=\(chunks) pace=40 q\(number)" }

    var text: String { Self.text(number) }
    var answer: String { (1...Self.chunks).map { "q\(number) \($0)" }.joined(separator: " ") }
}

private func ask(_ number: Int, in room: String, by person: SynapseUser) async throws -> Question {
    Question(number: number, room: room, eventID: try await person.sendText(Question.text(number), in: room))
}

/// Waits until so many of the questions have their whole answer.
private func wait(
    forFinished count: Int,
    of questions: [Question],
    bot: String,
    reader: SynapseUser
) async throws {
    try await watch("\(count) whole answers", questions, bot: bot, reader: reader) { replies in
        replies.count { $0.isFinished } >= count
    }
}

/// Waits until one of the answers is half-written.
private func waitForDraft(of questions: [Question], bot: String, reader: SynapseUser) async throws {
    try await watch("a half-written answer", questions, bot: bot, reader: reader) { replies in
        replies.contains { !$0.messages.isEmpty && !$0.isFinished } || replies.allSatisfy(\.isFinished)
    }
}

private func watch(
    _ what: String,
    _ questions: [Question],
    bot: String,
    reader: SynapseUser,
    until isDone: ([ObservedReply]) -> Bool
) async throws {
    let limit = Duration.seconds(90)
    let deadline = ContinuousClock.now + limit
    while true {
        try await reader.sync(timeout: .seconds(2))
        var replies: [ObservedReply] = []
        for question in questions {
            replies.append(await reader.view(of: question.room).timeline.reply(to: question.eventID, from: bot))
        }
        if isDone(replies) { return }
        guard ContinuousClock.now < deadline else {
            let states = zip(questions, replies).map { "q\($0.number): \($1.messages.map(\.body)) \($1.isFinished)" }
            throw TimedOut("\(what):\n\(states.joined(separator: "\n"))", limit: limit)
        }
    }
}
