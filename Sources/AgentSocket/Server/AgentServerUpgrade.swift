import NIOCore
import NIOHTTP1
import NIOWebSocket

/// What became of a connection's HTTP request.
enum AgentServerUpgrade: Sendable {
    /// It is a WebSocket now.
    case socket(SocketChannel)
    /// It was answered with an HTTP status and is being closed.
    case refused
}

extension Channel {
    /// Sets up a connection that asks for a WebSocket under `path`, or is told why it gets none.
    func configureAgentServer(
        path: String,
        security: AgentServerSecurity,
        requestTimeout: Duration,
        options: SocketOptions
    ) throws -> EventLoopFuture<AgentServerUpgrade> {
        let upgrader = NIOTypedWebSocketServerUpgrader<AgentServerUpgrade>(
            maxFrameSize: options.maximumMessageBytes,
            enableAutomaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                if head.isBelow(path), security.admits(head) {
                    return channel.eventLoop.makeSucceededFuture(HTTPHeaders())
                }
                // The request does not come out of an upgrade that is refused, so it is answered here.
                channel.refuse(head, path: path, security: security)
                return channel.eventLoop.makeSucceededFuture(nil)
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    .socket(try channel.makeSocketChannel(role: .server, options: options))
                }
            }
        )
        let configuration = NIOUpgradableHTTPServerPipelineConfiguration(
            upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            UpgradeRefusalHandler(path: path, security: security))
                        return .refused
                    }
                }
            )
        )
        let deadline = eventLoop.scheduleTask(in: TimeAmount(requestTimeout)) { self.close(promise: nil) }
        let upgrade = try pipeline.syncOperations.configureUpgradableHTTPServerPipeline(configuration: configuration)
        upgrade.whenComplete { _ in deadline.cancel() }
        return upgrade
    }
}

extension Channel {
    /// Answers a request that is no upgrade to the agent protocol with a short text, and closes the connection.
    fileprivate func refuse(_ request: HTTPRequestHead, path: String, security: AgentServerSecurity) {
        let status: HTTPResponseStatus
        let text: String
        if !request.isBelow(path) {
            (status, text) = (.notFound, "Not found.\n")
        } else if !security.admits(request) {
            (status, text) =
                security.token == nil
                ? (.forbidden, "Web pages may not use an agent that wants no token.\n")
                : (.unauthorized, "A bearer token is needed.\n")
        } else {
            (status, text) = (.upgradeRequired, "This is a WebSocket endpoint.\n")
        }
        var headers: HTTPHeaders = [
            "Content-Type": "text/plain; charset=utf-8", "Content-Length": "\(text.utf8.count)", "Connection": "close",
        ]
        if status == .unauthorized { headers.add(name: "WWW-Authenticate", value: "Bearer") }
        if status == .upgradeRequired {
            headers.add(name: "Upgrade", value: "websocket")
            headers.add(name: "Sec-WebSocket-Version", value: "13")
        }
        write(HTTPServerResponsePart.head(.init(version: .http1_1, status: status, headers: headers)), promise: nil)
        if request.method != .HEAD {
            write(HTTPServerResponsePart.body(.byteBuffer(allocator.buffer(string: text))), promise: nil)
        }
        writeAndFlush(HTTPServerResponsePart.end(nil)).whenComplete { _ in self.close(promise: nil) }
    }
}

/// Refuses requests that ask for no upgrade.
private final class UpgradeRefusalHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let path: String
    private let security: AgentServerSecurity

    init(path: String, security: AgentServerSecurity) {
        self.path = path
        self.security = security
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let request) = Self.unwrapInboundIn(data), context.channel.isActive else { return }
        context.channel.refuse(request, path: path, security: security)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension HTTPRequestHead {
    /// Whether the request's path is the given one, with or without its last slash, or stands below it.
    fileprivate func isBelow(_ path: String) -> Bool {
        let requested = uri.prefix { $0 != "?" }
        let root = path.hasSuffix("/") ? path : path + "/"
        return requested == root.dropLast() || requested.hasPrefix(root)
    }
}
