import TestSupport
import Testing

@Suite("One agent on a log", .timeLimit(.minutes(5)))
struct AgentLockTests {
    @Test(
        "A second agent on the same data, alone or in a bridge, ends with 1 and names the first and what to do",
        arguments: ["agent", "run"])
    func refusal(command: String) async throws {
        try await withTemporaryDirectory { directory in
            let port = try LoopbackPort.unused()
            var configuration = RialtoConfiguration()
            configuration["agent", "listen"] = "127.0.0.1:\(port)"
            configuration["store", "directory"] = .string(directory.file("data"))
            configuration["matrix", "homeserver"] = "http://127.0.0.1:9"
            configuration["matrix", "user_id"] = "@rialto:localhost"
            configuration["matrix", "password_file"] = .string(try directory.write("secret", to: "password"))
            configuration["platform", "backend"] = "embedded"
            let file = try directory.write(configuration.toml, to: "config.toml")
            try await RialtoProcess.withProcess(.agent(port: port), configurationFile: file) { agent in
                let pid = try #require(agent.pid)
                let (status, output) = try await ChildProcess.run(
                    RialtoExecutable.path(), [command, "--config", file], limit: .seconds(60))
                #expect(status == .exited(1))
                #expect(
                    output.contains(
                        "rialto: the data directory \(directory.file("data"))/agent is in use by another rialto "
                            + "(process \(pid)); stop that one first, or set store.directory to another folder\n"),
                    "\(output)")
                #expect(LoopbackPort.isOpen(port), "the first goes on")
            }
        }
    }
}
