import ArgumentParser
import Foundation
import Logging
import MatrixAPI
import Testing

@testable import rialto

@Suite("The command line")
struct CommandTests {
    private static let chat = ["chat", "--homeserver", "http://127.0.0.1:8008", "--user", "alice", "--with"]

    @Test(
        "each command is there, and explains itself with examples and exit codes",
        arguments: [
            "run", "agent", "chat", "check", "login",
        ])
    func help(name: String) throws {
        let command = try #require(
            Rialto.configuration.subcommands.first { $0.configuration.commandName == name }
        )
        let help = Rialto.helpMessage(for: command, columns: 100)
        #expect(help.contains("EXAMPLES"))
        #expect(help.contains("EXIT CODES"))
        #expect(help.contains("rialto \(name)"))
        #expect(!command.configuration.abstract.isEmpty)
    }

    @Test("--config goes to each command that reads the configuration", arguments: ["run", "agent", "check", "login"])
    func config(name: String) throws {
        let command = try Rialto.parseAsRoot([name, "--config", "x.toml"])
        let options: ConfigurationOptions? =
            switch command {
            case let command as RunCommand: command.options
            case let command as AgentCommand: command.options
            case let command as CheckCommand: command.options
            case let command as LoginCommand: command.options
            default: nil
            }
        #expect(options?.config == "x.toml")
    }

    @Test("the name of a person is completed with the bot's server")
    func chatUser() throws {
        let short = try #require(try Rialto.parseAsRoot(Self.chat + ["@rialto:localhost"]) as? ChatCommand)
        #expect(short.userID == "@alice:localhost")
        #expect(short.timeout == 60)
        #expect(short.script == nil)
        var arguments = Self.chat + ["@rialto:localhost", "--script", "lines", "--timeout", "5"]
        arguments[4] = "@bob:example.org"
        let full = try #require(try Rialto.parseAsRoot(arguments) as? ChatCommand)
        #expect(full.userID == "@bob:example.org")
        #expect(full.script == "lines")
        #expect(full.timeout == 5)
    }

    @Test(
        "wrong usage has the exit code 64",
        arguments: [
            ["nonsense"], ["run", "--nope"], ["chat"], chat + ["rialto"],
            chat + ["@rialto:localhost", "--timeout", "0"],
            ["chat", "--homeserver", "ftp://x", "--user", "alice", "--with", "@rialto:localhost"],
            ["chat", "--homeserver", "x.org", "--user", "@alice", "--with", "@rialto:localhost"],
        ])
    func wrongUsage(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Rialto.parseAsRoot(arguments) }
        #expect(error.map { Rialto.exitCode(for: $0) } == ExitCode(64))
    }

    @Test("failures have their exit code, and one clear message")
    func failures() {
        struct Odd: Error, CustomStringConvertible { let description = "odd\n\u{1B}[31mforged" }
        let configuration = CommandFailure(ConfigurationError(.missing, key: "matrix.homeserver", "is needed"))
        #expect(configuration.exit == .configuration)
        #expect(configuration.message == "matrix.homeserver: is needed")
        let runtime = CommandFailure(Odd())
        #expect(runtime.exit == .runtime)
        #expect(runtime.message == "odd\\n\\u{1b}[31mforged")
    }
}

@Suite("rialto check")
struct InspectionTests {
    private func load(_ source: String) throws -> Configuration {
        try ConfigurationLoader(environment: [:], systemFile: "").load(source: source, name: "c.toml", directory: "/x")
    }

    private func inspect(_ configuration: Configuration) async -> (hasErrors: Bool, findings: [Finding]) {
        var findings: [Finding] = []
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let inspection = Inspection(configuration: configuration, logger: logger, limit: .milliseconds(200))
        let hasErrors = await inspection.run { findings.append($0) }
        return (hasErrors, findings)
    }

    @Test("an empty allow list says which key to set")
    func nobodyAllowed() throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let empty = Inspection(configuration: try load(""), logger: logger).settings
        #expect(empty.count == 1)
        #expect(empty.first?.state == .warning)
        #expect(empty.first?.message.contains("bridge.allow") == true)
        let open = Inspection(configuration: try load("[bridge]\nallow = [\"@*:b.c\"]"), logger: logger).settings
        #expect(open == [Finding(.ok, "access", "the bot may be used by @*:b.c")])
    }

    @Test("the budget says what it starts from, and how to raise the account's limit where it is low")
    func budget() throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let stock = Inspection(configuration: try load(""), logger: logger).budget
        #expect(stock.message.contains("0.2 messages and edits a second, 10 at once"))
        #expect(stock.message.contains("override_ratelimit"))
        let raised = Inspection(configuration: try load("[bridge]\nedits_per_second = 5"), logger: logger).budget
        #expect(!raised.message.contains("override_ratelimit"))
    }

    @Test("every check is made, also after one that fails")
    func goesOn() async throws {
        try await withTestDirectory { directory in
            var configuration = try load(
                """
                [matrix]
                homeserver = "http://127.0.0.1:1"
                password_file = "missing"
                [platform]
                backend = "socket"
                [agent]
                url = "ws://127.0.0.1:1/agent_ws/"
                """
            )
            configuration.store.directory = PathSetting("data", in: directory)
            let (hasErrors, findings) = await inspect(configuration)
            #expect(hasErrors)
            let states = findings.map { "\($0.subject) \($0.state.rawValue)" }
            #expect(
                states == [
                    "configuration ok", "access warning", "matrix.password error", "budget ok", "store ok",
                    "homeserver error", "agent error",
                ]
            )
        }
    }

    @Test("a directory that cannot be made and a missing homeserver are errors")
    func unusableStore() async throws {
        try await withTestDirectory { directory in
            try "".write(toFile: directory + "/file", atomically: true, encoding: .utf8)
            var configuration = try load("[platform]\nbackend = \"mock\"")
            configuration.store.directory = PathSetting("file/data", in: directory)
            let (_, findings) = await inspect(configuration)
            let states = findings.map { "\($0.subject) \($0.state.rawValue)" }
            #expect(
                states == [
                    "configuration ok", "access warning", "budget ok", "store error", "homeserver error",
                    "agent warning",
                ]
            )
        }
    }

    @Test("a finding is one line")
    func line() {
        let finding = Finding(.error, "store", "bad\nnews")
        #expect(finding.line(colored: false) == "error    store: bad\\nnews\n")
    }
}
