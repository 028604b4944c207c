import Foundation
import Glibc
import Synchronization

/// A program that a test runs beside itself.
///
/// It has a process group of its own, which is killed as a whole when the scope ends. It cannot outlive the test
/// process either, even where that crashes: the system kills it together with the thread that started it.
package final class ChildProcess: Sendable {
    private struct State {
        var status: ExitStatus?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// The process id, which is also the id of its group.
    package let pid: Int32

    private let command: String
    private let output: Int32
    private let state = Mutex(State())

    /// Runs the body while a program runs, and kills what is left of it and its own children at the end.
    ///
    /// - Parameters:
    ///   - environment: The variables of the program; of the test's own it gets `PATH`, `HOME`, `TMPDIR` and `LANG` only.
    ///   - directory: The working directory, the test's own if nil.
    ///   - input: What the program reads from its standard input before the end of the file.
    package static func withChild<Result>(
        _ executable: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        directory: String? = nil,
        input: String = "",
        _ body: (ChildProcess) async throws -> Result
    ) async throws -> Result {
        let child = try await start(
            executable, arguments, environment: environment, directory: directory, input: input)
        do {
            let result = try await body(child)
            await child.end()
            return result
        } catch {
            await child.end()
            throw error
        }
    }

    /// Runs a program to its end and returns how it ended and what it wrote.
    package static func run(
        _ executable: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        directory: String? = nil,
        input: String = "",
        limit: Duration
    ) async throws -> (status: ExitStatus, output: String) {
        try await withChild(
            executable, arguments, environment: environment, directory: directory, input: input
        ) { child in
            (try await child.waitForExit(limit: limit), child.outputText)
        }
    }

    /// Starts a program whose scope is not that of a function; whoever starts it has to `end()` it.
    package static func start(
        _ executable: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        directory: String? = nil,
        input: String = ""
    ) async throws -> ChildProcess {
        let inherited = ProcessInfo.processInfo.environment.filter {
            ["PATH", "HOME", "TMPDIR", "LANG"].contains($0.key)
        }
        let environment = inherited.merging(environment) { $1 }
        let command = [executable] + arguments
        let output = try ProcessSpawn.namelessFile()
        let standardInput = try ProcessSpawn.namelessFile(holding: input)
        // One thread for each child: the child lives no longer than the thread that started it, and a blocking wait
        // has no place on the cooperative pool.
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                defer { close(standardInput) }
                do throws(SpawnError) {
                    let pid = try ProcessSpawn.spawn(
                        command, environment: environment, directory: directory, input: standardInput, output: output)
                    let child = ChildProcess(pid: pid, command: command.joined(separator: " "), output: output)
                    continuation.resume(returning: child)
                    child.stayUntilItEnds()
                } catch {
                    close(output)
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    private init(pid: Int32, command: String, output: Int32) {
        self.pid = pid
        self.command = command
        self.output = output
    }

    deinit {
        close(output)
    }

    private func stayUntilItEnds() {
        ProcessSpawn.waitForEnd(of: pid)
        let waiters = state.withLock { state in
            // What it left behind in its group goes too, while the group's id cannot belong to anybody else.
            Glibc.kill(-pid, SIGKILL)
            state.status = ProcessSpawn.reap(pid)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Sends a signal to the process alone; does nothing once it has ended.
    package func sendSignal(_ signal: Int32) {
        state.withLock { state in
            if state.status == nil { _ = Glibc.kill(pid, signal) }
        }
    }

    /// Kills the process with SIGKILL, which it cannot see coming.
    package func kill() {
        sendSignal(SIGKILL)
    }

    /// How the process ended, or nil while it runs.
    package var exitStatus: ExitStatus? { state.withLock { $0.status } }

    /// Waits for the end of the process.
    ///
    /// - Throws: `TimedOut`, with the end of the output, when it still runs past the limit.
    package func waitForExit(
        limit: Duration,
        fileID: String = #fileID,
        line: Int = #line
    ) async throws -> ExitStatus {
        do {
            return try await eventualValue("the end of \(command)", limit: limit) { exitStatus }
        } catch is TimedOut {
            let what = "the end of \(command), whose output ends with:\n\(outputText.suffix(2_000))"
            throw TimedOut(what, limit: limit, fileID: fileID, line: line)
        }
    }

    /// Waits until the output holds a text, or holds it so many times.
    ///
    /// - Throws: `TimedOut`, with the end of the output, when the text does not come or the process ends without it.
    package func waitForOutput(
        _ text: String,
        times: Int = 1,
        limit: Duration = .seconds(60),
        fileID: String = #fileID,
        line: Int = #line
    ) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while true {
            // The order matters: what was written right before the end is seen.
            let isLast = exitStatus != nil || clock.now >= deadline
            if outputText.ranges(of: text).count >= times { return }
            if isLast {
                let what = "'\(text)' from \(command), whose output ends with:\n\(outputText.suffix(2_000))"
                throw TimedOut(what, limit: limit, fileID: fileID, line: line)
            }
            try await Task.sleep(for: .milliseconds(10), clock: clock)
        }
    }

    /// What the process has written so far to its standard output and error; of a long output the last MiB.
    package var outputText: String {
        let limit: off_t = 1 << 20
        var information = stat()
        fstat(output, &information)
        let start = max(0, information.st_size - limit)
        var bytes = [UInt8](repeating: 0, count: Int(information.st_size - start))
        let count = pread(output, &bytes, bytes.count, start)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// Kills the whole group and returns when the process is gone; a cancelled caller waits too, as nothing may be left.
    package func end() async {
        await withCheckedContinuation { continuation in
            let isGone = state.withLock { state in
                if state.status != nil { return true }
                Glibc.kill(-pid, SIGKILL)
                state.waiters.append(continuation)
                return false
            }
            if isGone { continuation.resume() }
        }
    }
}
