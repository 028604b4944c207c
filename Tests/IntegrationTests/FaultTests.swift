import MatrixAPI
import TestSupport
import Testing

/// The real program behind a network that breaks as real ones do.
@Suite("Faults", .timeLimit(.minutes(10)))
struct FaultTests {
    @Test("A send whose answer is lost after the homeserver has it is not sent twice")
    func lostResponse() async throws {
        try await withFaults { stage, proxy, _ in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let room = try await stage.directRoom(of: alice)
            proxy.plan(.lostResponse, .lostResponse, nil, .lostResponse, for: .send)
            _ = try await alice.ask("one", in: room, of: bot)
            _ = try await alice.ask("two", in: room, of: bot)
            #expect(proxy.count(.lostResponse, at: .send) == 3)
            let timeline = try await alice.messages(in: room)
            #expect(timeline.messages(from: bot).map(\.turn?.isEmpty) == [false, false])
            #expect(timeline.messages(from: bot).allSatisfy { $0.tokensUsed != nil })
        }
    }

    /// As in bots that drop a reply for good when the server asks for a pause.
    @Test("429 with and without a time, 502 and broken connections lose no answer")
    func limitedAndBroken() async throws {
        try await withFaults { stage, proxy, rialto in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let room = try await stage.directRoom(of: alice)
            let pid = rialto.pid
            proxy.plan(
                .limited(retryAfter: 1), .limited(retryAfter: nil), .badGateway, .lostRequest,
                .delay(milliseconds: 300),
                for: .send)
            proxy.plan(.limited(retryAfter: 1), .badGateway, .lostRequest, .lostResponse, for: .sync)
            var questions: [String] = []
            for number in 1...4 { questions.append(try await alice.sendText("number \(number)", in: room)) }
            for (index, question) in questions.enumerated() {
                let reply = try await alice.reply(to: question, in: room, from: bot)
                #expect(reply.text == "[MOCK] number \(index + 1)")
                #expect(reply.messages.count == 1)
            }
            #expect(try await alice.messages(in: room).messages(from: bot).map(\.turn) == questions)
            #expect(proxy.injected.count == 9)
            #expect(rialto.pid == pid)
        }
    }

    /// As in bots that answer old events once more after a replayed or limited sync.
    @Test("Repeated, older and cut sync responses lose nothing and answer nothing twice")
    func repeatedSyncs() async throws {
        try await withFaults { stage, proxy, _ in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let room = try await stage.directRoom(of: alice)
            var questions: [String] = []
            for round in 0..<3 {
                proxy.plan(
                    .badGateway, .cutTimeline, .oldSync(stepsBack: 1), nil, .oldSync(stepsBack: 2), .cutTimeline,
                    for: .sync)
                for number in 1...5 { questions.append(try await alice.sendText("r\(round) n\(number)", in: room)) }
                _ = try await alice.reply(to: questions.last ?? "", in: room, from: bot)
            }
            let end = try await alice.sendText("the end", in: room)
            _ = try await alice.reply(to: end, in: room, from: bot)
            let turns = try await alice.messages(in: room).messages(from: bot).map(\.turn)
            #expect(turns == questions + [end])
            #expect(proxy.count(.cutTimeline, at: .sync) > 0)
            #expect(proxy.count(.oldSync(stepsBack: 1), at: .sync) > 0)
            #expect(proxy.count(.oldSync(stepsBack: 2), at: .sync) > 0)
        }
    }

    /// As in bots that answer months-old messages once their sync token is rejected.
    @Test("A position that the homeserver has forgotten costs no message and answers no history")
    func refusedPosition() async throws {
        try await withFaults { stage, proxy, rialto in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let room = try await alice.createRoom(direct: true)
            _ = try await alice.sendText("from before", in: room)
            try await alice.invite(bot, to: room)
            try await alice.waitForMember(bot, toBe: "join", in: room)
            let first = try await alice.sendText("heard", in: room)
            _ = try await alice.reply(to: first, in: room, from: bot)
            _ = try await rialto.terminate()
            var questions = [first]
            for number in 1...15 { questions.append(try await alice.sendText("missed \(number)", in: room)) }
            proxy.plan(.refusedPosition, for: .sync)
            try await rialto.start()
            questions.append(try await alice.sendText("the end", in: room))
            _ = try await alice.reply(to: questions.last ?? "", in: room, from: bot)
            #expect(try await alice.messages(in: room).messages(from: bot).map(\.turn) == questions)
            #expect(proxy.count(.refusedPosition, at: .sync) == 1)
            #expect(rialto.log.contains("beginning anew"))
        }
    }

    @Test("A token that expires is replaced while answers are under way, on the same device", arguments: [true, false])
    func expiredToken(isSoft: Bool) async throws {
        try await withFaults { stage, proxy, rialto in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let rooms = [try await stage.directRoom(of: alice), try await stage.directRoom(of: alice)]
            _ = try await alice.ask("hello", in: rooms[0], of: bot)
            let (pid, tokens) = (rialto.pid, proxy.tokenCount)
            proxy.plan(.lostResponse, nil, .expiredToken(isSoft: isSoft), for: .send)
            var questions: [(room: String, id: String)] = []
            for number in 1...3 {
                for room in rooms { questions.append((room, try await alice.sendText("number \(number)", in: room))) }
            }
            for question in questions {
                let reply = try await alice.reply(to: question.id, in: question.room, from: bot)
                #expect(reply.messages.count == 1)
                #expect(reply.endings.count == 1)
            }
            #expect(proxy.count(.expiredToken(isSoft: isSoft), at: .send) == 1)
            #expect(proxy.tokenCount == tokens + 1)
            #expect(rialto.pid == pid)
            let devices = try await stage.bot.api.request("GET", ["v3", "devices"])["devices"]?.arrayValue ?? []
            #expect(devices.count { $0["display_name"] == "rialto" } == 1)
        }
    }

    /// Runs a bridge behind a proxy whose faults the body lays down.
    private func withFaults(_ body: (Stage, FaultProxy, RialtoProcess) async throws -> Void) async throws {
        try await withStage { stage in
            try await FaultProxy.withProxy(before: stage.server) { proxy, address in
                var configuration = try stage.configuration(.mock)
                configuration["matrix", "homeserver"] = .string(address)
                try await stage.withRialto(configuration) { try await body(stage, proxy, $0) }
            }
        }
    }
}
