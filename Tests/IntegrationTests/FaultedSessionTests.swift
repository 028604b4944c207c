import MatrixAPI
import TestSupport
import Testing

/// Rooms that are replaced, and tokens that end, while answers are under way.
@Suite("Faults of sessions and rooms", .timeLimit(.minutes(10)))
struct FaultedSessionTests {
    private static let long = (1...60).map { "word\($0)" }.joined(separator: " ")

    @Test("A room that is replaced in the middle of an answer gets it in the new room, once, with all that waited")
    func upgradeWhileStreaming() async throws {
        try await withFaults { stage, proxy, rialto in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let old = try await alice.createRoom(isPublic: true, inviting: [bot])
            try await alice.waitForMember(bot, toBe: "join", in: old)
            _ = try await alice.command("!skill search on", in: old, of: bot)
            let before = try await alice.ask("before", in: old, of: bot)
            #expect(before.messages.count == 1)
            let thread = try await alice.command("!context", in: old, of: bot).body
            proxy.plan(nil, nil, nil, .roomUpgrade, for: .send)
            proxy.allowUpgrades(by: alice.accessToken)
            let asked = try await alice.sendText(Self.long, in: old)
            let waiting = try await alice.sendText("one that waits", in: old)
            let new = try await eventualValue("the new room", limit: .seconds(60)) { proxy.upgrades[old] }
            let answer = try await alice.reply(to: asked, in: new, from: bot)
            #expect(answer.text == "[MOCK] " + Self.long && answer.endings.count == 1)
            let other = try await alice.reply(to: waiting, in: new, from: bot)
            #expect(other.text == "[MOCK] one that waits" && other.endings.count == 1)
            let inOldRoom = try await alice.messages(in: old)
            #expect(inOldRoom.reply(to: asked, from: bot).endings.isEmpty)
            #expect(inOldRoom.reply(to: waiting, from: bot).messages.isEmpty)
            // Conversation and settings have come along.
            #expect(try await alice.ask("after", in: new, of: bot).text == "[MOCK] after")
            #expect(try await alice.command("!skills", in: new, of: bot).body?.contains("search") == true)
            #expect(thread?.isEmpty == false)
            #expect(rialto.errorLines == [])
        }
    }

    @Test("A command that meets the closed room is answered in the new one")
    func upgradeBeforeNotice() async throws {
        try await withFaults { stage, proxy, rialto in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let old = try await alice.createRoom(isPublic: true, inviting: [bot])
            try await alice.waitForMember(bot, toBe: "join", in: old)
            proxy.plan(.roomUpgrade, for: .send)
            proxy.allowUpgrades(by: alice.accessToken)
            try await alice.sendText("!whoami", in: old)
            let new = try await eventualValue("the new room", limit: .seconds(60)) { proxy.upgrades[old] }
            try await alice.waitForEvent("the reply", in: new) { $0.sender == bot && $0.messageType == "m.notice" }
            #expect(rialto.errorLines == [])
        }
    }

    @Test("A refused refresh token in the middle of the work leads to a login, and nothing is lost or said twice")
    func refusedRefresh() async throws {
        try await withFaults { stage, proxy, rialto in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let room = try await stage.directRoom(of: alice)
            _ = try await alice.ask("hello", in: room, of: bot)
            proxy.plan(.badGateway, .lostResponse, .refusedRefresh, for: .refresh)
            proxy.plan(.lostResponse, .expiredToken(isSoft: true), for: .send)
            for number in 1...3 {
                let reply = try await alice.ask("number \(number)", in: room, of: bot)
                #expect(reply.text == "[MOCK] number \(number)")
                #expect(reply.messages.count == 1 && reply.endings.count == 1)
            }
            #expect(proxy.count(.refusedRefresh, at: .refresh) == 1)
            #expect(rialto.log.contains("logging in again"))
        }
    }

    @Test("Whatever a seed breaks, and wherever it replaces the room, each question has one answer", arguments: [1, 2])
    func seeded(seed: UInt64) async throws {
        try await withFaults(script: FaultScript(seed: seed)) { stage, proxy, rialto in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let old = try await alice.createRoom(isPublic: true, inviting: [bot])
            try await alice.waitForMember(bot, toBe: "join", in: old)
            _ = try await alice.ask("before", in: old, of: bot)
            proxy.allowUpgrades(by: alice.accessToken, byChance: 1)
            proxy.stir(0.25)
            var questions: [String] = []
            for number in 1...8 { questions.append(try await alice.sendText("\(number) \(Self.long)", in: old)) }
            try await eventually("some faults", limit: .seconds(60)) { proxy.injected.count > 6 }
            proxy.calm()
            let endings = { try await Self.endings(of: questions, in: old, proxy, alice, bot) }
            try await eventually("all answers", limit: .seconds(120)) { try await endings().allSatisfy { $0 > 0 } }
            #expect(try await endings().allSatisfy { $0 == 1 })
            #expect(rialto.pid != nil)
        }
    }

    /// How many ends each question's answer has, over both rooms; what was asked behind the tombstone does not count.
    private static func endings(
        of questions: [String],
        in old: String,
        _ proxy: FaultProxy,
        _ reader: SynapseUser,
        _ bot: String
    ) async throws -> [Int] {
        let timeline = try await reader.messages(in: old)
        let end = timeline.firstIndex { $0.type == "m.room.tombstone" } ?? timeline.endIndex
        var replies = timeline
        if let new = proxy.upgrades[old] { replies += try await reader.messages(in: new) }
        return timeline[..<end].map(\.id).filter(questions.contains).map {
            replies.reply(to: $0, from: bot).endings.count
        }
    }

    private func withFaults(
        script: FaultScript = FaultScript(),
        _ body: (Stage, FaultProxy, RialtoProcess) async throws -> Void
    ) async throws {
        try await withStage { stage in
            try await FaultProxy.withProxy(before: stage.server, script: script) { proxy, address in
                var configuration = try stage.configuration(.mock)
                configuration["matrix", "homeserver"] = .string(address)
                configuration["platform", "skills"] = ["search"]
                try await stage.withRialto(configuration) { try await body(stage, proxy, $0) }
            }
        }
    }
}
