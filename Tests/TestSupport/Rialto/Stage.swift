/// The scene of an integration test: a homeserver with an account for the bot and one for Alice, and a directory.
package struct Stage: Sendable {
    /// Where the answers come from.
    package enum Backend: String, Sendable {
        /// The mock in the bridge itself.
        case mock
        /// An agent over WebSocket.
        case socket
        /// The agent in the bridge's own process.
        case embedded
    }

    /// The homeserver, shared with other tests.
    package let server: SynapseServer
    /// The bot's account.
    package let bot: SynapseUser
    /// Whoever talks to the bot.
    package let alice: SynapseUser
    /// The test's own directory.
    package let directory: TemporaryDirectory
    /// The port of the test's agent.
    package let agentPort: UInt16

    /// A configuration for the bridge and the agent that lets everybody in, and edits at a pace that suits a test.
    package func configuration(_ backend: Backend = .socket) throws -> RialtoConfiguration {
        let password = try directory.write(bot.password + "\n", to: "password")
        var configuration = RialtoConfiguration()
        configuration["matrix", "homeserver"] = .string(server.baseURL)
        configuration["matrix", "user_id"] = .string(bot.userID)
        configuration["matrix", "password_file"] = .string(password)
        configuration["bridge", "allow"] = ["@*:localhost"]
        // What is not asked for would stand between a message and its answer.
        configuration["bridge", "welcome"] = false
        configuration["bridge", "typed_commands"] = false
        configuration["bridge", "edit_interval_ms"] = 150
        configuration["bridge", "edits_per_second"] = 200
        configuration["bridge", "edit_burst"] = 400
        configuration["bridge", "merge_messages"] = false
        configuration["platform", "backend"] = .string(backend.rawValue)
        configuration["platform", "skills"] = ["browser", "files", "search"]
        configuration["agent", "url"] = "ws://127.0.0.1:\(agentPort)/agent_ws/"
        configuration["agent", "listen"] = "127.0.0.1:\(agentPort)"
        configuration["store", "directory"] = .string(directory.file("data"))
        configuration["telemetry", "log_format"] = "json"
        configuration["telemetry", "log_level"] = "debug"
        return configuration
    }

    /// Writes a configuration into the directory and returns the file's path.
    package func write(_ configuration: RialtoConfiguration, to name: String = "config.toml") throws -> String {
        try directory.write(configuration.toml, to: name)
    }

    /// Runs the body beside a bridge.
    package func withRialto<Result>(
        _ configuration: RialtoConfiguration,
        environment: [String: String] = [:],
        _ body: (RialtoProcess) async throws -> Result
    ) async throws -> Result {
        let file = try write(configuration)
        return try await RialtoProcess.withProcess(
            .bridge, configurationFile: file, environment: environment, body)
    }

    /// Runs the body beside an echoing agent.
    package func withAgent<Result>(_ body: (RialtoProcess) async throws -> Result) async throws -> Result {
        let file = try write(configuration(), to: "agent.toml")
        return try await RialtoProcess.withProcess(.agent(port: agentPort), configurationFile: file, body)
    }

    /// Runs the body beside an agent and a bridge that uses it.
    package func withRialtoAndAgent<Result>(
        _ body: (RialtoProcess) async throws -> Result
    ) async throws -> Result {
        let configuration = try configuration()
        return try await withAgent { _ in try await withRialto(configuration, body) }
    }

    /// Runs `rialto` with these arguments to its end; returns how it ended and what it wrote.
    package func rialto(
        _ arguments: String...,
        environment: [String: String] = [:],
        limit: Duration = .seconds(60)
    ) async throws -> (status: ExitStatus, output: String) {
        try await ChildProcess.run(
            RialtoExecutable.path(), arguments, environment: environment, directory: directory.path, limit: limit)
    }

    /// Makes a room of a person and the bot, and waits until the bot is in it.
    package func directRoom(of person: SynapseUser) async throws -> String {
        let room = try await person.createRoom(direct: true, inviting: [bot.userID])
        try await person.waitForMember(bot.userID, toBe: "join", in: room)
        return room
    }

    /// Makes a room of several people and the bot, and waits until all are in it.
    package func groupRoom(of host: SynapseUser, with guests: SynapseUser...) async throws -> String {
        let room = try await host.createRoom(inviting: guests.map(\.userID) + [bot.userID])
        for guest in guests { try await guest.join(room) }
        try await host.waitForMember(bot.userID, toBe: "join", in: room)
        return room
    }
}

/// Runs the body with a stage of its own, together with at most a few others: the limits in tests are those of programs
/// that have a part of the machine to themselves.
///
/// - Parameter server: The homeserver, the shared one with these limits if nil.
package func withStage<Result>(
    limits: SynapseServer.Limits = .off,
    server: SynapseServer? = nil,
    _ body: (Stage) async throws -> Result
) async throws -> Result {
    await StageSlots.shared.take()
    do {
        let result = try await withTemporaryDirectory { directory in
            let home: SynapseServer
            if let server { home = server } else { home = try await SynapseServer.shared(limits: limits) }
            let stage = Stage(
                server: home, bot: try await home.makeUser("rialto"), alice: try await home.makeUser("alice"),
                directory: directory, agentPort: try LoopbackPort.unused())
            return try await body(stage)
        }
        await StageSlots.shared.release()
        return result
    } catch {
        await StageSlots.shared.release()
        throw error
    }
}

/// How many stages there may be at a time.
private actor StageSlots {
    static let shared = StageSlots(count: 4)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) {
        free = count
    }

    func take() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func release() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
