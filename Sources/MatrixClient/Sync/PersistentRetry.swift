package import Bridge
package import Logging
import MatrixAPI

/// Repeats what has to succeed until it does, with growing pauses, and says so once and not each time.
///
/// The log gets one line for each kind of failure, and one when it is over.
package struct PersistentRetry: Sendable {
    /// The most kinds of failure that the log names before one success.
    private static let maximumReports = 10

    private let clock: BridgeClock
    private let logger: Logger

    /// Creates a retry that waits on a clock.
    package init(clock: BridgeClock = BridgeClock(), logger: Logger) {
        self.clock = clock
        self.logger = logger
    }

    /// Performs an operation until it succeeds or fails for good.
    ///
    /// A pause that the server asks for is kept. Throws `CancellationError` once its task is cancelled.
    ///
    /// - Parameters:
    ///   - what: The operation, as it follows "cannot".
    ///   - recovery: What the log says when the operation succeeds after failures.
    ///   - isFinal: Whether a failure ends the attempts; it is thrown then.
    package func callAsFunction<Value>(
        _ what: String,
        recovery: String = "the homeserver answers again",
        unless isFinal: (any Error) -> Bool,
        _ operation: () async throws -> Value
    ) async throws -> Value {
        var backoff = RetryBackoff()
        var reported: Set<String> = []
        while true {
            do {
                let value = try await operation()
                if !reported.isEmpty { logger.info("\(recovery)") }
                return value
            } catch {
                if Task.isCancelled || (error as? MatrixClientError)?.code == .cancelled { throw CancellationError() }
                if isFinal(error) { throw error }
                if reported.count < Self.maximumReports, reported.insert(Self.kind(of: error)).inserted {
                    logger.warning("cannot \(what); trying again until it works", metadata: ["error": "\(error)"])
                }
                let asked = (error as? MatrixClientError)?.retryAfter ?? .zero
                try await clock.sleep(for: max(asked, backoff.next()))
            }
        }
    }

    private static func kind(of error: any Error) -> String {
        guard let error = error as? MatrixClientError else { return "\(type(of: error))" }
        // What the server refuses is a matter of its own each time; what passes is not worth telling apart.
        return error.code == .rejected ? "\(error.errcode ?? .unknown)" : "\(error.code)"
    }
}
