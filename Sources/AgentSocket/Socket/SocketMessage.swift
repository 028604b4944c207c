import NIOCore

/// What a WebSocket carries for the agent protocol, once frames, fragments and heartbeats are taken care of.
enum SocketMessage: Hashable, Sendable {
    /// One whole text message.
    case text(String)
    /// Inbound: the peer closes. Outbound: start the closing handshake.
    case close(SocketCloseReason)
}

/// Why a WebSocket is closed; RFC 6455, section 7.4.
struct SocketCloseReason: Hashable, Sendable, CustomStringConvertible {
    /// The status code; nil where the peer gave none.
    var code: UInt16?
    /// A short text for the peer's log; cut to 120 bytes on the wire.
    var reason: String

    init(code: UInt16?, reason: String = "") {
        self.code = code
        self.reason = reason
    }

    static func normal(_ reason: String) -> Self { Self(code: 1000, reason: reason) }
    static func goingAway(_ reason: String) -> Self { Self(code: 1001, reason: reason) }
    static func protocolError(_ reason: String) -> Self { Self(code: 1002, reason: reason) }
    static func unsupportedData(_ reason: String) -> Self { Self(code: 1003, reason: reason) }
    static func invalidPayload(_ reason: String) -> Self { Self(code: 1007, reason: reason) }
    static func tooLarge(_ reason: String) -> Self { Self(code: 1009, reason: reason) }

    var description: String {
        let number = code.map { "code \($0)" } ?? "no code"
        return reason.isEmpty ? number : "\(number), \(reason)"
    }
}

/// The limits and times of a WebSocket; the times run on its event loop.
struct SocketOptions: Hashable, Sendable {
    /// The largest message that is taken, in bytes, over all its fragments.
    var maximumMessageBytes = AgentFrameCodec.maximumMessageBytes
    /// The time between two pings.
    var pingInterval: Duration = .seconds(30)
    /// The time that the peer has to answer a ping.
    var pongTimeout: Duration = .seconds(30)
    /// The time that the peer has to answer a close frame.
    var closeTimeout: Duration = .seconds(2)
    /// The whole messages that wait for the reader before the socket is not read any more.
    var readAhead = 16
}
