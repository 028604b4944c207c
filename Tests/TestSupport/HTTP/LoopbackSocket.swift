import Foundation
import Glibc

/// The few blocking socket calls that a scripted server needs.
package enum LoopbackSocket {
    /// A socket call failed.
    struct Failure: Error {
        /// The call.
        let call: String
        /// The value of `errno`.
        let code: Int32
    }

    /// Listens on a free port of 127.0.0.1.
    package static func listen() throws -> (socket: Int32, port: Int) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw Failure(call: "socket", code: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Int32 in
                guard bind(socket, address, length) == 0, Glibc.listen(socket, 64) == 0,
                    getsockname(socket, address, &length) == 0
                else { return errno }
                return 0
            }
        }
        guard code == 0 else {
            close(socket)
            throw Failure(call: "listen", code: code)
        }
        return (socket, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// Connects to a port of 127.0.0.1; nil where nobody listens.
    package static func connect(to port: Int) -> Int32? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(socket, $0, length) == 0 }
        }
        guard isConnected else {
            close(socket)
            return nil
        }
        return socket
    }

    /// Waits for a connection; nil once the listener was shut down.
    package static func accept(on listener: Int32) -> Int32? {
        while true {
            let socket = Glibc.accept(listener, nil, nil)
            guard socket < 0 else {
                _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
                var size: Int32 = 64 * 1024
                setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
                return socket
            }
            guard errno == EINTR || errno == ECONNABORTED else { return nil }
        }
    }

    /// Waits for bytes; nil at the end of the connection.
    package static func read(from socket: Int32) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: 64 * 1024) { buffer, count in
            var result: Int
            repeat {
                result = recv(socket, buffer.baseAddress, buffer.count, 0)
            } while result < 0 && errno == EINTR
            count = max(0, result)
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// Writes all bytes and reports each portion that was taken; false when the connection is broken.
    package static func write(_ bytes: [UInt8], to socket: Int32, taken: (Int) -> Void) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let portion = UnsafeRawBufferPointer(rebasing: rest)
                let count = send(socket, portion.baseAddress, portion.count, Int32(MSG_NOSIGNAL))
                if count > 0 {
                    taken(count)
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }

    /// Wakes whoever waits on the socket.
    package static func shutDown(_ socket: Int32) {
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// Makes the closing of the socket a reset.
    static func resetOnClose(_ socket: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Closes the socket.
    package static func close(_ socket: Int32) {
        Glibc.close(socket)
    }
}
