import Foundation
import Glibc
import Synchronization

/// A running part of the program: the bridge (`rialto run`) or the agent (`rialto agent`).
///
/// It can be stopped, killed and started again with the same configuration and data.
package final class RialtoProcess: Sendable {
    /// What runs.
    package enum Role: Sendable {
        /// `rialto run`, which is there once its log says that it is ready.
        case bridge
        /// `rialto agent`, which is there once it listens on its port.
        case agent(port: UInt16)
    }

    private struct State {
        var child: ChildProcess?
        var earlierLog = ""
    }

    /// How long a start may take; a debug build on a busy machine is slow.
    private static let startLimit: Duration = .seconds(60)

    private let role: Role
    private let configurationFile: String
    private let environment: [String: String]
    private let state = Mutex(State())

    private init(role: Role, configurationFile: String, environment: [String: String]) {
        self.role = role
        self.configurationFile = configurationFile
        self.environment = environment
    }

    /// Runs the body while a part of the program runs, and ends what is left of it.
    ///
    /// An error of the body comes out with the end of the program's log.
    ///
    /// - Parameter waitsUntilReady: False for a start that is not expected to come to its end.
    package static func withProcess<Result>(
        _ role: Role,
        configurationFile: String,
        environment: [String: String] = [:],
        waitsUntilReady: Bool = true,
        _ body: (RialtoProcess) async throws -> Result
    ) async throws -> Result {
        let process = RialtoProcess(role: role, configurationFile: configurationFile, environment: environment)
        do {
            if waitsUntilReady { try await process.start() } else { try await process.launch() }
            let result = try await body(process)
            await process.end()
            return result
        } catch {
            await process.end()
            if error is CancellationError { throw error }
            throw RialtoFailure(error, of: process)
        }
    }

    /// Starts it after it has ended; returns once it is ready.
    package func start() async throws {
        try await launch()
        guard let child = state.withLock(\.child) else { return }
        switch role {
        case .bridge:
            try await child.waitForOutput("rialto is ready", limit: Self.startLimit)
        case .agent(let port):
            try await eventually("an agent on port \(port)", limit: Self.startLimit) {
                if let status = child.exitStatus { throw EndedEarly(status: status) }
                return LoopbackPort.isOpen(port)
            }
        }
    }

    private func launch() async throws {
        let child = try await ChildProcess.start(
            try RialtoExecutable.path(), arguments, environment: environment,
            directory: (configurationFile as NSString).deletingLastPathComponent)
        state.withLock { $0.child = child }
    }

    /// Sends SIGTERM and waits for the end; returns how it ended.
    ///
    /// - Throws: `TimedOut` past the limit.
    @discardableResult
    package func terminate(limit: Duration = .seconds(40)) async throws -> ExitStatus {
        guard let child = state.withLock(\.child) else { throw EndedEarly(status: nil) }
        child.sendSignal(SIGTERM)
        let status = try await child.waitForExit(limit: limit)
        retire(child)
        return status
    }

    /// Sends SIGKILL, which it cannot see coming, and waits until it is gone.
    package func kill() async throws {
        guard let child = state.withLock(\.child) else { throw EndedEarly(status: nil) }
        child.kill()
        _ = try await child.waitForExit(limit: .seconds(60))
        retire(child)
    }

    /// Waits for it to end by itself; returns how it ended.
    ///
    /// - Throws: `TimedOut` past the limit.
    package func waitForExit(limit: Duration) async throws -> ExitStatus {
        guard let child = state.withLock(\.child) else { throw EndedEarly(status: nil) }
        return try await child.waitForExit(limit: limit)
    }

    /// Waits until the log of the present process holds a text, or holds it so many times.
    package func waitForLog(_ text: String, times: Int = 1, limit: Duration = .seconds(60)) async throws {
        guard let child = state.withLock(\.child) else { throw EndedEarly(status: nil) }
        try await child.waitForOutput(text, times: times, limit: limit)
    }

    /// The process id of the present process.
    package var pid: Int32? { state.withLock { $0.child?.pid } }

    /// What it has written so far, over all its starts.
    package var log: String {
        let (earlier, child) = state.withLock { ($0.earlierLog, $0.child) }
        return earlier + (child?.outputText ?? "")
    }

    /// The lines of the log that report a failure of the program itself.
    package var errorLines: [Substring] {
        log.split(separator: "\n").filter {
            $0.contains(#""level":"error""#) || $0.contains(#""level":"critical""#) || $0.contains("Fatal error")
        }
    }

    private var arguments: [String] {
        switch role {
        case .bridge: ["run", "--config", configurationFile]
        case .agent: ["agent", "--config", configurationFile]
        }
    }

    private func retire(_ child: ChildProcess) {
        let output = child.outputText
        state.withLock { state in
            state.earlierLog += output
            state.child = nil
        }
    }

    private func end() async {
        guard let child = state.withLock(\.child) else { return }
        await child.end()
        retire(child)
    }

    /// It runs no more when it should.
    private struct EndedEarly: Error, CustomStringConvertible {
        let status: ExitStatus?

        var description: String {
            status.map { "rialto has ended with \($0)" } ?? "rialto is not running"
        }
    }
}

/// What went wrong while the program ran, and what it said about it.
package struct RialtoFailure: Error, CustomStringConvertible {
    /// The error, and the end of the log.
    package let description: String

    fileprivate init(_ error: any Error, of process: RialtoProcess) {
        description = "\(error)\n--- the end of the log of rialto:\n\(process.log.suffix(6_000))"
    }
}
