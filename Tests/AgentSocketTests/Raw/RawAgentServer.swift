import Foundation
import Glibc
import Synchronization

/// An agent on loopback whose script plays one connection after the other, on a thread of its own.
final class RawAgentServer: Sendable {
    /// What the agent does on a connection after the upgrade; the number counts connections from 1.
    typealias Script = @Sendable (RawSocket, Int) throws -> Void

    let port: Int
    private let listener: Int32
    private let heads = Mutex<[String]>([])
    private let isStopped = Mutex(false)

    /// Listens at the port (0 lets the system choose) and plays the script on each connection that is upgraded.
    init(port: Int = 0, statusWithUpgrade: Bool = false, script: @escaping Script) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var reuse: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        guard withLoopback(port: port, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
            Glibc.close(listener)
            throw RawSocket.Ended()
        }
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &size) }
        }
        self.listener = listener
        self.port = Int(in_port_t(bigEndian: address.sin_port))
        let thread = Thread { [weak self] in
            var number = 0
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                number += 1
                let socket = RawSocket(descriptor: descriptor, masks: false)
                let status: [UInt8] = statusWithUpgrade ? [0x81, 17] + Array(#"{"type":"STATUS"}"#.utf8) : []
                guard let head = try? socket.acceptUpgrade(thenSend: status) else { continue }
                self?.heads.withLock { $0.append(head) }
                try? script(socket, number)
                socket.kill()
            }
            // Only here is it sure that the number of the descriptor is not in use any more.
            Glibc.close(listener)
        }
        thread.start()
    }

    /// The heads of the requests that came.
    var requests: [String] { heads.withLock { $0 } }

    /// Listens no more; the connection that is being played goes on.
    func stop() {
        // Once: after that the descriptor is closed, and its number may be another socket's.
        let isFirst = isStopped.withLock { isStopped in
            defer { isStopped = true }
            return !isStopped
        }
        if isFirst { shutdown(listener, Int32(SHUT_RDWR)) }
    }

    deinit { stop() }
}

extension RawAgentServer {
    /// An agent that says back what it hears.
    static let echo: Script = { socket, _ in
        try socket.sendStatus()
        while true {
            try socket.sendChunk(try socket.readMessage())
            try socket.sendEnd(5)
        }
    }
}

/// Runs a blocking script on a thread of its own.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Result { try body() }) }
        thread.start()
    }
}
