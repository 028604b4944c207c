import Foundation
import Synchronization

/// A real HTTP/1.1 server on a loopback port, whose every answer a closure decides.
///
/// It runs on threads of its own, so that a handler and its steps may block. It speaks plain HTTP, keeps connections
/// open unless a step ends them, and records what it received.
package final class ScriptedHTTPServer: Sendable {
    /// Decides the answer to a request; called on the connection's thread.
    package typealias Handler = @Sendable (RecordedRequest) -> ScriptedResponse

    /// `http://127.0.0.1:<port>`, without a slash at its end.
    package let baseURL: String
    /// The port.
    package let port: Int
    private let listener: Int32
    private let core: Core

    private init(listener: Int32, port: Int, core: Core) {
        self.listener = listener
        self.port = port
        self.core = core
        baseURL = "http://127.0.0.1:\(port)"
    }

    deinit {
        stop()
    }

    /// Starts a server on a free port.
    package static func start(_ handler: @escaping Handler) throws -> ScriptedHTTPServer {
        let (listener, port) = try LoopbackSocket.listen()
        let core = Core(handler: handler)
        let thread = Thread { core.accept(on: listener) }
        thread.name = "scripted-accept"
        thread.start()
        return ScriptedHTTPServer(listener: listener, port: port, core: core)
    }

    /// Runs a closure with a server and stops it afterwards.
    package static func withServer<R>(
        _ handler: @escaping Handler,
        _ body: (ScriptedHTTPServer) async throws -> R
    ) async throws -> R {
        let server = try start(handler)
        defer { server.stop() }
        return try await body(server)
    }

    /// Closes the port and all connections, and releases what waits at a gate.
    package func stop() {
        core.stop(listener: listener)
    }

    /// Everything received so far.
    package var requests: [RecordedRequest] { core.state.withLock(\.requests) }
    /// How many connections were accepted.
    package var acceptedConnections: Int { core.state.withLock(\.acceptedConnections) }
    /// How many connections the client closed while a response was unfinished.
    package var disconnects: Int { core.state.withLock(\.disconnects) }
    /// How many bytes the operating system took for sending.
    package var sentBytes: Int { core.state.withLock(\.sentBytes) }

    /// Waits until so many requests have arrived and returns them all.
    ///
    /// - Throws: `NotReached` when the limit passes first.
    @discardableResult
    package func waitForRequests(_ count: Int, within limit: Duration = .seconds(30)) async throws -> [RecordedRequest]
    {
        try await wait("\(count) requests", within: limit) { $0.requests.count >= count }
        return requests
    }

    /// Waits until the client has closed so many connections in the middle of a response.
    ///
    /// - Throws: `NotReached` when the limit passes first.
    package func waitForDisconnects(_ count: Int, within limit: Duration = .seconds(30)) async throws {
        try await wait("\(count) disconnects", within: limit) { $0.disconnects >= count }
    }

    /// The condition that a test waited for did not come about in time.
    package struct NotReached: Error {
        /// What was waited for.
        package let condition: String
    }

    private func wait(
        _ condition: String,
        within limit: Duration,
        until isReached: (State) -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while !core.state.withLock({ isReached($0) }) {
            guard ContinuousClock.now < deadline else { throw NotReached(condition: condition) }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

extension ScriptedHTTPServer {
    fileprivate struct State {
        var requests: [RecordedRequest] = []
        var acceptedConnections = 0
        var disconnects = 0
        var sentBytes = 0
        var open: Set<Int32> = []
        var gates: [ResponseGate] = []
        var isStopped = false
    }

    /// What the threads share; outlives the server's own object until the last of them ends.
    fileprivate final class Core: Sendable {
        let state = Mutex(State())
        private let handler: Handler

        init(handler: @escaping Handler) {
            self.handler = handler
        }

        func accept(on listener: Int32) {
            while let socket = LoopbackSocket.accept(on: listener) {
                let number = state.withLock { state -> Int? in
                    guard !state.isStopped else { return nil }
                    state.acceptedConnections += 1
                    state.open.insert(socket)
                    return state.acceptedConnections
                }
                guard let number else {
                    LoopbackSocket.close(socket)
                    break
                }
                let thread = Thread { self.serve(socket, number: number) }
                thread.name = "scripted-\(number)"
                thread.start()
            }
            LoopbackSocket.close(listener)
        }

        func stop(listener: Int32) {
            let gates = state.withLock { state -> [ResponseGate] in
                guard !state.isStopped else { return [] }
                state.isStopped = true
                // Only ends what the threads wait for; each thread closes its own descriptor.
                LoopbackSocket.shutDown(listener)
                for socket in state.open { LoopbackSocket.shutDown(socket) }
                return state.gates
            }
            for gate in gates { gate.open() }
        }

        private func serve(_ socket: Int32, number: Int) {
            var reader = RequestReader(socket: socket, connection: number)
            var isOpen = true
            while isOpen, let request = reader.next() {
                state.withLock { $0.requests.append(request) }
                isOpen = handler(request).steps.allSatisfy { perform($0, on: socket) }
            }
            state.withLock { state in
                state.open.remove(socket)
                LoopbackSocket.close(socket)
            }
        }

        /// Performs a step; false when the connection is over.
        private func perform(_ step: ScriptedResponse.Step, on socket: Int32) -> Bool {
            switch step {
            case .write(let bytes): return write(bytes, to: socket)
            case .writeRepeatedly(let bytes, let count):
                return (0..<count).allSatisfy { _ in write(bytes, to: socket) }
            case .drip(let bytes, let interval):
                return bytes.allSatisfy { byte in
                    Thread.sleep(forTimeInterval: interval / .seconds(1))
                    return write([byte], to: socket)
                }
            case .wait(let gate):
                let isStopped = state.withLock { state in
                    state.gates.append(gate)
                    return state.isStopped
                }
                if !isStopped { gate.wait() }
                return state.withLock { !$0.isStopped }
            case .waitForDisconnect:
                while LoopbackSocket.read(from: socket) != nil {}
                state.withLock { $0.disconnects += $0.isStopped ? 0 : 1 }
                return false
            case .close: return false
            case .reset:
                LoopbackSocket.resetOnClose(socket)
                return false
            }
        }

        private func write(_ bytes: [UInt8], to socket: Int32) -> Bool {
            let isWritten = LoopbackSocket.write(bytes, to: socket) { count in
                state.withLock { $0.sentBytes += count }
            }
            if !isWritten { state.withLock { $0.disconnects += $0.isStopped ? 0 : 1 } }
            return isWritten
        }
    }
}
