import NIOCore
import NIOWebSocket

/// Refuses frames whose masking is wrong: a client masks what it sends and a server does not; RFC 6455, section 5.1.
///
/// It stands in front of the aggregator, which takes the masks of fragments off.
final class SocketMaskingCheck: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketFrame

    /// A frame had a mask where it must not, or none where it must.
    struct WrongMasking: Error {}

    private let expectsMask: Bool
    private var hasFailed = false

    init(role: SocketRole) {
        expectsMask = role == .server
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        if (Self.unwrapInboundIn(data).maskKey != nil) == expectsMask {
            context.fireChannelRead(data)
        } else {
            hasFailed = true
            context.fireErrorCaught(WrongMasking())
        }
    }
}
