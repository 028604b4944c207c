import Foundation
import Synchronization

/// Passes bytes between clients and one port of this machine, and cuts a connection in the middle of what it carries when
/// a test says so.
package final class CuttableRelay: Sendable {
    /// The port to connect to.
    package let port: UInt16

    private struct State {
        var links: [ObjectIdentifier: Link] = [:]
        /// The bytes that clients still get before their connection is cut; nil for no limit.
        var budget: Int?
        var cuts = 0
        var isStopped = false
    }

    private let listener: Int32
    private let upstream: Int
    private let state = Mutex(State())

    /// Runs the body beside a relay to a port, on which nobody need listen yet.
    package static func withRelay<Result>(
        to upstream: UInt16, _ body: (CuttableRelay) async throws -> Result
    ) async throws -> Result {
        let relay = try CuttableRelay(to: upstream)
        defer { relay.stop() }
        return try await body(relay)
    }

    private init(to upstream: UInt16) throws {
        let (socket, port) = try LoopbackSocket.listen()
        listener = socket
        self.port = UInt16(port)
        self.upstream = Int(upstream)
        Thread.detachNewThread { [self] in
            while let client = LoopbackSocket.accept(on: listener) { serve(client) }
            LoopbackSocket.close(listener)
        }
    }

    /// The connections that were cut so far.
    package var cuts: Int { state.withLock { $0.cuts } }

    /// Lets clients have so many bytes more and then cuts the connection that has brought the last of them.
    package func cut(afterBytes budget: Int) {
        state.withLock { $0.budget = max(1, budget) }
    }

    private func stop() {
        LoopbackSocket.shutDown(listener)
        for link in state.withLock({ state in
            state.isStopped = true
            return Array(state.links.values)
        }) { link.cut() }
    }

    private func serve(_ client: Int32) {
        guard let server = LoopbackSocket.connect(to: upstream) else { return LoopbackSocket.close(client) }
        let link = Link(client: client, server: server)
        let isStopped = state.withLock { state in
            state.links[ObjectIdentifier(link)] = link
            return state.isStopped
        }
        if isStopped { link.cut() }
        Thread.detachNewThread {
            link.pass(from: client, to: server) { (Array($0), false) }
        }
        Thread.detachNewThread { [self] in
            link.pass(from: server, to: client, take)
            state.withLock { $0.links[ObjectIdentifier(link)] = nil }
        }
    }

    /// What a client still gets of some bytes, and whether its connection is cut behind that.
    private func take(from bytes: [UInt8]) -> ([UInt8], isLast: Bool) {
        state.withLock { state in
            guard let budget = state.budget else { return (bytes, false) }
            guard budget <= bytes.count else {
                state.budget = budget - bytes.count
                return (bytes, false)
            }
            state.budget = nil
            state.cuts += 1
            return (Array(bytes.prefix(budget)), true)
        }
    }

    /// Two sockets that live and die together, and are closed once nobody uses them.
    private final class Link: Sendable {
        private let client: Int32
        private let server: Int32

        init(client: Int32, server: Int32) {
            self.client = client
            self.server = server
        }

        deinit {
            LoopbackSocket.close(client)
            LoopbackSocket.close(server)
        }

        func cut() {
            LoopbackSocket.shutDown(client)
            LoopbackSocket.shutDown(server)
        }

        /// Passes bytes on until either end is gone, or those that are the last have passed.
        func pass(from source: Int32, to target: Int32, _ take: ([UInt8]) -> ([UInt8], isLast: Bool)) {
            defer { cut() }
            while let bytes = LoopbackSocket.read(from: source) {
                let (rest, isLast) = take(bytes)
                guard LoopbackSocket.write(rest, to: target, taken: { _ in }), !isLast else { return }
            }
        }
    }
}
