import Foundation
import MatrixAPI
import TestSupport
import Testing

@Suite("The very first start in rooms that the account is in", .timeLimit(.minutes(10)))
struct FirstStartTests {
    @Test("Nothing that is older than the start, the age or the join is answered", arguments: [0, 60])
    func age(minutes: Int) async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot)
            let room = try await alice.createRoom(isPublic: true, inviting: [bot.userID])
            let unheard = try await alice.sendText("before the bot came", in: room)
            try await bot.join(room)
            // More than a first response brings, so that the join stands in the state and the rest is read back.
            var missed: [String] = []
            for number in 1...25 { missed.append(try await alice.sendText("missed \(number)", in: room)) }
            var configuration = try stage.configuration(.mock)
            configuration["bridge", "first_start_max_age_minutes"] = .integer(minutes)
            try await stage.withRialto(configuration) { rialto in
                let end = try await alice.sendText("the end", in: room)
                _ = try await alice.reply(to: end, in: room, from: bot.userID)
                let turns = try await alice.messages(in: room).messages(from: bot.userID).map(\.turn)
                #expect(turns == (minutes == 0 ? [] : missed) + [end])
                #expect(!turns.contains(unheard))
                // A restart is no first start.
                _ = try await rialto.terminate()
                try await rialto.start()
                _ = try await alice.ask("and again", in: room, of: bot.userID)
                #expect(try await alice.messages(in: room).messages(from: bot.userID).count == turns.count + 1)
                #expect(rialto.errorLines == [])
            }
        }
    }
}
