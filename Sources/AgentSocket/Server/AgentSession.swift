import Logging
import NIOCore
import PlatformSDK
import Synchronization

/// One connection to the agent server: reads messages, and streams one generation at a time.
final class AgentSession: Sendable {
    /// The codes of the ERROR frames that the server itself sends.
    enum ErrorCode {
        static let busy = "BUSY"
        static let badRequest = "BAD_REQUEST"
        static let unknownType = "UNKNOWN_TYPE"
        static let shuttingDown = "SHUTTING_DOWN"
        static let agentFailed = "AGENT_ERROR"
    }

    private struct State {
        /// Whether a message is being answered; ends before the last frame is sent, so that a client that has seen it may
        /// send the next message.
        var isGenerating = false
        /// The generations whose last frame is not sent yet.
        var unfinished = 0
        var isDraining = false
    }

    private typealias Outbound = NIOAsyncChannelOutboundWriter<SocketMessage>

    /// The largest piece of text in one chunk, in bytes: in JSON no byte grows to more than six.
    private static let maximumChunkBytes = AgentFrameCodec.maximumMessageBytes / 8

    private let socket: SocketChannel
    private let responder: any AgentResponder
    private let logger: Logger
    private let state = Mutex(State())

    init(socket: SocketChannel, responder: any AgentResponder, logger: Logger) {
        self.socket = socket
        self.responder = responder
        self.logger = logger
    }

    /// Serves the connection until the client is gone, which stops its generation.
    func run() async {
        do {
            try await withTaskCancellationHandler {
                try await socket.executeThenClose { inbound, outbound in
                    try await self.send(.status(protocolVersion: nil), outbound)
                    await withDiscardingTaskGroup { tasks in
                        do {
                            for try await case .text(let text) in inbound {
                                if let request = try await self.admit(text, outbound) {
                                    tasks.addTask { await self.generate(request, outbound) }
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

    /// The message to answer, or nil where the client has been told why there is none.
    private func admit(_ text: String, _ outbound: Outbound) async throws -> MessageRequest? {
        let frame: AgentClientFrame
        do {
            frame = try AgentFrameCodec.decode(AgentClientFrame.self, from: text)
        } catch {
            try await refuse(ErrorCode.badRequest, error.reason, outbound)
            return nil
        }
        switch frame {
        case .unknown(let type):
            try await refuse(ErrorCode.unknownType, "unknown type \(type.prefix(64))", outbound)
            return nil
        case .userMessage(let text):
            let refusal: (String, String)? = state.withLock { state in
                if state.isDraining { return (ErrorCode.shuttingDown, "the agent shuts down") }
                if state.isGenerating { return (ErrorCode.busy, "one message at a time: wait for AGENT_EVENT_END") }
                state.isGenerating = true
                state.unfinished += 1
                return nil
            }
            if let (code, details) = refusal {
                try await refuse(code, details, outbound)
                return nil
            }
            // The base protocol names neither user nor thread: a connection is one conversation.
            return MessageRequest(userID: "", threadID: "default", runID: "", text: text)
        }
    }

    private func generate(_ request: MessageRequest, _ outbound: Outbound) async {
        let lastFrame: AgentServerFrame?
        do {
            lastFrame = .end(tokensUsed: try await stream(request, outbound))
        } catch {
            lastFrame = Task.isCancelled ? nil : Self.frame(for: error)
            if lastFrame != nil { logger.warning("generation failed", metadata: ["error": "\(error)"]) }
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
    private func stream(_ request: MessageRequest, _ outbound: Outbound) async throws -> Int {
        for try await event in try await responder.respond(to: request) {
            switch event.event {
            case .textChunk(let text):
                for piece in text.pieces(maximumBytes: Self.maximumChunkBytes) {
                    try await send(.textChunk(piece), outbound)
                }
            case .end(let tokens): return tokens
            case .reasoningChunk, .toolCall, .toolResult, .file, .approvalRequest, .reset, .progress: continue
            }
        }
        throw PlatformError(.protocolViolation, "the agent's reply stopped before its end")
    }

    private static func frame(for error: any Error) -> AgentServerFrame {
        guard let error = error as? PlatformError else {
            return .error(code: ErrorCode.agentFailed, details: "the agent failed; its log says more")
        }
        return .error(code: error.agentCode ?? ErrorCode.agentFailed, details: error.message)
    }

    private func refuse(_ code: String, _ details: String, _ outbound: Outbound) async throws {
        try await send(.error(code: code, details: details), outbound)
    }

    private func send(_ frame: AgentServerFrame, _ outbound: Outbound) async throws {
        try await outbound.write(.text(try AgentFrameCodec.encode(frame)))
    }
}

extension String {
    /// The text in pieces of at most so many bytes of UTF-8 (at least 4) that end between Unicode scalars.
    func pieces(maximumBytes: Int) -> [String] {
        var pieces: [String] = []
        var rest = self[...]
        while !rest.isEmpty {
            var end =
                rest.utf8.index(rest.startIndex, offsetBy: maximumBytes, limitedBy: rest.endIndex) ?? rest.endIndex
            while end < rest.endIndex, UTF8.isContinuation(rest.utf8[end]) { rest.utf8.formIndex(before: &end) }
            pieces.append(String(rest[..<end]))
            rest = rest[end...]
        }
        return pieces
    }
}
