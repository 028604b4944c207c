import TestSupport
import Testing

@Suite("Invites", .timeLimit(.minutes(10)))
struct InviteTests {
    @Test("An invite of a person on the list is accepted, and that of a stranger is declined")
    func allowList() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let stranger = try await stage.server.makeUser("stranger")
            var configuration = try stage.configuration(.mock)
            configuration["bridge", "allow"] = [alice.userID]
            try await stage.withRialto(configuration) { rialto in
                let refused = try await stranger.createRoom(direct: true, inviting: [bot])
                try await stranger.waitForMember(bot, toBe: "leave", in: refused)
                let room = try await stage.directRoom(of: alice)
                #expect(try await alice.ask("hello", in: room, of: bot).text == "[MOCK] hello")
                // Who is not on the list is not answered in a room that the bot is in either.
                try await alice.invite(stranger.userID, to: room)
                try await stranger.join(room)
                let unheard = try await stranger.sendText("me too", in: room, mentioning: [bot])
                _ = try await alice.ask("and now?", in: room, of: bot, mentioning: [bot])
                let timeline = try await alice.messages(in: room)
                #expect(timeline.reply(to: unheard, from: bot).messages.isEmpty)
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("With an empty list nobody is let in")
    func emptyList() async throws {
        try await withStage { stage in
            let bot = stage.bot.userID
            var configuration = try stage.configuration(.mock)
            configuration["bridge", "allow"] = []
            try await stage.withRialto(configuration) { _ in
                let room = try await stage.alice.createRoom(direct: true, inviting: [bot])
                try await stage.alice.waitForMember(bot, toBe: "leave", in: room)
            }
        }
    }

    @Test("An invite from before the first start is accepted, and one from a downtime as well")
    func whileDown() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let early = try await alice.createRoom(direct: true, inviting: [bot])
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                try await alice.waitForMember(bot, toBe: "join", in: early)
                #expect(try await alice.ask("early?", in: early, of: bot).text == "[MOCK] early?")
                #expect(try await rialto.terminate() == .exited(0))
                let late = try await alice.createRoom(direct: true, inviting: [bot])
                try await rialto.start()
                try await alice.waitForMember(bot, toBe: "join", in: late)
                #expect(try await alice.ask("late?", in: late, of: bot).text == "[MOCK] late?")
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("What was said before the bot came is not answered")
    func history() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { _ in
                let room = try await alice.createRoom(direct: true)
                let before = try await alice.sendText("nobody hears me", in: room)
                try await alice.invite(bot, to: room)
                try await alice.waitForMember(bot, toBe: "join", in: room)
                _ = try await alice.ask("now somebody does", in: room, of: bot)
                let timeline = try await alice.messages(in: room)
                #expect(timeline.reply(to: before, from: bot).messages.isEmpty)
                #expect(timeline.messages(from: bot).count == 1)
            }
        }
    }
}
