import Foundation
import Glibc

/// A real Synapse on loopback, set up by `scripts/synapse` as the demo's is.
///
/// Its data lies in the system's temporary directory. Server and data go when the test process ends, in whatever way:
/// the script watches over that.
package final class SynapseServer: Sendable {
    /// How fast an account may send.
    package enum Limits: String, Hashable, Sendable {
        /// As fast as it can.
        case off
        /// Synapse's own 0.2 messages a second with a burst of 10, edits included; nothing else is limited.
        case standard = "default"
    }

    /// The `server_name`: the part of the user ids behind the colon.
    package static let serverName = "localhost"

    /// Where clients find the server, without a slash at the end.
    package let baseURL: String
    /// The directory of its configuration, database and `homeserver.log`.
    package let directory: String

    private let limits: Limits
    private let tokenLifetime: Int?
    private let port: UInt16

    private static let sharedServers = SharedServers()

    /// The server that all suites of this process share, started by the first who asks.
    ///
    /// - Throws: `SynapseFailure` when there is no Synapse or it does not start; the reason is in its description.
    package static func shared(limits: Limits = .off) async throws -> SynapseServer {
        try await sharedServers.server(limits)
    }

    /// Runs the body with a server of its own, which it may stop and start.
    ///
    /// - Parameter tokenLifetime: How many seconds access tokens last that can be refreshed; nil for Synapse's own time.
    package static func withServer<Result>(
        limits: Limits = .off,
        tokenLifetime: Int? = nil,
        _ body: (SynapseServer) async throws -> Result
    ) async throws -> Result {
        let server = try await startNew(limits: limits, tokenLifetime: tokenLifetime)
        do {
            let result = try await body(server)
            await server.remove()
            return result
        } catch {
            await server.remove()
            throw error
        }
    }

    /// Starts a server on a free port; again on another one when somebody else was quicker to take it.
    fileprivate static func startNew(limits: Limits, tokenLifetime: Int? = nil) async throws -> SynapseServer {
        var attempt = 1
        while true {
            let server = SynapseServer(limits: limits, tokenLifetime: tokenLifetime, port: try LoopbackPort.unused())
            do {
                try await server.start()
                return server
            } catch let failure as SynapseFailure where failure.isPortTaken && attempt < 3 {
                attempt += 1
            }
        }
    }

    private init(limits: Limits, tokenLifetime: Int?, port: UInt16) {
        self.limits = limits
        self.tokenLifetime = tokenLifetime
        self.port = port
        baseURL = "http://127.0.0.1:\(port)"
        directory = TemporaryDirectory.unusedPath() + "-synapse"
    }

    /// Starts the server after a `stop()`: with the same address, accounts and rooms. Returns once it answers.
    package func start() async throws {
        let lifetime = tokenLifetime.map { ["--token-lifetime", String($0)] } ?? []
        try await script(
            "start", ["--port", String(port), "--limits", limits.rawValue, "--owner", String(getpid())] + lifetime)
    }

    /// Ends the server and returns when it is gone. Its data stays.
    package func stop() async throws {
        try await script("stop")
    }

    /// Stops and starts the server.
    package func restart() async throws {
        try await stop()
        try await start()
    }

    /// Registers an account with a name of its own, logged in on one device.
    ///
    /// - Parameter prefix: How the name begins; what follows makes it unique on every server.
    package func makeUser(_ prefix: String = "person") async throws -> SynapseUser {
        let name = prefix + "-" + UUID().uuidString.prefix(8).lowercased()
        return try await SynapseUser.register(name: name, password: UUID().uuidString, at: baseURL)
    }

    private func remove() async {
        try? await stop()
        try? FileManager.default.removeItem(atPath: directory)
    }

    private func script(_ command: String, _ options: [String] = []) async throws {
        let root = try Self.repositoryRoot()
        let (status, output) = try await ChildProcess.run(
            "/bin/bash",
            [root + "/scripts/synapse", command, "--directory", directory] + options,
            limit: .seconds(120)
        )
        guard status == .exited(0) else {
            throw SynapseFailure(description: "scripts/synapse \(command) ended with \(status):\n\(output)")
        }
    }

    /// The folder of this repository: the nearest one above this file that has the script.
    private static func repositoryRoot(_ file: String = #filePath) throws -> String {
        var folder = URL(fileURLWithPath: file).resolvingSymlinksInPath()
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            if FileManager.default.fileExists(atPath: folder.path + "/scripts/synapse") { return folder.path }
        }
        throw SynapseFailure(description: "there is no scripts/synapse above \(file)")
    }
}

/// A Synapse that could not be started or stopped.
package struct SynapseFailure: Error, CustomStringConvertible {
    /// What happened, with the end of the server's log.
    package let description: String

    fileprivate var isPortTaken: Bool { description.contains("is in use by another program") }
}

/// One start for each kind of server, however many suites ask at the same time.
private actor SharedServers {
    private var starts: [SynapseServer.Limits: Task<SynapseServer, any Error>] = [:]

    func server(_ limits: SynapseServer.Limits) async throws -> SynapseServer {
        // A task of its own: a cancelled test must not take the server from the others that wait for it.
        let start = starts[limits] ?? Task { try await SynapseServer.startNew(limits: limits) }
        starts[limits] = start
        return try await start.value
    }
}
