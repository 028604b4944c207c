package import Bridge
package import Logging
import MatrixAPI
import ServiceLifecycle

/// Asks the homeserver for what is new, again and again, and hands each response on before it asks for the next.
///
/// Failures that may pass are tried again for ever, with growing pauses; the log says so once and not each time. Only a
/// token that is not good any more ends the loop with an error.
package struct SyncLoop: Service {
    private static let longPoll: Duration = .seconds(30)

    private let session: MatrixSession
    private let consumer: any SyncConsumer
    private let clock: BridgeClock
    private let logger: Logger
    private let whenReady: @Sendable () -> Void

    /// Creates a loop.
    ///
    /// - Parameter whenReady: Called once, when the first response has been stored.
    package init(
        session: MatrixSession,
        consumer: any SyncConsumer,
        clock: BridgeClock = BridgeClock(),
        logger: Logger,
        whenReady: @escaping @Sendable () -> Void = {}
    ) {
        self.session = session
        self.consumer = consumer
        self.clock = clock
        self.logger = logger
        self.whenReady = whenReady
    }

    /// Syncs until it is shut down; a graceful shutdown aborts the request that waits.
    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await sync()
            } catch is CancellationError {
                return
            }
        }
    }

    private func sync() async throws {
        var since = try await consumer.syncToken()
        let filter = try await retrying("upload the sync filter") {
            try await session.transport.execute(CreateFilter(userID: session.userID, filter: SyncFilter())).filterID
        }
        var isReady = false
        while !Task.isCancelled {
            // The first response comes at once: there is something to be ready for, however quiet the rooms are.
            let timeout = isReady ? Self.longPoll : .zero
            let endpoint = Sync(since: since, filter: filter, timeout: Int(timeout / .milliseconds(1)))
            let response = try await retrying("sync") { try await session.transport.execute(endpoint) }
            try await store(response, since: since)
            since = response.nextBatch
            if !isReady {
                isReady = true
                whenReady()
            }
        }
    }

    /// A response that cannot be stored is not acknowledged: storing it is tried until it succeeds.
    private func store(_ response: SyncResponse, since: String?) async throws {
        var backoff = RetryBackoff()
        while true {
            do {
                return try await consumer.consume(response, since: since)
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.error("what has arrived cannot be stored; trying again", metadata: ["error": "\(error)"])
                try await clock.sleep(for: backoff.next())
            }
        }
    }

    private func retrying<Value>(_ what: String, _ request: () async throws -> Value) async throws -> Value {
        var backoff = RetryBackoff()
        var hasSaidSo = false
        while true {
            do {
                let value = try await request()
                if hasSaidSo { logger.info("the homeserver answers again") }
                return value
            } catch let error as MatrixClientError {
                switch error.code {
                case .cancelled:
                    throw CancellationError()
                case .unknownToken:
                    throw MatrixClientError(
                        .unknownToken,
                        "the homeserver no longer accepts the access token of \(session.userID); run \"rialto login\" "
                            + "and start again",
                        errcode: error.errcode,
                        softLogout: error.softLogout,
                        cause: error
                    )
                default:
                    if !hasSaidSo {
                        hasSaidSo = true
                        logger.warning(
                            "cannot \(what); trying again until it works",
                            metadata: ["error": "\(error)"]
                        )
                    }
                    try await clock.sleep(for: max(error.retryAfter ?? .zero, backoff.next()))
                }
            }
        }
    }
}
