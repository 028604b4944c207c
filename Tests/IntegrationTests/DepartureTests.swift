import MatrixAPI
import TestSupport
import Testing

@Suite("Departures", .timeLimit(.minutes(10)))
struct DepartureTests {
    @Test("Who is kicked in the middle of an answer ends it, and comes again with the next invite")
    func kick() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { rialto in
                let room = try await alice.createRoom(inviting: [bot])
                try await alice.waitForMember(bot, toBe: "join", in: room)
                let question = try await alice.sendText("/echo chunks=100 pace=60 gold", in: room)
                try await alice.waitUntil("a draft", in: room) {
                    !$0.timeline.reply(to: question, from: bot).messages.isEmpty
                }
                try await alice.api.request("POST", ["v3", "rooms", room, "kick"], body: ["user_id": .string(bot)])
                try await rialto.waitForLog("the bot was removed from a room")
                let unheard = try await alice.sendText("gone already?", in: room)
                try await alice.invite(bot, to: room)
                try await alice.waitUntil("the second join", in: room) { view in
                    view.timeline.count { event in
                        event.type == "m.room.member" && event.stateKey == bot && event.content["membership"] == "join"
                    } == 2
                }
                let reply = try await alice.ask("/echo chunks=1 pace=0 back", in: room, of: bot)
                #expect(reply.text.contains("back"))
                #expect(try await alice.messages(in: room).reply(to: unheard, from: bot).messages.isEmpty)
            }
        }
    }

    @Test("A room in which the bot may not speak is named in the log, with the level that it needs")
    func powerLevel() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                let room = try await alice.createRoom(inviting: [bot])
                try await alice.waitForMember(bot, toBe: "join", in: room)
                try await alice.setState(
                    "m.room.power_levels",
                    content: ["events_default": 33], in: room)
                try await rialto.waitForLog("the bot may not send messages in a room")
                #expect(rialto.log.contains(#""needed":"33""#))
            }
        }
    }
}
