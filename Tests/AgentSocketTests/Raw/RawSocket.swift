import Foundation
import Glibc

/// A WebSocket down to its bytes, with blocking calls, for scripts that run on a thread of their own.
final class RawSocket: Sendable {
    /// One frame as it came off the wire, unmasked.
    struct Frame: Hashable, Sendable {
        var opcode: UInt8
        var payload: [UInt8]
        var isMasked: Bool

        var text: String { String(decoding: payload, as: UTF8.self) }
        var closeCode: Int? { payload.count < 2 ? nil : Int(payload[0]) << 8 | Int(payload[1]) }
    }

    struct Ended: Error {}

    private let descriptor: Int32
    let masks: Bool

    init(descriptor: Int32, masks: Bool) {
        self.descriptor = descriptor
        self.masks = masks
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { Glibc.close(descriptor) }

    /// Connects to a port of this machine; what comes and is not read takes about so many bytes.
    static func connect(port: Int, receiveBuffer: Int32? = nil) throws -> RawSocket {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        let result = withLoopback(port: port) { Glibc.connect(descriptor, $0, $1) }
        guard result == 0 else { throw Ended() }
        return RawSocket(descriptor: descriptor, masks: true)
    }

    /// Ends both directions at once, as the death of a process does.
    func kill() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Ended() }
            rest = rest.dropFirst(count)
        }
    }

    func read(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var buffer = [UInt8](repeating: 0, count: count - bytes.count)
            let received = recv(descriptor, &buffer, buffer.count, 0)
            guard received > 0 else { throw Ended() }
            bytes += buffer.prefix(received)
        }
        return bytes
    }

    /// The head of an HTTP message, to its empty line.
    func readHead() throws -> String {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) { bytes += try read(1) }
        return String(decoding: bytes, as: UTF8.self)
    }

    func send(_ text: String) throws {
        try send(opcode: 1, Array(text.utf8))
    }

    /// Sends texts in one piece.
    func send(_ texts: [String]) throws {
        try write(texts.flatMap { frame(opcode: 1, Array($0.utf8)) })
    }

    func send(opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, isMasked: Bool? = nil) throws {
        try write(frame(opcode: opcode, payload, isFinal: isFinal, isMasked: isMasked))
    }

    private func frame(opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, isMasked: Bool? = nil) -> [UInt8] {
        let mask: [UInt8]? = isMasked ?? masks ? [0x37, 0xfa, 0x21, 0x3d] : nil
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        let flag: UInt8 = mask == nil ? 0 : 0x80
        switch payload.count {
        case ..<126: bytes.append(flag | UInt8(payload.count))
        case ..<65536: bytes += [flag | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
        default: bytes += [flag | 127] + (0..<8).reversed().map { UInt8((payload.count >> ($0 * 8)) & 0xff) }
        }
        if let mask {
            bytes += mask
            bytes += payload.enumerated().map { $1 ^ mask[$0 % 4] }
        } else {
            bytes += payload
        }
        return bytes
    }

    func readFrame() throws -> Frame {
        let head = try read(2)
        var length = Int(head[1] & 0x7f)
        if length == 126 { length = try read(2).reduce(0) { $0 << 8 | Int($1) } }
        if length == 127 { length = try read(8).reduce(0) { $0 << 8 | Int($1) } }
        let mask = head[1] & 0x80 == 0 ? nil : try read(4)
        var payload = try read(length)
        if let mask { payload = payload.enumerated().map { $1 ^ mask[$0 % 4] } }
        return Frame(opcode: head[0] & 0x0f, payload: payload, isMasked: mask != nil)
    }

    /// The next frame of the opcode; others are passed over.
    func readFrame(opcode: UInt8) throws -> Frame {
        while true {
            let frame = try readFrame()
            if frame.opcode == opcode { return frame }
        }
    }

    /// The next message of the client; fails the script when it is none.
    func readMessage() throws -> String {
        let object = try JSONSerialization.jsonObject(with: Data(try readFrame(opcode: 1).payload)) as? [String: Any]
        guard object?["type"] as? String == "USER_MESSAGE", let text = object?["text"] as? String else { throw Ended() }
        return text
    }

    func sendStatus() throws { try send(#"{"type":"STATUS"}"#) }
    func sendChunk(_ text: String) throws { try send(#"{"type":"AGENT_EVENT_TEXT_CHUNK","text":"\#(text)"}"#) }
    func sendEnd(_ tokens: Int = 1) throws { try send(#"{"type":"AGENT_EVENT_END","tokens_used":\#(tokens)}"#) }

    /// Asks a server for the upgrade, as a client; returns the answer's head.
    func upgrade(path: String, isUpgrade: Bool = true, origin: String? = nil) throws -> String {
        let fields =
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        let head = "GET \(path) HTTP/1.1\r\nHost: localhost\r\n" + (origin.map { "Origin: \($0)\r\n" } ?? "")
        try write(Array("\(head)\(isUpgrade ? fields : "")\r\n".utf8))
        return try readHead()
    }

    /// Answers a client's request for the upgrade; returns the request's head.
    func acceptUpgrade(thenSend bytes: [UInt8] = []) throws -> String {
        let head = try readHead()
        let key = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("sec-websocket-key:") }
        guard let key = key?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) else { throw Ended() }
        let digest = sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        let answer =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: \(Data(digest).base64EncodedString())\r\n\r\n"
        try write(Array(answer.utf8) + bytes)
        return head
    }
}

/// Calls the function with the address of a port on the loopback interface.
func withLoopback(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

/// SHA-1, which the WebSocket handshake asks for.
private func sha1(_ message: [UInt8]) -> [UInt8] {
    var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 { value << count | value >> (32 - count) }
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    padded += (0..<8).reversed().map { UInt8(((message.count * 8) >> ($0 * 8)) & 0xff) }
    for block in stride(from: 0, to: padded.count, by: 64) {
        var words = (0..<16).map { index in
            padded[(block + index * 4)..<(block + index * 4 + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<80 {
            words.append(rotate(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1))
        }
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for index in 0..<80 {
            let (mix, constant): (UInt32, UInt32) =
                switch index {
                case ..<20: ((b & c) | (~b & d), 0x5a82_7999)
                case ..<40: (b ^ c ^ d, 0x6ed9_eba1)
                case ..<60: ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc)
                default: (b ^ c ^ d, 0xca62_c1d6)
                }
            let next = rotate(a, 5) &+ mix &+ e &+ constant &+ words[index]
            (a, b, c, d, e) = (next, a, rotate(b, 30), c, d)
        }
        for (index, value) in [a, b, c, d, e].enumerated() { state[index] &+= value }
    }
    return state.flatMap { word in (0..<4).reversed().map { UInt8((word >> (UInt32($0) * 8)) & 0xff) } }
}
