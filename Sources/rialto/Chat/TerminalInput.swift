import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads lines that somebody types or pipes in.
enum TerminalInput {
    /// The next line of standard input without its end; nil at the end of the input.
    static func line() async -> String? {
        await onThread { readLine(strippingNewline: true) }
    }

    /// A line that does not show while it is typed; nil where there is no terminal to ask.
    static func secret(prompt: String) async -> Secret? {
        guard StandardStreams.isInputTerminal else { return nil }
        return await onThread {
            var shown = termios()
            guard tcgetattr(STDIN_FILENO, &shown) == 0 else { return nil }
            var hidden = shown
            hidden.c_lflag &= ~tcflag_t(ECHO)
            hidden.c_lflag |= tcflag_t(ECHONL)
            StandardStreams.writeError(prompt)
            guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else { return nil }
            defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
            return readLine(strippingNewline: true).flatMap { $0.isEmpty ? nil : Secret($0) }
        }
    }

    /// Runs a call that blocks on a thread of its own, away from the threads that tasks share.
    private static func onThread<Result: Sendable>(_ call: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: call()) }
        }
    }
}
