import TestSupport
import Testing

@Suite("A failing agent", .timeLimit(.minutes(10)))
struct AgentFailureTests {
    @Test("Killed in the middle of an answer, it leaves the text so far and an honest sentence; its successor is found")
    func killedInMidAnswer() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            var configuration = try stage.configuration()
            configuration["agent", "wait_seconds"] = 2
            try await stage.withAgent { agent in
                try await stage.withRialto(configuration) { rialto in
                    let room = try await stage.directRoom(of: alice)
                    let question = try await alice.sendText("/stall", in: room)
                    try await alice.waitUntil("the first words", in: room) {
                        $0.timeline.reply(to: question, from: bot).messages.first?.body.contains("stalling") == true
                    }
                    try await agent.kill()
                    let reply = try await alice.reply(to: question, in: room, from: bot)
                    expectHonestFailure(reply, after: "stalling")

                    let pid = rialto.pid
                    try await agent.start()
                    try await rialto.waitForLog("agent connected", times: 2)
                    let next = try await alice.ask("/echo chunks=3 pace=0 back", in: room, of: bot)
                    #expect(next.text == "back 1 back 2 back 3")
                    #expect(rialto.pid == pid)
                }
            }
        }
    }

    @Test("Asked to end in the middle of an answer, it finishes it first")
    func drains() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            let configuration = try stage.configuration()
            try await stage.withAgent { agent in
                try await stage.withRialto(configuration) { _ in
                    let room = try await stage.directRoom(of: alice)
                    let question = try await alice.sendText("/echo chunks=30 pace=60 dusk", in: room)
                    try await alice.waitUntil("the first words", in: room) {
                        !$0.timeline.reply(to: question, from: bot).messages.isEmpty
                    }
                    #expect(try await agent.terminate() == .exited(0))
                    let reply = try await alice.reply(to: question, in: room, from: bot)
                    #expect(reply.text == (1...30).map { "dusk \($0)" }.joined(separator: " "))
                }
            }
        }
    }

    @Test("!stop ends an answer with the text so far, also one that waits or hangs")
    func stop() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { rialto in
                let room = try await stage.directRoom(of: alice)
                let hanging = try await alice.sendText("/stall", in: room)
                let waiting = try await alice.sendText("/echo chunks=3 never said", in: room)
                try await alice.waitUntil("the first words", in: room) {
                    !$0.timeline.reply(to: hanging, from: bot).messages.isEmpty
                }
                let answer = try await alice.command("!stop", in: room, of: bot)
                #expect(answer.body?.hasPrefix("Stopping") == true)
                let stopped = try await alice.reply(to: hanging, in: room, from: bot)
                #expect(stopped.text.hasPrefix("stalling\n\n"))
                #expect(stopped.text.hasSuffix("stopped"))
                let unsaid = try await alice.reply(to: waiting, in: room, from: bot)
                #expect(!unsaid.text.contains("never said 1"))
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("Its error is told without its details, and the next question is answered")
    func reportsAnError() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialtoAndAgent { _ in
                let room = try await stage.directRoom(of: alice)
                let failed = try await alice.ask(
                    "/fail OUT_OF_GOLD the vault at /srv/vault is empty", in: room, of: bot)
                expectHonestFailure(failed, after: "")
                #expect(failed.text.contains("OUT_OF_GOLD"))
                #expect(!failed.text.contains("vault"))
                #expect(try await alice.ask("/echo chunks=1 fine", in: room, of: bot).text == "fine 1")
            }
        }
    }

    @Test("Absent, it is waited for, and who asked is told when it does not come")
    func absent() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            var configuration = try stage.configuration()
            configuration["agent", "wait_seconds"] = 1
            try await stage.withRialto(configuration) { _ in
                let room = try await stage.directRoom(of: alice)
                expectHonestFailure(try await alice.ask("anybody?", in: room, of: bot), after: "")
            }
        }
    }

    @Test("A message waits for an agent that comes late")
    func late() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration()) { _ in
                let room = try await stage.directRoom(of: alice)
                let question = try await alice.sendText("/echo chunks=2 pace=0 patience", in: room)
                try await alice.waitUntil("typing", in: room) { $0.typing.contains(bot) }
                try await stage.withAgent { _ in
                    let reply = try await alice.reply(to: question, in: room, from: bot)
                    #expect(reply.text == "patience 1 patience 2")
                }
            }
        }
    }

    @Test(
        "What speaks nonsense on its port is no agent, and who asked is told so",
        arguments: [
            ScriptedResponse.html("<h1>It works!</h1>", status: 200),
            ScriptedResponse.html("<h1>502 Bad Gateway</h1>", status: 502),
            ScriptedResponse(steps: [.write(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)), .close]),
            ScriptedResponse(steps: [.write([UInt8](repeating: 0, count: 4_096)), .reset]),
        ])
    func nonsense(answer: ScriptedResponse) async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await ScriptedHTTPServer.withServer { _ in
                answer
            } _: { server in
                var configuration = try stage.configuration()
                configuration["agent", "url"] = "ws://127.0.0.1:\(server.port)/agent_ws/"
                configuration["agent", "wait_seconds"] = 1
                try await stage.withRialto(configuration) { _ in
                    let room = try await stage.directRoom(of: alice)
                    expectHonestFailure(try await alice.ask("who are you?", in: room, of: bot), after: "")
                    #expect(!server.requests.isEmpty)
                }
            }
        }
    }
}

/// A finished reply: the text so far, then a sentence for people that gives nothing of the system away.
private func expectHonestFailure(_ reply: ObservedReply, after text: String) {
    #expect(reply.isFinished)
    #expect(reply.messages.count == 1)
    #expect(reply.endings.count == 1)
    #expect(reply.text.hasPrefix(text))
    let sentence = reply.text.dropFirst(text.count)
    #expect(sentence.contains("agent"))
    #expect(sentence.hasSuffix("."))
    for secret in ["127.0.0.1", "ws://", "Error", "errno", "/agent_ws"] { #expect(!sentence.contains(secret)) }
}
