import ArgumentParser

/// Why a command ends without success: what is told, and the exit code.
struct CommandFailure: Error, CustomStringConvertible {
    /// The exit codes of the program, apart from 0 and the argument parser's own 64 (wrong usage).
    enum Exit: Int32, Sendable {
        /// Something failed at work.
        case runtime = 1
        /// The configuration is wrong or lacks something.
        case configuration = 2
    }

    /// What is told, in one or more lines.
    let message: String
    /// The exit code.
    let exit: Exit

    /// Makes a failure.
    init(_ message: String, exit: Exit = .runtime) {
        self.message = message
        self.exit = exit
    }

    /// Takes any error: its description is told, and a wrong configuration has its own exit code.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as ConfigurationError: self.init(error.description, exit: .configuration)
        default: self.init(ControlCharacters.escaped("\(error)"))
        }
    }

    var description: String { message }

    /// Runs a command; a failure is told on standard error, each line beginning with the program's name.
    static func reporting(_ command: () async throws -> Void) async throws {
        do {
            try await command()
        } catch let exit as ExitCode {
            throw exit
        } catch {
            let failure = CommandFailure(error)
            for line in failure.message.split(separator: "\n") { StandardStreams.writeError("rialto: \(line)\n") }
            throw ExitCode(failure.exit.rawValue)
        }
    }
}
