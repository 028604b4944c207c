import Foundation
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

@Suite("Kill campaign", .timeLimit(.minutes(15)))
struct KillCampaignTests {
    @Test(
        """
        Killed at a hundred random moments of streaming runs, agent, bridge and connection leave in the rooms what the \
        log has, without repeats or holes
        """)
    func hundredMoments() async throws {
        let seed = ProcessInfo.processInfo.environment["RIALTO_CRASH_SEED"].flatMap { UInt64($0) } ?? 1
        try await withStage { stage in
            try await CuttableRelay.withRelay(to: stage.agentPort) { relay in
                var configuration = try stage.configuration()
                configuration["agent", "url"] = "ws://127.0.0.1:\(relay.port)/agent_ws/"
                let questions = try await stage.withAgent { agent in
                    try await stage.withRialto(configuration) { bridge in
                        var rooms: [String] = []
                        for _ in 0..<4 { rooms.append(try await stage.directRoom(of: stage.alice)) }
                        return try await AgentLog.withLog(in: stage.directory.file("data")) { [rooms] log in
                            let campaign = KillCampaign(stage: stage, rooms: rooms, relay: relay, log: log)
                            let start = ContinuousClock.now
                            try await campaign.run(
                                seed: seed, agent: agent, bridge: bridge,
                                moments: [.agent: 35, .bridge: 25, .connection: 40])
                            print(
                                "kill campaign, seed \(seed): \(await campaign.summary), in "
                                    + "\((ContinuousClock.now - start).components.seconds) s")
                            return try await check(await campaign.asked, stage: stage, bridge: bridge, log: log)
                        }
                    }
                }
                #expect(!questions.isEmpty)
            }
        }
    }

    /// Holds each answer against the log, when all are there and the bridge is down.
    private func check(
        _ questions: [KillCampaign.Question], stage: Stage, bridge: RialtoProcess, log: AgentLog
    ) async throws -> [KillCampaign.Question] {
        let (alice, bot) = (stage.alice, stage.bot.userID)
        for (room, asked) in Dictionary(grouping: questions, by: \.room) {
            try await eventually("the answers in \(room)", limit: .seconds(120)) {
                let timeline = try await alice.messages(in: room)
                return asked.allSatisfy { timeline.reply(to: $0.eventID, from: bot).isFinished }
            }
        }
        #expect(try await bridge.terminate() == .exited(0))
        for room in Set(questions.map(\.room)) {
            let timeline = try await alice.messages(in: room)
            for question in questions where question.room == room {
                let reply = timeline.reply(to: question.eventID, from: bot)
                #expect(reply.messages.count == 1 && reply.endings.count == 1, "\(question.answer.prefix(9))")
                #expect(reply.text == question.answer)
                // No reader has ever seen a repeat or a hole, in no edit.
                for event in reply.messages.flatMap(\.events) {
                    let body = (event.newContent ?? event.content)["body"]?.stringValue ?? ""
                    #expect(question.answer.hasPrefix(body) || body.hasPrefix(question.answer), "\(body)")
                }
                let run = try #require(try await log.run(answering: question.eventID))
                #expect(run.fault == nil, "\(run.fault ?? "")")
                #expect(run.response?.shownText == reply.text)
            }
        }
        return questions
    }
}
