import Foundation
import MatrixAPI
import TestSupport
import Testing

@Suite("Commands offered in the state of rooms", .timeLimit(.minutes(10)))
struct OfferedCommandTests {
    /// What a room offers of the bot's commands, by their names.
    private static func offers(in room: String, to person: SynapseUser) async throws -> [String: JSONValue] {
        let state = try await person.api.request("GET", ["v3", "rooms", room, "state"]).arrayValue ?? []
        let descriptions = state.filter { $0["type"]?.stringValue == CommandDescription.eventType }
        let named = descriptions.compactMap { event in
            event["content"]?["command"]?.stringValue.map { ($0, event) }
        }
        return Dictionary(named) { $1 }
    }

    @Test("A room offers them where the bot may set state, takes them from clients, and has none where it may not")
    func offers() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            var configuration = try stage.configuration(.mock)
            configuration["bridge", "typed_commands"] = true
            try await stage.withRialto(configuration) { rialto in
                let room = try await stage.directRoom(of: alice)
                let group = try await stage.groupRoom(of: alice)
                try await eventually("all commands are offered", limit: .seconds(60)) {
                    try await Self.offers(in: room, to: alice).count == 26
                }
                let help = try #require(try await Self.offers(in: room, to: alice)["help"])
                #expect(help["sender"]?.stringValue == bot)
                let key = CommandDescription(command: "help", description: "").stateKey(of: UserID(bot))
                #expect(help["state_key"]?.stringValue == key)

                let content: JSONValue = [
                    "msgtype": "m.text", "body": "/skill on browser", "m.mentions": ["user_ids": [.string(bot)]],
                    "org.matrix.msc4391.command": [
                        "command": "skill", "arguments": ["state": "on", "skill": "browser"],
                    ],
                ]
                try await alice.send("m.room.message", content, in: group)
                try await alice.waitForEvent("the answer to the invocation", in: group) { event in
                    event.sender == bot && event.body?.contains("browser") == true
                }

                // In the group the bot is an ordinary member: it offers nothing, and works as ever.
                try await rialto.waitForLog("the bot may not offer its commands in a room")
                #expect(try await Self.offers(in: group, to: alice).isEmpty)
                #expect(try await alice.command("!whoami", in: group, of: bot).body?.contains(alice.userID) == true)
                var levels =
                    try await alice.api.request("GET", ["v3", "rooms", group, "state", "m.room.power_levels", ""])
                    .objectValue ?? [:]
                var users = levels["users"]?.objectValue ?? [:]
                users[bot] = 50
                levels["users"] = .object(users)
                try await alice.setState("m.room.power_levels", content: .object(levels), in: group)
                try await eventually("the group has them too", limit: .seconds(60)) {
                    try await Self.offers(in: group, to: alice).count == 26
                }

                // Switched off, they are taken back.
                try await rialto.terminate()
                var off = configuration
                off["bridge", "typed_commands"] = false
                _ = try stage.write(off)
                try await rialto.start()
                try await eventually("they are taken back", limit: .seconds(60)) {
                    let left = try await Self.offers(in: room, to: alice)
                    let others = try await Self.offers(in: group, to: alice)
                    return left.isEmpty && others.isEmpty
                }
                #expect(rialto.errorLines == [])
            }
        }
    }
}
