import Foundation
import Glibc

/// What `ChildProcess` asks of the system: one `posix_spawn` and one wait.
enum ProcessSpawn {
    /// Starts a program in a new process group, with default signal handling and no file open but the standard ones.
    ///
    /// The system kills it when the calling *thread* ends (`PR_SET_PDEATHSIG`), so this thread has to stay with it.
    static func spawn(
        _ command: [String], environment: [String: String], directory: String?, input: Int32, output: Int32
    )
        throws(SpawnError) -> pid_t
    {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        for descriptor in openDescriptors() where descriptor > STDERR_FILENO {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let change = directory.map { ["env", "--chdir=" + $0] } ?? []
        let arguments = ["setpriv", "--pdeathsig", "KILL", "--"] + change + command
        var pid: pid_t = 0
        let status = withCStrings(arguments) { arguments in
            withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
                posix_spawn(&pid, "/usr/bin/setpriv", &actions, &attributes, arguments, environment)
            }
        }
        guard status == 0 else { throw SpawnError(command: command, errorNumber: status) }
        return pid
    }

    /// Blocks this thread until the process has ended, and leaves it unreaped: its id stays its own until `reap`.
    static func waitForEnd(of pid: pid_t) {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
    }

    /// Takes the status of a process that has ended; its id may be used anew from here on.
    static func reap(_ pid: pid_t) -> ExitStatus {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }

    /// A nameless file for a child's input or output: nothing is left of it once it is closed.
    static func namelessFile(holding text: String = "") throws(SpawnError) -> Int32 {
        let path = TemporaryDirectory.unusedPath()
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SpawnError(command: [path], errorNumber: errno) }
        unlink(path)
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            written += count
        }
        lseek(descriptor, 0, SEEK_SET)
        return descriptor
    }

    /// What this process has open; a descriptor that is closed meanwhile does the spawn no harm.
    private static func openDescriptors() -> [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies + [nil])
    }
}

/// How a process ended.
package enum ExitStatus: Hashable, Sendable {
    /// With this exit code.
    case exited(Int32)
    /// By this signal.
    case signalled(Int32)
}

/// A program could not be started.
struct SpawnError: Error, CustomStringConvertible {
    let command: [String]
    let errorNumber: Int32

    var description: String {
        "could not start \(command.joined(separator: " ")): \(String(cString: strerror(errorNumber)))"
    }
}
