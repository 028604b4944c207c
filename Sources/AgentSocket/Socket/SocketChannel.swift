import NIOCore
import NIOHTTP1
import NIOWebSocket

/// A WebSocket as the agent protocol sees it; reading it slowly stops the reading of the socket.
typealias SocketChannel = NIOAsyncChannel<SocketMessage, SocketMessage>

extension Channel {
    /// Turns a channel that has just been upgraded to WebSocket into one of whole text messages.
    func makeSocketChannel(
        role: SocketRole,
        options: SocketOptions,
        isReaderBehind: @escaping @Sendable () -> Bool = { false }
    ) throws -> SocketChannel {
        try pipeline.syncOperations.addHandlers(
            SocketMaskingCheck(role: role),
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 0,
                maxAccumulatedFrameCount: 1 << 16,
                maxAccumulatedFrameSize: options.maximumMessageBytes
            ),
            SocketMessageHandler(role: role, options: options, isReaderBehind: isReaderBehind)
        )
        return try SocketChannel(
            wrappingChannelSynchronously: self,
            configuration: .init(
                backPressureStrategy: .init(lowWatermark: options.readAhead / 2, highWatermark: options.readAhead)
            )
        )
    }
}
