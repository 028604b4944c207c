package import Logging
package import NIOCore
import NIOPosix
import NIOSSL
package import PlatformSDK
import ServiceLifecycle
import Synchronization

/// The agent's end of the connection: a WebSocket server that hands messages to an `AgentResponder`.
///
/// It takes any number of connections. On protocol 2 it owns the runs: they go on without a connection, and each connection
/// reads them at its own pace. For clients of the base protocol there is one generation at a time on each connection.
package final class AgentServer: Service {
    /// Where the server listens, and its limits.
    package struct Options: Hashable, Sendable {
        /// The address to listen at.
        package var host: String
        /// The port to listen at; 0 lets the system choose, see `boundPort()`.
        package var port: Int
        /// What a request's path has to begin with.
        package var path = "/agent_ws/"
        /// The time that generations in progress have at a graceful shutdown.
        package var drainLimit: Duration = .seconds(20)
        /// The time between two pings.
        package var pingInterval: Duration = .seconds(30)
        /// The time that a client has to answer a ping, and to ask for the upgrade.
        package var clientTimeout: Duration = .seconds(30)
        /// The silence of a run after which its readers are told that it goes on.
        package var heartbeatInterval: Duration = .seconds(60)
        /// The connections that are served at once; more are closed as they come.
        package var maximumConnections = 256
        /// Whether clients may name runs, which is protocol 2; the base protocol is always spoken.
        package var offersRuns = true
        /// Whether the agent performs and keeps its runs itself, so that the server need not.
        package var agentKeepsRuns = false
        /// What is kept of runs, and how many are open at once, where the server keeps them.
        package var runLimits = ResumableAgent.Limits()

        /// Creates options with the default limits.
        package init(host: String = "127.0.0.1", port: Int = 8790) {
            self.host = host
            self.port = port
        }
    }

    private let options: Options
    private let security: AgentServerSecurity
    private let responder: any AgentResponder
    private let group: (any EventLoopGroup)?
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let port = OneShot<Int>()
    private let sessions = AgentSessions()
    private let upgrades = PendingUpgrades()
    private let keeper: ResumableAgent?

    /// Creates a server that `run()` starts.
    ///
    /// - Parameters:
    ///   - group: The event loops; without one, `run()` makes one loop and shuts it down at its end.
    ///   - clock: The clock of the drain limit and of heartbeats; pings and the closing handshake run on the event loop's clock.
    package init(
        options: Options = Options(),
        security: AgentServerSecurity = AgentServerSecurity(),
        responder: any AgentResponder,
        group: (any EventLoopGroup)? = nil,
        clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger
    ) {
        self.options = options
        self.security = security
        self.responder = responder
        let keepsRuns = options.offersRuns && !options.agentKeepsRuns
        keeper = keepsRuns ? ResumableAgent(responder, limits: options.runLimits) : nil
        self.group = group
        self.clock = clock
        self.logger = logger
    }

    /// The port that the server listens at, once it does; throws what kept it from listening.
    package func boundPort() async throws -> Int {
        try await port.value()
    }

    /// Serves until the task is cancelled, or until the generations in progress are done after a graceful shutdown.
    package func run() async throws {
        let ownGroup = group == nil ? MultiThreadedEventLoopGroup(numberOfThreads: 1) : nil
        let result: Result<Void, any Error>
        do {
            try await serve(on: group ?? ownGroup ?? .singletonMultiThreadedEventLoopGroup)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        port.resolve(.failure(PlatformError(.unavailable, "the agent server has stopped")))
        try await ownGroup?.shutdownGracefully()
        try result.get()
    }

    private func serve(on group: any EventLoopGroup) async throws {
        let listener: NIOAsyncChannel<EventLoopFuture<AgentServerUpgrade>, Never>
        do {
            listener = try await bind(on: group)
        } catch {
            let failure =
                error as? PlatformError
                ?? PlatformError(
                    .unavailable,
                    "the agent server cannot listen at \(options.host):\(options.port); is the port in use?",
                    cause: error
                )
            port.resolve(.failure(failure))
            throw failure
        }
        let boundPort = listener.channel.localAddress?.port ?? options.port
        port.resolve(.success(boundPort))
        logger.info("agent server listens", metadata: ["host": "\(options.host)", "port": "\(boundPort)"])
        let shutdown = OneShot<Void>()
        try await withGracefulShutdownHandler {
            try await listener.executeThenClose { connections in
                await withTaskGroup { tasks in
                    tasks.addTask { await self.drain(after: shutdown) }
                    if let keeper = self.keeper { tasks.addTask { await keeper.run() } }
                    await withTaskCancellationHandler {
                        await self.accept(connections)
                    } onCancel: {
                        self.upgrades.close()
                    }
                    tasks.cancelAll()
                }
            }
        } onGracefulShutdown: {
            shutdown.resolve(.success(()))
            listener.channel.close(promise: nil)
            self.upgrades.close()
        }
    }

    /// Serves each connection in a task of its own; returns when the listener is closed and all of them are done.
    private func accept(_ connections: NIOAsyncChannelInboundStream<EventLoopFuture<AgentServerUpgrade>>) async {
        await withDiscardingTaskGroup { tasks in
            do {
                for try await upgrade in connections {
                    tasks.addTask { await self.serve(upgrade) }
                }
            } catch {
                logger.error("agent server accepts no more", metadata: ["error": "\(error)"])
            }
            if Task.isCancelled { tasks.cancelAll() }
        }
    }

    private func serve(_ upgrade: EventLoopFuture<AgentServerUpgrade>) async {
        guard case .socket(let socket) = try? await upgrade.get() else { return }
        let runs: (any AgentResponder)? = options.offersRuns ? keeper ?? responder : nil
        let heartbeat = Heartbeat(interval: options.heartbeatInterval, clock: clock)
        let session = AgentSession(
            socket: socket, responder: responder, runs: runs, heartbeat: heartbeat, logger: logger)
        guard sessions.add(session, limit: options.maximumConnections) else {
            socket.channel.writeAndFlush(SocketMessage.close(.goingAway("no more connections")), promise: nil)
            try? await socket.executeThenClose { _, _ in try? await socket.channel.closeFuture.get() }
            return
        }
        await session.run()
        sessions.remove(session)
    }

    private func drain(after shutdown: OneShot<Void>) async {
        guard (try? await shutdown.value()) != nil else { return }
        sessions.beginDraining()
        try? await clock.sleep(for: options.drainLimit)
        sessions.closeAll()
    }

    private func bind(
        on group: any EventLoopGroup
    ) async throws -> NIOAsyncChannel<EventLoopFuture<AgentServerUpgrade>, Never> {
        let path = options.path
        let security = security
        let tls = try security.context()
        let upgrades = upgrades
        let requestTimeout = options.clientTimeout
        let socketOptions = SocketOptions(pingInterval: options.pingInterval, pongTimeout: options.clientTimeout)
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .bind(host: options.host, port: options.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    let upgrade = try channel.configureAgentServer(
                        path: path,
                        security: security,
                        requestTimeout: requestTimeout,
                        options: socketOptions
                    )
                    upgrades.add(channel, until: upgrade)
                    return upgrade
                }
            }
    }
}
