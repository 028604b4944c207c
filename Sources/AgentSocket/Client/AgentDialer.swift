import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import PlatformSDK
import Synchronization

/// Opens WebSockets to one agent.
struct AgentDialer: Sendable {
    let endpoint: AgentEndpoint
    let security: AgentClientSecurity
    let group: any EventLoopGroup

    private enum Upgrade {
        case socket(SocketChannel)
        case refused
    }

    /// Connects and upgrades; cancelling closes the socket and throws.
    func connect(
        _ attempt: Attempt,
        options: SocketOptions,
        isReaderBehind: @escaping @Sendable () -> Bool
    ) async throws -> SocketChannel {
        try await withTaskCancellationHandler {
            let upgrade = try await ClientBootstrap(group: group)
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .connectTimeout(TimeAmount(attempt.timeout))
                .connect(host: endpoint.host, port: endpoint.port) { channel in
                    attempt.began(on: channel)
                    return channel.eventLoop.makeCompletedFuture {
                        try Self.configure(channel, endpoint, security, options, isReaderBehind)
                    }
                }
            switch try await upgrade.get() {
            case .socket(let socket): return socket
            case .refused:
                attempt.abort()
                throw PlatformError(
                    .protocolViolation,
                    "\(endpoint) did not answer as a WebSocket; check host, port and path of the agent's URL, and the token"
                )
            }
        } onCancel: {
            attempt.abort()
        }
    }

    private static func configure(
        _ channel: any Channel,
        _ endpoint: AgentEndpoint,
        _ security: AgentClientSecurity,
        _ options: SocketOptions,
        _ isReaderBehind: @escaping @Sendable () -> Bool
    ) throws -> EventLoopFuture<Upgrade> {
        if endpoint.isSecure {
            try channel.pipeline.syncOperations.addHandler(security.handler(host: endpoint.host))
        }
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(
            maxFrameSize: options.maximumMessageBytes,
            enableAutomaticErrorHandling: false,
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    let socket = try channel.makeSocketChannel(
                        role: .client,
                        options: options,
                        isReaderBehind: isReaderBehind
                    )
                    return .socket(socket)
                }
            }
        )
        var headers: HTTPHeaders = ["Host": endpoint.authority]
        if let token = security.token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: endpoint.target, headers: headers)
        var configuration = NIOUpgradableHTTPClientPipelineConfiguration(
            upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                upgradeRequestHead: head,
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { $0.eventLoop.makeSucceededFuture(.refused) }
            )
        )
        // The agent's STATUS may come in the same segment as the answer to the upgrade.
        configuration.leftOverBytesStrategy = .forwardBytes
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: configuration)
    }
}

extension AgentDialer {
    /// What an operator reads of an error: for a refused connection the system's own words, without NIO's wrapping.
    static func words(for error: any Error) -> String {
        guard let failure = error as? NIOConnectionError else { return "\(error)" }
        if let cause = failure.connectionErrors.last?.error as? IOError {
            return "cannot connect to \(failure.host):\(failure.port): \(String(cString: strerror(cause.errnoCode)))"
        }
        return "cannot connect to \(failure.host):\(failure.port): no address found for it"
    }
}

extension AgentDialer {
    /// One attempt to connect, which has to reach the agent's STATUS in time.
    final class Attempt: Sendable {
        private enum Phase {
            case waiting
            case aborted
            case begun(any Channel, deadline: Scheduled<Void>)
            case succeeded
            case timedOut
        }

        private let phase = Mutex(Phase.waiting)
        let timeout: Duration

        init(timeout: Duration) {
            self.timeout = timeout
        }

        /// Whether the socket was closed because STATUS did not come in time.
        var hasTimedOut: Bool {
            phase.withLock { if case .timedOut = $0 { true } else { false } }
        }

        /// What an attempt out of time is reported as.
        var timeoutReason: String { "the agent did not send STATUS within \(timeout)" }

        /// The attempt has a socket; its time starts.
        func began(on channel: any Channel) {
            let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) { [weak self] in
                if self?.expire() == true { channel.close(promise: nil) }
            }
            let isAborted = phase.withLock { phase in
                if case .aborted = phase { return true }
                if case .begun(_, let earlier) = phase { earlier.cancel() }
                phase = .begun(channel, deadline: deadline)
                return false
            }
            if isAborted {
                deadline.cancel()
                channel.close(promise: nil)
            }
        }

        /// STATUS has come; false when it came too late and the socket is being closed.
        func succeed() -> Bool {
            phase.withLock { phase in
                switch phase {
                case .begun(_, let deadline):
                    deadline.cancel()
                    phase = .succeeded
                    return true
                case .succeeded: return true
                case .waiting, .aborted, .timedOut: return false
                }
            }
        }

        /// Gives the attempt up and closes its socket; after STATUS it has no effect.
        func abort() {
            let channel: (any Channel)? = phase.withLock { phase in
                switch phase {
                case .waiting:
                    phase = .aborted
                    return nil
                case .begun(let channel, let deadline):
                    deadline.cancel()
                    phase = .aborted
                    return channel
                case .aborted, .succeeded, .timedOut: return nil
                }
            }
            channel?.close(promise: nil)
        }

        private func expire() -> Bool {
            phase.withLock { phase in
                guard case .begun = phase else { return false }
                phase = .timedOut
                return true
            }
        }
    }
}
