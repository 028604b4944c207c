import NIOCore
import Synchronization

/// The connections that have not asked for their upgrade yet: nothing is lost with them when the server stops.
final class PendingUpgrades: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Takes a connection in until its upgrade is complete or refused; closes it where the server stops before.
    func add(_ channel: any Channel, until upgrade: EventLoopFuture<AgentServerUpgrade>) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.channels[ObjectIdentifier(channel)] = channel }
            return state.isClosed
        }
        if isClosed { return channel.close(promise: nil) }
        upgrade.whenComplete { _ in
            self.state.withLock { $0.channels[ObjectIdentifier(channel)] = nil }
        }
    }

    /// Closes all of them, and those that come later.
    func close() {
        let channels = state.withLock { state in
            defer { state.channels = [:] }
            state.isClosed = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
