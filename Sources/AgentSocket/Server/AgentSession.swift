import Foundation
import Logging
import NIOCore
import PlatformSDK
import Synchronization

/// One connection to the agent server: reads frames and streams what they ask for.
///
/// A message that names no run is the base protocol's: one generation at a time, which ends with the connection. Any number
/// of named runs is delivered beside it; they belong to the server and go on when the connection ends.
final class AgentSession: Sendable {
    private struct State {
        /// Whether a message is being answered; ends before the last frame is sent, so that a client that has seen it may
        /// send the next message.
        var isGenerating = false
        /// The generations whose last frame is not sent yet.
        var unfinished = 0
        var isDraining = false
        /// The questions that are being answered.
        var questions = 0
        /// The delivery that is the current one of each run.
        var deliveries: [String: AgentDelivery] = [:]
    }

    private typealias Work = @Sendable () async -> Void
    private typealias Outbound = NIOAsyncChannelOutboundWriter<SocketMessage>

    /// The runs that are delivered over one connection at once.
    private static let maximumDeliveries = 256
    /// The questions of one connection that are answered at once.
    private static let maximumQuestions = 64

    private let socket: SocketChannel
    private let responder: any AgentResponder
    private let runs: (any AgentResponder)?
    private let heartbeat: Heartbeat
    private let logger: Logger
    /// The thread of the messages that name none: a connection of the base protocol is one conversation.
    private let conversation = "connection-\(UUID().uuidString.lowercased())"
    private let state = Mutex(State())

    /// Creates a session; without `runs` it speaks the base protocol only.
    init(
        socket: SocketChannel,
        responder: any AgentResponder,
        runs: (any AgentResponder)?,
        heartbeat: Heartbeat,
        logger: Logger
    ) {
        self.heartbeat = heartbeat
        self.socket = socket
        self.responder = responder
        self.runs = runs
        self.logger = logger
    }

    /// Serves the connection until the client is gone, which stops its generation.
    func run() async {
        do {
            try await withTaskCancellationHandler {
                try await socket.executeThenClose { inbound, outbound in
                    try await self.greet(outbound)
                    await withDiscardingTaskGroup { tasks in
                        do {
                            for try await case .text(let text) in inbound {
                                if let work = try await self.admit(text, outbound) {
                                    tasks.addTask { await work() }
                                }
                            }
                        } catch {
                            self.logger.debug("agent client failed", metadata: ["error": "\(error)"])
                        }
                        tasks.cancelAll()
                    }
                    if Task.isCancelled { try? await self.socket.channel.closeFuture.get() }
                }
            } onCancel: {
                close()
            }
        } catch {
            logger.debug("agent client gone", metadata: ["error": "\(error)"])
        }
    }

    private func greet(_ outbound: Outbound) async throws {
        guard let runs else { return try await send(.status(protocolVersion: nil), outbound) }
        try await send(.status(protocolVersion: 2, models: try? await runs.models()), outbound)
    }

    /// Takes no further message, and closes once the generation in progress is done.
    func beginDraining() {
        let isIdle = state.withLock { state in
            state.isDraining = true
            return state.unfinished == 0
        }
        if isIdle { close() }
    }

    /// Starts the closing handshake.
    func close() {
        socket.channel.writeAndFlush(SocketMessage.close(.goingAway("the agent shuts down")), promise: nil)
    }

    /// What a frame asks for, or nil where that is done, or the client has been told why it is not.
    private func admit(_ text: String, _ outbound: Outbound) async throws -> Work? {
        let frame: AgentClientFrame
        do {
            frame = try AgentFrameCodec.decode(AgentClientFrame.self, from: text)
        } catch {
            try await refuse(AgentErrorCode.badRequest, error.reason, outbound)
            return nil
        }
        switch frame {
        case .unknown(let type):
            try await refuse(AgentErrorCode.unknownType, "unknown type \(type.prefix(64))", outbound)
            return nil
        case .userMessage(let text):
            let refusal: (String, String)? = state.withLock { state in
                if state.isDraining { return (AgentErrorCode.shuttingDown, "the agent shuts down") }
                if state.isGenerating {
                    return (AgentErrorCode.busy, "one message at a time: wait for AGENT_EVENT_END")
                }
                state.isGenerating = true
                state.unfinished += 1
                return nil
            }
            if let (code, details) = refusal {
                try await refuse(code, details, outbound)
                return nil
            }
            // The base protocol names neither user nor thread nor run.
            let runID = "base-\(UUID().uuidString.lowercased())"
            let request = MessageRequest(userID: "", threadID: conversation, runID: runID, text: text)
            return { await self.generate(request, outbound) }
        case .runMessage(let request):
            // An agent of the base protocol takes the message and ignores the fields that it does not know.
            guard let runs else { return try await admit(baseFrame(of: request), outbound) }
            return try await begin(request.runID, after: nil, outbound) { try await runs.respond(to: request) }
        case .resume(let runID, let after):
            guard let runs else { return try await refuseType("RESUME", outbound) }
            return try await begin(runID, after: after, outbound) {
                try await runs.resume(runID: runID, after: after)
            }
        case .cancel(let runID):
            guard let runs else { return try await refuseType("CANCEL", outbound) }
            await cancel(runID, of: runs)
            return nil
        case .usage(let requestID, let userID, let threadID):
            guard let runs else { return try await refuseType("USAGE", outbound) }
            let isAdmitted = state.withLock { state in
                guard state.questions < Self.maximumQuestions else { return false }
                state.questions += 1
                return true
            }
            return {
                defer { if isAdmitted { self.state.withLock { $0.questions -= 1 } } }
                do {
                    guard isAdmitted else {
                        throw PlatformError(.busy, "\(Self.maximumQuestions) questions are open on this connection")
                    }
                    let report = try await runs.usage(userID: userID, threadID: threadID)
                    try await self.send(.usage(requestID: requestID, report), outbound)
                } catch {
                    let (code, details) = Self.codeAndDetails(of: error)
                    try? await self.send(
                        .requestError(requestID: requestID, code: code, details: details), outbound)
                }
            }
        case .approval(let runID, let itemID, let decision):
            guard let runs else { return try await refuseType("APPROVAL", outbound) }
            do {
                try await runs.decide(decision, runID: runID, itemID: itemID)
            } catch {
                try await send(Self.frame(for: error), outbound)
            }
            return nil
        }
    }

    /// Stops a run; one that is on its way to the agent is stopped when it is there.
    ///
    /// The next frame is read after that, so that a client cannot ask for more than is done.
    private func cancel(_ runID: String, of runs: any AgentResponder) async {
        await AgentDelivery.wait(for: state.withLock { $0.deliveries[runID] }?.opened)
        do {
            try await runs.cancel(runID: runID)
        } catch {
            logger.warning("a run cannot be stopped", metadata: ["run": "\(runID)", "error": "\(error)"])
        }
    }

    private func baseFrame(of request: MessageRequest) throws -> String {
        try AgentFrameCodec.encode(AgentClientFrame.userMessage(text: request.textNamingAttachments))
    }

    private func refuseType(_ type: String, _ outbound: Outbound) async throws -> Work? {
        try await refuse(AgentErrorCode.unknownType, "unknown type \(type)", outbound)
        return nil
    }

    // MARK: Named runs

    /// The delivery of a run, which takes the place of an earlier one on this connection.
    private func begin(
        _ runID: String,
        after cursor: Int?,
        _ outbound: Outbound,
        _ open: @escaping @Sendable () async throws -> ReplySequence<RunEvent>
    ) async throws -> Work? {
        let delivery = AgentDelivery()
        let (earlier, refusal): (AgentDelivery?, (String, String)?) = state.withLock { state in
            if cursor == nil, state.isDraining { return (nil, (AgentErrorCode.shuttingDown, "the agent shuts down")) }
            let earlier = state.deliveries[runID]
            guard earlier != nil || state.deliveries.count < Self.maximumDeliveries else {
                return (nil, (AgentErrorCode.tooManyRuns, "\(Self.maximumDeliveries) runs are open on this connection"))
            }
            state.deliveries[runID] = delivery
            state.unfinished += 1
            return (earlier, nil)
        }
        if let (code, details) = refusal {
            try await send(.runError(runID, code: code, details: details), outbound)
            return nil
        }
        earlier?.replaced.resolve(.success(()))
        return {
            // What the earlier one still sends comes first.
            await AgentDelivery.wait(for: earlier?.ended)
            await self.deliver(runID, after: cursor, delivery, outbound, open)
        }
    }

    private func deliver(
        _ runID: String,
        after cursor: Int?,
        _ delivery: AgentDelivery,
        _ outbound: Outbound,
        _ open: @Sendable () async throws -> ReplySequence<RunEvent>
    ) async {
        do {
            // A later delivery does not keep this one from bringing the agent its message.
            let events = try await open()
            delivery.opened.resolve(.success(()))
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await self.send(events, of: runID, after: cursor, delivery, outbound) }
                tasks.addTask { await AgentDelivery.wait(for: delivery.replaced) }
                tasks.addTask { [heartbeat] in
                    try await heartbeat.beat(in: delivery) { try await self.send(.heartbeat(runID), outbound) }
                }
                defer { tasks.cancelAll() }
                try await tasks.next()
            }
        } catch {
            await fail(runID, delivery, error, outbound)
        }
        delivery.opened.resolve(.success(()))
        delivery.ended.resolve(.success(()))
        let isDone = state.withLock { state in
            if state.deliveries[runID] === delivery { state.deliveries[runID] = nil }
            state.unfinished -= 1
            return state.isDraining && state.unfinished == 0
        }
        if isDone { close() }
    }

    private func send(
        _ events: ReplySequence<RunEvent>,
        of runID: String,
        after cursor: Int?,
        _ delivery: AgentDelivery,
        _ outbound: Outbound
    ) async throws {
        var cursor = cursor
        for try await event in events {
            delivery.noteEvent()
            for frame in AgentServerFrame.frames(of: runID, event, after: cursor) { try await send(frame, outbound) }
            cursor = nil
        }
    }

    private func fail(
        _ runID: String, _ delivery: AgentDelivery, _ error: any Error, _ outbound: Outbound
    ) async {
        guard !Task.isCancelled, state.withLock({ $0.deliveries[runID] === delivery }) else { return }
        let (code, details) = Self.codeAndDetails(of: error)
        let metadata: Logger.Metadata = ["run": "\(runID)", "error": "\(error)"]
        if Self.isExpected(error) {
            logger.debug("a run is not delivered to its end", metadata: metadata)
        } else {
            logger.warning("a run has failed", metadata: metadata)
        }
        try? await send(.runError(runID, code: code, details: details), outbound)
    }

    /// Whether an error says something of the client's wish rather than of the agent.
    private static func isExpected(_ error: any Error) -> Bool {
        let codes: Set<PlatformError.Code> = [.cancelled, .unknownRun, .unsupported, .busy]
        return (error as? PlatformError).map { codes.contains($0.code) } ?? (error is ChannelError)
    }

    // MARK: The base protocol

    private func generate(_ request: MessageRequest, _ outbound: Outbound) async {
        let lastFrame: AgentServerFrame?
        do {
            lastFrame = .end(tokensUsed: try await stream(request, outbound))
        } catch {
            lastFrame = Task.isCancelled ? nil : Self.frame(for: error)
            if lastFrame != nil { logger.warning("generation failed", metadata: ["error": "\(error)"]) }
            // Nobody else can read it, so an agent that keeps its runs has no reason to go on.
            try? await responder.cancel(runID: request.runID)
        }
        state.withLock { $0.isGenerating = false }
        if let lastFrame { try? await send(lastFrame, outbound) }
        let isDone = state.withLock { state in
            state.unfinished -= 1
            return state.isDraining && state.unfinished == 0
        }
        if isDone { close() }
    }

    /// Sends the text of the reply as it comes; returns the tokens that it took.
    ///
    /// The base protocol cannot take back what was said: a reply that begins anew behind it has failed.
    private func stream(_ request: MessageRequest, _ outbound: Outbound) async throws -> Int {
        var hasSaid = false
        for try await event in try await responder.respond(to: request) {
            switch event.event {
            case .reset where hasSaid:
                throw PlatformError(.agentFailed, "the reply began anew after a part of it was sent; ask again")
            case .textChunk(let text), .reset(let text):
                for piece in text.pieces(maximumBytes: AgentServerFrame.maximumChunkBytes) {
                    hasSaid = true
                    try await send(.textChunk(piece), outbound)
                }
            case .end(let tokens, _): return tokens
            case .reasoningChunk, .toolCall, .toolResult, .file, .approvalRequest, .progress: continue
            }
        }
        throw PlatformError(.protocolViolation, "the agent's reply stopped before its end")
    }

    private static func frame(for error: any Error) -> AgentServerFrame {
        let (code, details) = codeAndDetails(of: error)
        return .error(code: code, details: details)
    }

    private static func codeAndDetails(of error: any Error) -> (code: String, details: String) {
        guard let error = error as? PlatformError else {
            return (AgentErrorCode.agentFailed, "the agent failed; its log says more")
        }
        let code =
            switch error.code {
            case .unknownRun: AgentErrorCode.unknownRun
            case .unsupported: AgentErrorCode.unsupported
            case .cancelled: AgentErrorCode.cancelled
            case .busy: AgentErrorCode.tooManyRuns
            default: AgentErrorCode.agentFailed
            }
        return (error.agentCode ?? code, error.message)
    }

    private func refuse(_ code: String, _ details: String, _ outbound: Outbound) async throws {
        try await send(.error(code: code, details: details), outbound)
    }

    private func send(_ frame: AgentServerFrame, _ outbound: Outbound) async throws {
        var text = try AgentFrameCodec.encode(frame)
        if text.utf8.count > AgentFrameCodec.maximumMessageBytes {
            // The client would close the connection, and each further one, over it.
            logger.warning(
                "a frame is too large and is sent without its content", metadata: ["type": "\(frame.typeName)"])
            text = try AgentFrameCodec.encode(frame.withoutContent)
        }
        try await outbound.write(.text(text))
    }
}
