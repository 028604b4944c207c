import TestSupport
import Testing

@Suite("What is wrong with the set-up is said", .timeLimit(.minutes(10)))
struct ConfigurationFailureTests {
    @Test("An unknown key ends the program with its file, line and path", arguments: ["run", "agent", "check"])
    func unknownKey(command: String) async throws {
        try await withTemporaryDirectory { directory in
            let file = try directory.write("[bridge]\nallow = []\n\nalow = [\"@*:example.org\"]\n", to: "config.toml")
            let (status, output) = try await ChildProcess.run(
                RialtoExecutable.path(), [command, "--config", file], limit: .seconds(60))
            #expect(status == .exited(2))
            #expect(output.contains("\(file):4: bridge.alow: "))
            #expect(output.contains("\"allow\""))
        }
    }

    @Test(
        "A wrong value ends the program with its file, line and path",
        arguments: [
            ("[matrix]\nhomeserver = 5\n", ":2: matrix.homeserver: "),
            ("[bridge]\nallow = \"@a:b\"\n", ":2: bridge.allow: "),
            ("[bridge]\n\nallow = [\n  \"@*:ok.org\",\n  7,\n]\n", ":5: bridge.allow: "),
            ("[bridge]\nedit_interval_ms = 1\n", ":2: bridge.edit_interval_ms: "),
            ("[platform]\nbackend = \"banana\"\n", ":2: platform.backend: "),
            ("[agent]\nurl = \"http://127.0.0.1/\"\n", ":2: agent.url: "),
            ("[agent]\nlisten = \"nowhere\"\n", ":2: agent.listen: "),
            ("[telemetry]\nlog_level = \"loud\"\n", ":2: telemetry.log_level: "),
            ("[matrix\nhomeserver = \"x\"\n", ":1:"),
        ])
    func wrongValue(toml: String, place: String) async throws {
        try await withTemporaryDirectory { directory in
            let file = try directory.write(toml, to: "config.toml")
            let (status, output) = try await ChildProcess.run(
                RialtoExecutable.path(), ["run", "--config", file], limit: .seconds(60))
            #expect(status == .exited(2))
            #expect(output.contains(file + place), "\(output)")
        }
    }

    @Test("Without a homeserver, an account or a password it says which key is missing")
    func missingKeys() async throws {
        try await withTemporaryDirectory { directory in
            let file = try directory.write("[bridge]\nallow = [\"@*:localhost\"]\n", to: "config.toml")
            let (status, output) = try await ChildProcess.run(
                RialtoExecutable.path(), ["run", "--config", file], limit: .seconds(60))
            #expect(status == .exited(2))
            #expect(output.contains("matrix.homeserver"))
        }
    }

    @Test("A wrong password ends the program at once with what to do, and is not in its output")
    func wrongPassword() async throws {
        try await withStage { stage in
            var configuration = try stage.configuration(.mock)
            configuration["matrix", "password_file"] = .string(try stage.directory.write("wrong-gobbo", to: "wrong"))
            let file = try stage.write(configuration)
            let (status, output) = try await stage.rialto("run", "--config", file)
            guard case .exited(let code) = status else {
                Issue.record("the program did not exit by itself: \(status)")
                return
            }
            #expect(code != 0)
            #expect(output.contains("password"))
            #expect(!output.contains("gobbo"))
            #expect(!output.contains("Fatal error"))
        }
    }

    @Test("A file that anybody can read is no place for a password")
    func readablePassword() async throws {
        try await withStage { stage in
            var configuration = try stage.configuration(.mock)
            let path = try stage.directory.write(stage.bot.password, to: "open-password", permissions: 0o644)
            configuration["matrix", "password_file"] = .string(path)
            let (_, output) = try await stage.rialto("check", "--config", stage.write(configuration))
            #expect(output.contains(path))
            #expect(!output.contains(stage.bot.password))
        }
    }

    @Test(
        "What answers at the homeserver's address but is none is named",
        arguments: [
            ScriptedResponse.html("<h1>It works!</h1>", status: 200),
            ScriptedResponse.html("<h1>Not found</h1>", status: 404),
            ScriptedResponse.html("<h1>Bad gateway</h1>", status: 502),
            ScriptedResponse.json(#"{"versions": 5}"#),
            ScriptedResponse.json(#"[[[["#),
            ScriptedResponse(steps: [.reset]),
        ])
    func notAHomeserver(answer: ScriptedResponse) async throws {
        try await ScriptedHTTPServer.withServer { _ in
            answer
        } _: { server in
            try await expectRefusal(homeserver: server.baseURL)
            #expect(!server.requests.isEmpty || server.acceptedConnections > 0)
        }
    }

    @Test("A homeserver without TLS behind an https address is named")
    func noTLS() async throws {
        try await ScriptedHTTPServer.withServer { _ in
            .respond()
        } _: { server in
            try await expectRefusal(homeserver: "https://127.0.0.1:\(server.port)")
        }
    }

    @Test("A homeserver that nobody runs is named")
    func nobodyThere() async throws {
        try await expectRefusal(homeserver: "http://127.0.0.1:\(LoopbackPort.unused())")
    }
}

@Suite("A homeserver that is not there at the start", .timeLimit(.minutes(10)))
struct AbsentHomeserverTests {
    @Test("It is waited for, and the bridge can be stopped meanwhile")
    func waits() async throws {
        let homeserver = "http://127.0.0.1:\(try LoopbackPort.unused())"
        try await withConfiguration(homeserver: homeserver) { file in
            try await RialtoProcess.withProcess(.bridge, configurationFile: file, waitsUntilReady: false) { rialto in
                try await rialto.waitForLog(homeserver)
                #expect(try await rialto.terminate(limit: .seconds(30)) == .exited(0))
            }
        }
    }

    @Test(
        "What is certainly none ends the bridge with a sentence",
        arguments: [
            ScriptedResponse.html("<h1>It works!</h1>", status: 200),
            ScriptedResponse.html("<h1>Not found</h1>", status: 404),
        ])
    func ends(answer: ScriptedResponse) async throws {
        try await ScriptedHTTPServer.withServer { _ in
            answer
        } _: { server in
            try await withConfiguration(homeserver: server.baseURL) { file in
                let (status, output) = try await ChildProcess.run(
                    RialtoExecutable.path(), ["run", "--config", file], limit: .seconds(60))
                #expect(status == .exited(1))
                #expect(output.contains("rialto: "), "\(output)")
                #expect(output.contains(server.baseURL), "\(output)")
                #expect(!output.contains("gobbo"))
            }
        }
    }
}

/// `rialto check` fails, and says in a sentence which homeserver is meant.
private func expectRefusal(homeserver: String) async throws {
    try await withConfiguration(homeserver: homeserver) { file in
        let (status, output) = try await ChildProcess.run(
            RialtoExecutable.path(), ["check", "--config", file], limit: .seconds(60))
        guard case .exited(let code) = status else {
            Issue.record("the program did not exit by itself: \(status)\n\(output)")
            return
        }
        #expect(code != 0, "\(output)")
        #expect(output.contains(homeserver), "\(output)")
        #expect(!output.contains("gobbo"))
        #expect(!output.contains("Fatal error"))
    }
}

/// Writes a configuration for this homeserver, whose password has a word that must not turn up anywhere.
private func withConfiguration(homeserver: String, _ body: (_ file: String) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
        var configuration = RialtoConfiguration()
        let password = try directory.write("secret-gobbo", to: "password", permissions: 0o600)
        configuration["matrix", "homeserver"] = .string(homeserver)
        configuration["matrix", "user_id"] = "@rialto:localhost"
        configuration["matrix", "password_file"] = .string(password)
        configuration["bridge", "allow"] = ["@*:localhost"]
        configuration["platform", "backend"] = "mock"
        try await body(directory.write(configuration.toml, to: "config.toml"))
    }
}
