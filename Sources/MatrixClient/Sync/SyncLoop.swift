package import Bridge
package import Logging
import MatrixAPI
import ServiceLifecycle

/// Asks the homeserver for what is new, again and again, and hands each response on before it asks for the next.
///
/// Failures that may pass are tried again for ever, with growing pauses; the log says so once and not each time. A
/// position that the homeserver does not know any more is given up for a new beginning. Only an access token that is not
/// good any more, and that cannot be replaced, ends the loop with an error.
package struct SyncLoop: Service {
    private static let longPoll: Duration = .seconds(30)
    /// For the first response, which a server with many rooms computes for minutes before its first byte.
    private static let firstPatience: Duration = .seconds(300)

    private let session: MatrixSession
    private let consumer: any SyncConsumer
    private let clock: BridgeClock
    private let retry: PersistentRetry
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
        retry = PersistentRetry(clock: clock, logger: logger)
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
        let filter = try await asking("upload the sync filter") {
            try await session.transport.execute(CreateFilter(userID: session.userID, filter: SyncFilter())).filterID
        }
        // The first response comes at once: there is something to be ready for, however quiet the rooms are.
        since = try await advance(
            since, filter, timeout: .zero, transport: session.transport.waiting(Self.firstPatience))
        whenReady()
        var pacing = RetryBackoff()
        while !Task.isCancelled {
            let (asked, before) = (clock.now, since)
            since = try await advance(since, filter, timeout: Self.longPoll, transport: session.transport)
            if since == before, clock.now - asked < .seconds(1) {
                // A server, or a cache before it, that does not wait for news would be asked without a pause.
                try await clock.sleep(for: pacing.next())
            } else {
                pacing.reset()
            }
        }
    }

    /// Gets the next response, has it stored, and returns the token that follows it.
    private func advance(
        _ since: String?,
        _ filter: String,
        timeout: Duration,
        transport: MatrixTransport
    ) async throws -> String {
        var since = since
        let response: SyncResponse
        do {
            response = try await self.response(since, filter, timeout: timeout, transport: transport)
        } catch let error as MatrixClientError where since != nil && Self.isPositionRefused(error) {
            logger.warning(
                "the homeserver does not know where the last sync ended; beginning anew and looking for what was missed",
                metadata: ["error": "\(error)"]
            )
            since = nil
            // The stored position stays until the new one is stored: a crash in between begins anew once more.
            response = try await self.response(
                nil, filter, timeout: .zero, transport: session.transport.waiting(Self.firstPatience))
        }
        // A response that cannot be stored is not acknowledged: storing it is tried until it succeeds.
        try await retry("store what has arrived", recovery: "what has arrived is stored", unless: { _ in false }) {
            try await consumer.consume(response, since: since)
        }
        return response.nextBatch
    }

    private func response(
        _ since: String?,
        _ filter: String,
        timeout: Duration,
        transport: MatrixTransport
    ) async throws -> SyncResponse {
        let endpoint = Sync(since: since, filter: filter, timeout: Int(timeout / .milliseconds(1)))
        return try await asking("sync", unless: { since != nil && Self.isPositionRefused($0) }) {
            try await transport.execute(endpoint)
        }
    }

    /// Whether the homeserver refuses the position of a sync: with a code of its own, or as Synapse does it.
    private static func isPositionRefused(_ error: MatrixClientError) -> Bool {
        error.status == 400 && (error.errcode == .unknownPos || error.errcode == .unknown)
    }

    private func asking<Value>(
        _ what: String,
        unless isFinal: (MatrixClientError) -> Bool = { _ in false },
        _ request: () async throws -> Value
    ) async throws -> Value {
        let endsAttempts = { (error: any Error) in
            (error as? MatrixClientError).map { [.unknownToken, .loggedOut].contains($0.code) || isFinal($0) } ?? false
        }
        do {
            return try await retry(what, unless: endsAttempts, request)
        } catch let error as MatrixClientError where error.code == .unknownToken {
            throw MatrixClientError(
                .unknownToken,
                "the homeserver no longer accepts the access token of \(session.userID); run \"rialto login\" "
                    + "and start again",
                status: error.status,
                errcode: error.errcode,
                softLogout: error.softLogout,
                cause: error
            )
        }
    }
}
