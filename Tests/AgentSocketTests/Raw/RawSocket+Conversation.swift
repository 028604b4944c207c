import Foundation

extension RawSocket {
    /// Talks with an agent in both versions of the protocol, and returns all texts that it has sent.
    static func conversation(port: Int, asking text: String) throws -> [String] {
        let socket = try connect(port: port)
        _ = try socket.upgrade(path: "/agent_ws/")
        var texts = [try socket.readFrame().text]
        func read(until end: String) throws {
            repeat { texts.append(try socket.readFrame().text) } while texts.last?.contains(end) != true
        }
        try socket.send(#"{"type":"USER_MESSAGE","text":"a b"}"#)
        try read(until: "AGENT_EVENT_END")
        try socket.send(#"{"type":"USER_MESSAGE","run_id":"r1","text":"\#(text)"}"#)
        try read(until: "AGENT_EVENT_END")
        try socket.send(#"{"type":"RESUME","run_id":"r1","after":1}"#)
        try read(until: "AGENT_EVENT_END")
        try socket.send(#"{"type":"RESUME","run_id":"never","after":1}"#)
        try read(until: "UNKNOWN_RUN")
        try socket.send("rubbish")
        try read(until: "BAD_REQUEST")
        return texts
    }
}
