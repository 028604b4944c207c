import Foundation

/// A TCP connection over loopback with blocking calls: one thread reads, one writes.
final class LoopbackSocket: Sendable {
    private let descriptor: Int32

    fileprivate init(descriptor: Int32) {
        self.descriptor = descriptor
        var isOn: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// Connects to a port of this machine.
    static func connect(to port: Int) throws -> LoopbackSocket {
        let descriptor = socket(AF_INET, LoopbackListener.stream, 0)
        guard descriptor >= 0 else { throw BenchmarkError.system("socket") }
        let connection = LoopbackSocket(descriptor: descriptor)
        guard LoopbackListener.withAddress(port, { Foundation.connect(descriptor, $0, $1) }) == 0 else {
            throw BenchmarkError.system("connect")
        }
        return connection
    }

    /// Writes all of the bytes.
    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw BenchmarkError.system("send") }
            rest.removeFirst(count)
        }
    }

    /// Writes a text.
    func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    /// The next bytes, waiting for them; none at the end.
    func read() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw BenchmarkError.system("recv") }
        return Array(buffer.prefix(count))
    }

    /// Reads up to and with an empty line; returns the text before it, and the bytes that came behind it.
    func readHead() throws -> (head: String, rest: [UInt8]) {
        var bytes: [UInt8] = []
        while true {
            if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                return (String(decoding: bytes[..<end.lowerBound], as: UTF8.self), Array(bytes[end.upperBound...]))
            }
            let more = try read()
            guard !more.isEmpty else { throw BenchmarkError("a connection ended in the middle of a head") }
            bytes += more
        }
    }

    /// Ends both directions, so that who reads the connection comes to its end.
    func shutDown() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}

/// A TCP port of the loopback interface that takes connections.
final class LoopbackListener: Sendable {
    #if canImport(Glibc)
        fileprivate static let stream = Int32(SOCK_STREAM.rawValue)
    #else
        fileprivate static let stream = SOCK_STREAM
    #endif

    private let descriptor: Int32
    /// The port, which the system has chosen.
    let port: Int

    /// Begins to listen.
    init() throws {
        descriptor = socket(AF_INET, Self.stream, 0)
        guard descriptor >= 0 else { throw BenchmarkError.system("socket") }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        guard Self.withAddress(0, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 64) == 0,
            withUnsafeMutablePointer(
                to: &address,
                { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
                }) == 0
        else { throw BenchmarkError.system("listen") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }

    /// The next connection, waiting for it.
    func accept() throws -> LoopbackSocket {
        let accepted = Foundation.accept(descriptor, nil, nil)
        guard accepted >= 0 else { throw BenchmarkError.system("accept") }
        return LoopbackSocket(descriptor: accepted)
    }

    /// Calls a function with the address of a port.
    fileprivate static func withAddress<Value>(
        _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
