import TestSupport
import Testing

@Suite("Stopping and starting", .timeLimit(.minutes(10)))
struct ShutdownTests {
    @Test("SIGTERM lets the running answer finish; the one behind it is answered at the next start")
    func drains() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { rialto in
                let room = try await stage.directRoom(of: alice)
                let running = try await alice.sendText("/echo chunks=40 pace=60 ebb", in: room)
                let waiting = try await alice.sendText("/echo chunks=2 pace=0 flow", in: room)
                try await alice.waitUntil("a draft", in: room) {
                    !$0.timeline.reply(to: running, from: bot).messages.isEmpty
                }
                let start = ContinuousClock.now
                #expect(try await rialto.terminate() == .exited(0))
                #expect(ContinuousClock.now - start < .seconds(25))

                let timeline = try await alice.messages(in: room)
                let reply = timeline.reply(to: running, from: bot)
                #expect(reply.isFinished)
                #expect(reply.text == (1...40).map { "ebb \($0)" }.joined(separator: " "))
                #expect(timeline.reply(to: waiting, from: bot).messages.isEmpty)
                #expect(rialto.errorLines == [])

                try await rialto.start()
                let second = try await alice.reply(to: waiting, in: room, from: bot)
                #expect(second.text == "flow 1 flow 2")
                #expect(second.endings.count == 1)
            }
        }
    }

    @Test("An answer that outlives the drain limit is finished after the restart, in its message")
    func drainLimit() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            var configuration = try stage.configuration()
            configuration["bridge", "drain_seconds"] = 1
            try await stage.withAgent { _ in
                try await stage.withRialto(configuration) { rialto in
                    let room = try await stage.directRoom(of: alice)
                    let question = try await alice.sendText("/echo chunks=50 pace=100 slow", in: room)
                    try await alice.waitUntil("a draft", in: room) {
                        !$0.timeline.reply(to: question, from: bot).messages.isEmpty
                    }
                    #expect(try await rialto.terminate(limit: .seconds(10)) == .exited(0))
                    #expect(!(try await alice.messages(in: room)).reply(to: question, from: bot).isFinished)
                    try await rialto.start()
                    let reply = try await alice.reply(to: question, in: room, from: bot)
                    #expect(reply.messages.count == 1)
                    #expect(reply.text == (1...50).map { "slow \($0)" }.joined(separator: " "))
                }
            }
        }
    }

    @Test("A second rialto on the same data refuses and names the process that is there")
    func oneProcessOnly() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                let pid = try #require(rialto.pid)
                let (status, output) = try await stage.rialto("run", "--config", stage.directory.file("config.toml"))
                #expect(status != .exited(0))
                guard case .exited = status else {
                    Issue.record("the second process did not exit by itself: \(status)")
                    return
                }
                #expect(output.contains(String(pid)))
                #expect(output.contains(stage.directory.file("data")))
                let room = try await stage.directRoom(of: alice)
                #expect(try await alice.ask("still there?", in: room, of: bot).text == "[MOCK] still there?")
            }
        }
    }
}
