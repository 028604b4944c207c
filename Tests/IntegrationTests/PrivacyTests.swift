import Foundation
import TestSupport
import Testing

@Suite("Secrets", .timeLimit(.minutes(10)))
struct PrivacyTests {
    @Test("Neither password nor token stands in the log, and the data is readable by its owner only")
    func secretsStaySecret() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            try await stage.withAgent { agent in
                var configuration = try stage.configuration()
                configuration["telemetry", "log_level"] = "trace"
                // A password that comes by the environment takes precedence over that of the file.
                configuration["matrix", "password_file"] = "nowhere"
                let environment = ["MATRIX_PASSWORD": stage.bot.password]
                try await stage.withRialto(configuration, environment: environment) { rialto in
                    let room = try await stage.directRoom(of: alice)
                    _ = try await alice.ask("my PIN is 8431-gobbo", in: room, of: bot)
                    #expect(try await rialto.terminate() == .exited(0))
                    for log in [rialto.log, agent.log] {
                        #expect(!log.contains(stage.bot.password))
                        // What Synapse's access tokens begin with.
                        #expect(!log.contains("syt_"))
                        #expect(!log.contains("8431-gobbo"), "what people write")
                    }
                    let data = stage.directory.file("data")
                    let files = try FileManager.default.contentsOfDirectory(atPath: data)
                    #expect(!files.isEmpty)
                    for path in [data] + files.map({ data + "/" + $0 }) {
                        let attributes = try FileManager.default.attributesOfItem(atPath: path)
                        let permissions = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
                        #expect(permissions & 0o077 == 0, "\(path) has \(String(permissions, radix: 8))")
                    }
                }
            }
        }
    }

    @Test("An access token alone is enough, and one that is not good ends the program without showing it")
    func accessToken() async throws {
        try await withStage { stage in
            let (alice, bot) = (stage.alice, stage.bot.userID)
            var configuration = try stage.configuration(.mock)
            configuration["matrix", "password_file"] = nil
            configuration["matrix", "user_id"] = nil
            let good = try stage.directory.write(stage.bot.accessToken + "\n", to: "token")
            configuration["matrix", "access_token_file"] = .string(good)
            try await stage.withRialto(configuration) { rialto in
                let room = try await stage.directRoom(of: alice)
                #expect(try await alice.ask("who am I?", in: room, of: bot).text == "[MOCK] who am I?")
                #expect(!rialto.log.contains(stage.bot.accessToken))
            }
            let bad = try stage.directory.write("syt_gobbo_gobbo", to: "bad-token")
            configuration["matrix", "access_token_file"] = .string(bad)
            let (status, output) = try await stage.rialto("run", "--config", stage.write(configuration))
            #expect(status == .exited(1), "\(output)")
            #expect(output.contains("token"), "\(output)")
            #expect(!output.contains("gobbo"), "\(output)")
        }
    }

    @Test("The password is in no command line and no environment of the processes")
    func processList() async throws {
        try await withStage { stage in
            try await stage.withRialto(stage.configuration(.mock)) { rialto in
                let pid = try #require(rialto.pid)
                for file in ["cmdline", "environ"] {
                    let text = try String(contentsOfFile: "/proc/\(pid)/\(file)", encoding: .utf8)
                    #expect(!text.isEmpty)
                    #expect(!text.contains(stage.bot.password))
                }
            }
        }
    }
}
