import Foundation
import Glibc
import Synchronization

/// Passes bytes between clients and one port of this machine, and cuts each connection after so many bytes of answer.
final class CuttingProxy: Sendable {
    let port: Int
    private let listener: Int32
    private let cutCount = Mutex(0)

    /// The connections that were cut so far.
    var cuts: Int { cutCount.withLock { $0 } }

    /// Listens; `budget` says after how many bytes of answer the n-th connection, from 0, is cut, nil for never.
    init(to upstream: Int, budget: @escaping @Sendable (Int) -> Int?) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard withLoopback(port: 0, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
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
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                _ = withLoopback(port: upstream) { Glibc.connect(server, $0, $1) }
                let limit = budget(number)
                number += 1
                let pair = Pair(client: client, server: server)
                let up = Thread { pair.pass(from: client, to: server, limit: nil) }
                let down = Thread { [weak self] in
                    if pair.pass(from: server, to: client, limit: limit) { self?.cutCount.withLock { $0 += 1 } }
                }
                up.start()
                down.start()
            }
            Glibc.close(listener)
        }
        thread.start()
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Two sockets that live and die together.
    private final class Pair: Sendable {
        private let client: Int32
        private let server: Int32

        init(client: Int32, server: Int32) {
            self.client = client
            self.server = server
        }

        deinit {
            Glibc.close(client)
            Glibc.close(server)
        }

        /// Passes bytes on until either end is gone; true where the limit was reached.
        @discardableResult
        func pass(from source: Int32, to target: Int32, limit: Int?) -> Bool {
            defer {
                shutdown(source, Int32(SHUT_RDWR))
                shutdown(target, Int32(SHUT_RDWR))
            }
            var rest = limit ?? .max
            var buffer = [UInt8](repeating: 0, count: 4096)
            while rest > 0 {
                let count = recv(source, &buffer, min(buffer.count, rest), 0)
                guard count > 0, send(target, &buffer, count, Int32(MSG_NOSIGNAL)) == count else { return false }
                rest -= count
            }
            return true
        }
    }
}
