package import Logging
package import NIOCore
import NIOPosix
package import PlatformSDK
import ServiceLifecycle
import Synchronization

/// The connection to an agent over WebSocket: opened once by `run()`, kept open, and opened again when it is lost.
///
/// What happens when is decided by `AgentConnectionStateMachine`; this class moves bytes and time.
package final class WebSocketAgentConnection: AgentConnection, Service {
    private typealias Machine = AgentConnectionStateMachine

    private struct Reply {
        let channel: ReplyChannel<RunEvent>
        /// The events of the base protocol so far, which numbers none.
        var delivered = 0
    }

    private struct State {
        var machine: Machine
        var channel: (any Channel)?
        var replies: [Machine.RequestID: Reply] = [:]
        /// The runs whose consumers had no room, until they have.
        var parked: Set<Machine.RequestID> = []
        /// Whether the reader of the socket waits for the consumer of a reply of the base protocol.
        var isConsumerBehind = false

        /// Hands a message to the event loop; a write that fails closes the channel, and the loss is handled there.
        func send(_ text: String) {
            channel?.writeAndFlush(SocketMessage.text(text), promise: nil)
        }

        /// Performs what must happen in the order of the machine's decisions and never waits.
        mutating func apply(_ actions: [Machine.Action]) {
            for action in actions {
                switch action {
                case .send(let text): send(text)
                case .sendFrame(let frame):
                    if let text = try? AgentFrameCodec.encode(frame) { send(text) }
                case .offer(let id, let event):
                    guard replies[id]?.channel.offer(event) == .full else { continue }
                    machine.parked(id)
                    parked.insert(id)
                case .finish(let id, let event):
                    parked.remove(id)
                    guard let reply = replies.removeValue(forKey: id) else { continue }
                    _ = reply.channel.offer(event, isLast: true)
                    reply.channel.finish()
                case .fail(let id, let failure):
                    parked.remove(id)
                    replies.removeValue(forKey: id)?.channel.finish(throwing: failure.error)
                case .deliver, .end, .close, .log: continue
                }
            }
        }

        /// Asks for the events again that had no room, where there is room now.
        mutating func unpark(now: Duration) {
            for id in parked where replies[id]?.channel.hasRoom == true {
                let actions = machine.hasRoom(id, now: now)
                guard !actions.isEmpty else { continue }
                parked.remove(id)
                apply(actions)
            }
        }

        mutating func beginDelivery(to id: Machine.RequestID) -> (channel: ReplyChannel<RunEvent>, seq: Int)? {
            guard let reply = replies[id] else { return nil }
            isConsumerBehind = true
            replies[id]?.delivered += 1
            return (reply.channel, reply.delivered + 1)
        }
    }

    private let endpoint: AgentEndpoint
    private let security: AgentClientSecurity
    private let options: Options
    private let group: (any EventLoopGroup)?
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Duration
    private let jitter: @Sendable () -> Double
    private let logger: Logger
    private let state: Mutex<State>
    private let queries = OpenQueries()

    /// Creates a connection that `run()` opens.
    ///
    /// - Parameters:
    ///   - group: The event loops of the socket; without one, `run()` makes one loop and shuts it down at its end.
    ///   - clock: The clock of backoff and limits; pings and the closing handshake run on the event loop's clock.
    ///   - jitter: Returns a number from 0 to 1 that spreads the delays between attempts.
    package init(
        endpoint: AgentEndpoint,
        security: AgentClientSecurity = AgentClientSecurity(),
        options: Options = Options(),
        group: (any EventLoopGroup)? = nil,
        clock: any Clock<Duration> = ContinuousClock(),
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
        logger: Logger
    ) {
        self.endpoint = endpoint
        self.security = security
        self.options = options
        self.group = group
        self.clock = clock
        self.now = stopwatch(clock)
        self.jitter = jitter
        self.logger = logger
        self.state = Mutex(State(machine: Machine(limits: options.limits, backoff: options.backoff)))
    }

    package func status() async -> AgentStatus {
        state.withLock { $0.machine.status }
    }

    /// Whether the agent speaks protocol 2, as far as is known now.
    package var canResume: Bool { get async { state.withLock { $0.machine.isMultiplexed } } }

    /// What the agent has said in the STATUS of the connection, or of the last one.
    package func models() async throws -> OfferedModels? {
        try state.withLock { state in
            guard state.machine.hasBeenConnected else {
                throw PlatformError(.unavailable, "the agent has not been there yet", isRetryable: true)
            }
            return state.machine.offeredModels
        }
    }

    /// Queues the message and returns its reply; failures after that come out of the reply.
    ///
    /// Throws `frameTooLarge` and `busy` at once.
    package func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent> {
        let text = try AgentFrameCodec.encode(AgentClientFrame.userMessage(text: request.textNamingAttachments))
        let size = max(text.utf8.count, try AgentFrameCodec.encode(AgentClientFrame.runMessage(request)).utf8.count)
        guard size <= AgentFrameCodec.maximumMessageBytes else {
            let limit = AgentFrameCodec.maximumMessageBytes
            throw PlatformError(.frameTooLarge, "the message takes \(size) bytes, the agent takes \(limit)")
        }
        return try open(request.runID.isEmpty ? nil : .message(request), text: text)
    }

    /// Queues the wish for a run's events; failures after that come out of the reply.
    package func resume(runID: String, after seq: Int) async throws -> ReplySequence<RunEvent> {
        try open(.resume(runID: runID, after: seq), text: nil)
    }

    package func cancel(runID: String) async throws {
        state.withLock { state in
            let actions = state.machine.stopRun(runID, now: now())
            state.apply(actions)
        }
    }

    package func decide(_ decision: ApprovalDecision, runID: String, itemID: String) async throws {
        try send(.approval(runID: runID, itemID: itemID, decision))
    }

    package func usage(userID: String, threadID: String) async throws -> UsageReport {
        try await queries.ask(within: options.queryTimeout, clock) { id in
            try send(.usage(requestID: id, userID: userID, threadID: threadID))
        }
    }

    private func send(_ frame: AgentClientFrame) throws {
        do throws(Machine.Failure) {
            try state.withLock { state throws(Machine.Failure) in state.apply(try state.machine.notify(frame)) }
        } catch {
            throw error.error
        }
    }

    private func open(_ run: Machine.RunRequest?, text: String?) throws -> ReplySequence<RunEvent> {
        let reply = ReplyChannel<RunEvent>(limit: options.bufferedBytes, weigh: \.weight)
        let id: Machine.RequestID
        do throws(Machine.Failure) {
            id = try state.withLock { state throws(Machine.Failure) in
                let (id, actions) = try state.machine.enqueue(text, run: run, now: now())
                state.replies[id] = Reply(channel: reply)
                state.apply(actions)
                return id
            }
        } catch {
            throw error.error
        }
        let consumer = ReplyConsumer { [weak self] in
            reply.abandon()
            self?.letGo(id)
        }
        return ReplySequence(
            next: { [weak self] in
                do {
                    let event = try await reply.next()
                    self?.consumed(id)
                    return event
                } catch {
                    if error is CancellationError { consumer.letGo() }
                    throw error
                }
            },
            release: { consumer.letGo() }
        )
    }

    /// Keeps the connection until the task is cancelled or the process shuts down gracefully.
    package func run() async throws {
        let ownGroup = group == nil ? MultiThreadedEventLoopGroup(numberOfThreads: 1) : nil
        let loops = group ?? ownGroup ?? .singletonMultiThreadedEventLoopGroup
        let dialer = AgentDialer(endpoint: endpoint, security: security, group: loops)
        await cancelWhenGracefulShutdown {
            await withTaskGroup { tasks in
                tasks.addTask { await self.keepTicking() }
                await self.keepConnected(dialer)
                tasks.cancelAll()
            }
        }
        let actions = state.withLock { state in
            let actions = state.machine.stop()
            state.apply(actions)
            return actions
        }
        await perform(actions)
        queries.fail(with: Machine.Failure.stopped.error)
        try await ownGroup?.shutdownGracefully()
    }

    // MARK: The connection

    private func keepConnected(_ dialer: AgentDialer) async {
        while !Task.isCancelled {
            let loss = await connectOnce(dialer)
            if Task.isCancelled { return }
            let (actions, delay) = state.withLock { state in
                state.channel = nil
                let (actions, delay) = state.machine.disconnected(
                    reason: loss.reason,
                    code: loss.code,
                    jitter: jitter(),
                    now: now()
                )
                state.apply(actions)
                return (actions, delay)
            }
            await perform(actions)
            queries.fail(with: PlatformError(loss.code, loss.reason, isRetryable: true))
            logger.debug(
                "next attempt to reach the agent", metadata: ["delay": "\(delay)", "reason": "\(loss.reason)"])
            try? await clock.sleep(for: delay)
        }
    }

    private struct Loss {
        var reason: String
        var code: PlatformError.Code = .unavailable
    }

    /// Connects, and serves the connection until it is gone; returns why it is.
    private func connectOnce(_ dialer: AgentDialer) async -> Loss {
        let socketOptions = SocketOptions(pingInterval: options.pingInterval, pongTimeout: options.pongTimeout)
        let attempt = AgentDialer.Attempt(timeout: options.handshakeTimeout)
        do {
            let socket = try await dialer.connect(attempt, options: socketOptions) { [weak self] in
                self?.state.withLock { $0.isConsumerBehind } ?? false
            }
            state.withLock { state in
                state.channel = socket.channel
                state.machine.opened()
            }
            let reason = try await withTaskCancellationHandler {
                try await serve(socket, attempt)
            } onCancel: {
                socket.channel.writeAndFlush(SocketMessage.close(.goingAway("the bridge shuts down")), promise: nil)
            }
            return Loss(reason: attempt.hasTimedOut ? attempt.timeoutReason : reason)
        } catch {
            if attempt.hasTimedOut { return Loss(reason: attempt.timeoutReason) }
            guard let error = error as? PlatformError else { return Loss(reason: AgentDialer.words(for: error)) }
            return Loss(reason: error.message, code: error.code)
        }
    }

    /// Reads the socket until its end. When this task is cancelled the closing handshake has its time.
    private func serve(_ socket: SocketChannel, _ attempt: AgentDialer.Attempt) async throws -> String {
        try await socket.executeThenClose { inbound, _ in
            var reason = "the agent closed the connection without a closing handshake"
            for try await message in inbound {
                switch message {
                case .text(let text): await receive(text, attempt)
                case .close(let close): reason = "the agent closed the connection (\(close))"
                }
            }
            if Task.isCancelled { try? await socket.channel.closeFuture.get() }
            return reason
        }
    }

    private func receive(_ text: String, _ attempt: AgentDialer.Attempt) async {
        let frame = Result { () throws(AgentFrameCodec.Malformed) in
            try AgentFrameCodec.decode(AgentServerFrame.self, from: text)
        }
        // Decided before the machine learns of it: a message must not go out on a socket that is being closed.
        if case .success(.status) = frame, !attempt.succeed() { return }
        if case .success(let answer) = frame, queries.take(answer) { return }
        let actions = state.withLock { state in
            let actions =
                switch frame {
                case .success(let frame): state.machine.received(frame, now: now())
                case .failure(let malformed): state.machine.receivedMalformed(malformed.reason)
                }
            state.apply(actions)
            if case .success(.status) = frame { state.unpark(now: now()) }
            return actions
        }
        await perform(actions)
    }

    private func keepTicking() async {
        while !Task.isCancelled {
            try? await clock.sleep(for: options.tickInterval)
            let actions = state.withLock { state in
                let actions = state.machine.tick(now: now(), isConsumerBehind: state.isConsumerBehind)
                state.apply(actions)
                return actions
            }
            await perform(actions)
        }
    }

    // MARK: Actions

    private func consumed(_ id: Machine.RequestID) {
        state.withLock { state in
            if state.parked.contains(id) { state.unpark(now: now()) }
        }
    }

    private func letGo(_ id: Machine.RequestID) {
        state.withLock { state in
            state.replies[id] = nil
            state.parked.remove(id)
            state.machine.cancel(id, now: now())
        }
    }

    /// Performs what is left of the actions after `State.apply`: what may wait for the consumer of the base protocol.
    private func perform(_ actions: [Machine.Action]) async {
        for action in actions {
            switch action {
            case .send, .sendFrame, .offer, .finish, .fail: break
            case .deliver(let id, let text):
                guard let (reply, seq) = state.withLock({ $0.beginDelivery(to: id) }) else { continue }
                _ = await reply.send(RunEvent(seq: seq, .textChunk(text)))
                state.withLock { $0.isConsumerBehind = false }
            case .end(let id, let tokensUsed):
                guard let (reply, seq) = state.withLock({ $0.beginDelivery(to: id) }) else { continue }
                _ = await reply.send(RunEvent(seq: seq, .end(tokensUsed: tokensUsed)))
                reply.finish()
                state.withLock { state in
                    state.isConsumerBehind = false
                    state.replies[id] = nil
                }
            case .close(let reason):
                let channel = state.withLock { $0.channel }
                channel?.writeAndFlush(SocketMessage.close(.protocolError(reason)), promise: nil)
            case .log(let event): log(event)
            }
        }
    }

    private func log(_ event: Machine.Event) {
        switch event {
        case .connected: logger.info("agent connected", metadata: ["agent": "\(endpoint)"])
        case .lost(let reason):
            logger.warning("agent connection lost", metadata: ["agent": "\(endpoint)", "reason": "\(reason)"])
        case .unreachable(let reason):
            logger.warning("agent not reachable", metadata: ["agent": "\(endpoint)", "reason": "\(reason)"])
        case .strayFrame(let frame):
            logger.warning("agent sent a frame outside a reply", metadata: ["frame": "\(frame.prefix(200))"])
        case .unknownFrame(let type):
            logger.debug("agent sent a frame of an unknown type", metadata: ["type": "\(type.prefix(64))"])
        }
    }
}
