import MatrixAPI
import TestSupport
import Testing

@Suite("The command line", .timeLimit(.minutes(10)))
struct CommandLineTests {
    @Test("rialto check says ok about each part of a good set-up, and names an empty allow list")
    func check() async throws {
        try await withStage { stage in
            try await stage.withAgent { _ in
                var configuration = try stage.configuration()
                let good = try await stage.rialto("check", "--config", stage.write(configuration))
                #expect(good.status == .exited(0), "\(good.output)")
                #expect(good.output.ranges(of: "ok").count >= 3, "\(good.output)")
                #expect(!good.output.contains(stage.bot.password))
                #expect(!good.output.contains("bridge.allow"), "\(good.output)")

                configuration["bridge", "allow"] = []
                let empty = try await stage.rialto("check", "--config", stage.write(configuration))
                #expect(empty.output.contains("bridge.allow"), "\(empty.output)")
            }
        }
    }

    @Test("rialto check fails when the agent is not there, and says where it was looked for")
    func checkWithoutAgent() async throws {
        try await withStage { stage in
            let (status, output) = try await stage.rialto("check", "--config", stage.write(stage.configuration()))
            #expect(status != .exited(0), "\(output)")
            #expect(output.contains("127.0.0.1:\(stage.agentPort)"), "\(output)")
        }
    }

    @Test("rialto check does not disturb a running bridge")
    func checkBesideABridge() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                let room = try await stage.directRoom(of: alice)
                let result = try await stage.rialto("check", "--config", stage.directory.file("config.toml"))
                #expect(result.output.contains("ok"), "\(result.output)")
                #expect(try await alice.ask("undisturbed?", in: room, of: bot).text == "[MOCK] undisturbed?")
                #expect(rialto.errorLines == [])
            }
        }
    }

    @Test("rialto chat plays a script without a terminal: it writes what grows and what is done, and ends with 0")
    func chat() async throws {
        try await withStage { stage in
            try await stage.withRialtoAndAgent { _ in
                let password = try stage.directory.write(stage.alice.password, to: "alice-password")
                let lines = "/echo chunks=30 pace=50 curtain\n!skills\n!skill on browser\n"
                let script = try stage.directory.write(lines, to: "lines.txt")
                let (status, output) = try await stage.rialto(
                    "chat", "--homeserver", stage.server.baseURL, "--user", stage.alice.userID,
                    "--password-file", password, "--with", stage.bot.userID, "--script", script, limit: .seconds(90))
                #expect(status == .exited(0), "\(output)")
                let shown = output.split(separator: "\n")
                #expect(shown.contains("> !skills"), "\(output)")
                #expect(shown.contains { $0.hasPrefix("~ curtain 1") }, "\(output)")
                let whole = (1...30).map { "curtain \($0)" }.joined(separator: " ")
                #expect(shown.contains { $0.hasPrefix("= \(whole)") }, "\(output)")
                #expect(output.contains("The skill `browser` is now **on**."), "\(output)")
                #expect(!output.contains(stage.alice.password))
            }
        }
    }

    @Test("rialto login keeps a session, so that the bridge needs no password any more")
    func login() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            var configuration = try stage.configuration(.mock)
            let result = try await stage.rialto("login", "--config", stage.write(configuration))
            #expect(result.status == .exited(0), "\(result.output)")
            #expect(!result.output.contains(stage.bot.password))
            configuration["matrix", "password_file"] = nil
            try await stage.withRialto(configuration) { _ in
                let room = try await stage.directRoom(of: alice)
                #expect(try await alice.ask("without?", in: room, of: bot).text == "[MOCK] without?")
            }
        }
    }

    @Test("A restart keeps the device: the account does not collect sessions")
    func oneDevice() async throws {
        try await withStage { stage in
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                let before = try await devices(of: stage.bot)
                #expect(try await rialto.terminate() == .exited(0))
                try await rialto.start()
                #expect(try await devices(of: stage.bot) == before)
            }
        }
    }

    @Test("--help and --version need neither configuration nor network")
    func help() async throws {
        let help = try await ChildProcess.run(RialtoExecutable.path(), ["--help"], limit: .seconds(60))
        #expect(help.status == .exited(0))
        for command in ["run", "agent", "check", "login", "chat"] { #expect(help.output.contains(command)) }
        let version = try await ChildProcess.run(RialtoExecutable.path(), ["--version"], limit: .seconds(60))
        #expect(version.status == .exited(0))
        #expect(version.output.contains("."))
    }
}

private func devices(of user: SynapseUser) async throws -> Set<String> {
    let answer = try await user.api.request("GET", ["v3", "devices"])
    return Set((answer["devices"]?.arrayValue ?? []).compactMap { $0["device_id"]?.stringValue })
}
