import NIOCore
import NIOWebSocket
import PlatformSDK

/// Which end of a WebSocket this is.
enum SocketRole { case client, server }

/// Turns WebSocket frames into whole text messages and back: masking, UTF-8, heartbeats and the closing handshake.
///
/// A violation of RFC 6455 closes the socket with the code that the RFC names for it, and reaches the reader as a
/// `PlatformError` once the peer has had the time to read that code. Pings are answered here and not by the reader.
final class SocketMessageHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = SocketMessage
    typealias OutboundIn = SocketMessage
    typealias OutboundOut = WebSocketFrame

    private enum State { case open, closing, closed }

    private let role: SocketRole
    private let options: SocketOptions
    private var state = State.open
    private var heartbeat: Scheduled<Void>?
    private var closeTimer: Scheduled<Void>?
    private var violation: PlatformError?
    private var isAwaitingPong = false
    /// The last ping that came while the socket took nothing; the ones before need no answer (RFC 6455, section 5.5.3).
    private var unansweredPing: ByteBuffer?
    private let isReaderBehind: @Sendable () -> Bool

    /// Creates a handler; `isReaderBehind` says that the socket is not read because its reader is slow, so that a pong
    /// cannot be seen and its absence means nothing.
    init(role: SocketRole, options: SocketOptions, isReaderBehind: @escaping @Sendable () -> Bool) {
        self.role = role
        self.options = options
        self.isReaderBehind = isReaderBehind
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { schedulePing(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stopTimers()
    }

    func channelInactive(context: ChannelHandlerContext) {
        state = .closed
        stopTimers()
        if let violation { context.fireErrorCaught(violation) }
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state != .closed, violation == nil else { return }
        let frame = Self.unwrapInboundIn(data)
        isAwaitingPong = false
        switch frame.opcode {
        case .text: receiveText(frame.unmaskedData, context)
        case .ping: answerPing(frame.unmaskedData, context)
        case .pong: break
        case .connectionClose: receiveClose(frame.unmaskedData, context)
        case .binary:
            violate(.unsupportedData("text only"), .protocolViolation, "it sent a binary message", context)
        default:
            violate(.protocolError("unknown opcode"), .protocolViolation, "it sent an unknown opcode", context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let ping = unansweredPing.take() { answerPing(ping, context) }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let limit = options.maximumMessageBytes
        switch error {
        case NIOWebSocketError.invalidFrameLength, NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge,
            NIOWebSocketFrameAggregator.Error.tooManyFragments:
            violate(.tooLarge("limit \(limit)"), .frameTooLarge, "it sent a message over \(limit) bytes", context)
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error, is SocketMaskingCheck.WrongMasking:
            violate(
                .protocolError("framing"),
                .protocolViolation,
                "its WebSocket framing is wrong (\(error))",
                context
            )
        default:
            // What follows a violation, such as a reset by the peer, must not hide it.
            context.fireErrorCaught(violation ?? error)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state == .open else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch Self.unwrapOutboundIn(data) {
        case .text(let text):
            context.write(frame(.text, context.channel.allocator.buffer(string: text)), promise: promise)
        case .close(let reason):
            state = .closing
            context.writeAndFlush(closeFrame(reason, context), promise: promise)
            scheduleClose(context)
        }
    }

    // MARK: Inbound

    private func receiveText(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        guard state == .open else { return }
        guard let text = String(validating: payload.readableBytesView, as: UTF8.self) else {
            return violate(.invalidPayload("not UTF-8"), .protocolViolation, "it sent text that is not UTF-8", context)
        }
        context.fireChannelRead(Self.wrapInboundOut(.text(text)))
    }

    private func answerPing(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        guard state == .open else { return }
        guard context.channel.isWritable else { return unansweredPing = payload }
        context.writeAndFlush(frame(.pong, payload), promise: nil)
    }

    private func receiveClose(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        guard state == .open else { return context.close(promise: nil) }
        state = .closing
        var payload = payload
        let code = payload.readInteger(as: UInt16.self)
        let reason = SocketCloseReason(code: code, reason: String(decoding: payload.readableBytesView, as: UTF8.self))
        context.fireChannelRead(Self.wrapInboundOut(.close(reason)))
        let answer = closeFrame(SocketCloseReason(code: code), context)
        context.writeAndFlush(answer).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    /// Tells the peer what it did wrong and goes on draining the socket until it has closed, or the time is up.
    private func violate(
        _ close: SocketCloseReason,
        _ code: PlatformError.Code,
        _ message: String,
        _ context: ChannelHandlerContext
    ) {
        guard state != .closed, violation == nil else { return }
        violation = PlatformError(code, "the peer broke the WebSocket protocol: \(message)")
        guard state == .open else { return }
        state = .closing
        context.writeAndFlush(closeFrame(close, context), promise: nil)
        scheduleClose(context)
    }

    // MARK: Timers

    private func schedulePing(_ context: ChannelHandlerContext) {
        heartbeat = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(options.pingInterval)) {
            guard self.state == .open else { return }
            self.isAwaitingPong = true
            context.writeAndFlush(self.frame(.ping, ByteBuffer()), promise: nil)
            self.schedulePongCheck(context)
        }
    }

    private func schedulePongCheck(_ context: ChannelHandlerContext) {
        heartbeat = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(options.pongTimeout)) {
            guard self.state == .open else { return }
            if !self.isAwaitingPong {
                self.schedulePing(context)
            } else if self.isReaderBehind() {
                self.schedulePongCheck(context)
            } else {
                self.violation = PlatformError(
                    .unavailable,
                    "the peer has not answered a ping within \(self.options.pongTimeout)"
                )
                context.close(promise: nil)
            }
        }
    }

    private func scheduleClose(_ context: ChannelHandlerContext) {
        closeTimer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(options.closeTimeout)) {
            context.close(promise: nil)
        }
    }

    private func stopTimers() {
        heartbeat?.cancel()
        closeTimer?.cancel()
    }

    // MARK: Frames

    private func frame(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) -> NIOAny {
        let mask: WebSocketMaskingKey? = role == .client ? .random() : nil
        return Self.wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, maskKey: mask, data: payload))
    }

    private func closeFrame(_ reason: SocketCloseReason, _ context: ChannelHandlerContext) -> NIOAny {
        var payload = context.channel.allocator.buffer(capacity: 128)
        if let code = reason.code {
            payload.writeInteger(code)
            // A control frame holds 125 bytes at most, two of them the code.
            var text = reason.reason
            while text.utf8.count > 120 { text.removeLast() }
            payload.writeString(text)
        }
        return frame(.connectionClose, payload)
    }
}
