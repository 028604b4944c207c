import MatrixAPI
import TestSupport
import Testing

@Suite("Room upgrades", .timeLimit(.minutes(10)))
struct RoomUpgradeTests {
    @Test("The bot follows into the room that replaces its own, and the conversation goes on there only")
    func upgrade() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                let old = try await alice.createRoom(isPublic: true, inviting: [bot])
                try await alice.waitForMember(bot, toBe: "join", in: old)
                _ = try await alice.ask("before", in: old, of: bot)
                for version in ["11", "12"] {
                    let room = try await alice.createRoom(isPublic: true, inviting: [bot])
                    try await alice.waitForMember(bot, toBe: "join", in: room)
                    let answer = try await alice.api.request(
                        "POST", ["v3", "rooms", room, "upgrade"], body: ["new_version": .string(version)])
                    let new = try #require(answer["replacement_room"]?.stringValue)
                    try await alice.waitForMember(bot, toBe: "join", in: new)
                    #expect(try await alice.ask("after", in: new, of: bot).text == "[MOCK] after")
                    let unheard = try await alice.sendText("anybody here?", in: room)
                    _ = try await alice.ask("and again", in: new, of: bot)
                    #expect(try await alice.messages(in: room).reply(to: unheard, from: bot).messages.isEmpty)
                }
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("Where the new room is closed, the bot comes with the invite")
    func invite() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                let old = try await stage.directRoom(of: alice)
                let answer = try await alice.api.request(
                    "POST", ["v3", "rooms", old, "upgrade"], body: ["new_version": "11"])
                let new = try #require(answer["replacement_room"]?.stringValue)
                try await rialto.waitForLog("cannot be joined without an invite")
                try await alice.invite(bot, to: new)
                try await alice.waitForMember(bot, toBe: "join", in: new)
                #expect(try await alice.ask("after", in: new, of: bot).text == "[MOCK] after")
                #expect(rialto.errorLines == [])
            }
        }
    }
}
