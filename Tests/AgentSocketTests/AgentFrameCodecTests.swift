import AgentSocket
import Foundation
import Testing

@Suite struct AgentFrameCodecTests {
    @Test(arguments: [
        (AgentServerFrame.status(protocolVersion: nil), #"{"type":"STATUS"}"#),
        (.status(protocolVersion: 2), #"{"type":"STATUS","protocol":2}"#),
        (.textChunk("hé/\"\n"), #"{"type":"AGENT_EVENT_TEXT_CHUNK","text":"hé/\"\n"}"#),
        (.end(tokensUsed: 7), #"{"type":"AGENT_EVENT_END","tokens_used":7}"#),
        (.error(code: "BUSY", details: "wait"), #"{"type":"ERROR","code":"BUSY","details":"wait"}"#),
    ])
    func serverFramesAreGolden(frame: AgentServerFrame, json: String) throws {
        #expect(try object(AgentFrameCodec.encode(frame)) == object(json))
        #expect(try AgentFrameCodec.decode(AgentServerFrame.self, from: json) == frame)
    }

    @Test func clientFramesAreGolden() throws {
        let frame = AgentClientFrame.userMessage(text: "Привет 👋")
        let json = #"{"type":"USER_MESSAGE","text":"Привет 👋"}"#
        #expect(try object(AgentFrameCodec.encode(frame)) == object(json))
        #expect(try AgentFrameCodec.decode(AgentClientFrame.self, from: json) == frame)
    }

    @Test(arguments: [
        (#"{"type":"STATUS","agent":"x","nested":{"a":[1]}}"#, AgentServerFrame.status(protocolVersion: nil)),
        (#"{"text":"a","run_id":7,"seq":4,"type":"AGENT_EVENT_TEXT_CHUNK"}"#, .textChunk("a")),
        (#"{"type":"AGENT_EVENT_END"}"#, .end(tokensUsed: 0)),
        (#"{"type":"ERROR"}"#, .error(code: "UNKNOWN", details: "")),
        (#"{"type":"ERROR","code":"E","details":{"a":1}}"#, .error(code: "E", details: "")),
        (#"{"type":"AGENT_EVENT_TOOL_CALL","tool_name":"x"}"#, .unknown(type: "AGENT_EVENT_TOOL_CALL")),
        (#"{}"#, .unknown(type: "")),
    ])
    func lenientWhereTheProtocolAllowsIt(json: String, frame: AgentServerFrame) throws {
        #expect(try AgentFrameCodec.decode(AgentServerFrame.self, from: json) == frame)
    }

    @Test(arguments: [
        "", "hello", "[]", "\"STATUS\"", #"{"type":1}"#, #"{"type":"AGENT_EVENT_TEXT_CHUNK"}"#, "{\"type\":",
    ])
    func refusesWhatIsNoFrame(json: String) {
        #expect(throws: AgentFrameCodec.Malformed.self) {
            try AgentFrameCodec.decode(AgentServerFrame.self, from: json)
        }
    }

    @Test(arguments: [
        ("ws://127.0.0.1:8790/agent_ws/", "127.0.0.1", 8790, "/agent_ws/"),
        ("ws://agent", "agent", 80, "/"), ("wss://agent/x", "agent", 443, "/x"),
        ("WS://agent:1/a%20b/?thread_id=x%2Fy&z", "agent", 1, "/a%20b/?thread_id=x%2Fy&z"),
        ("ws://[::1]:9/x", "::1", 9, "/x"),
    ])
    func endpointsKeepPathAndQuery(url: String, host: String, port: Int, target: String) throws {
        let endpoint = try AgentEndpoint(url: url)
        #expect((endpoint.host, endpoint.port, endpoint.target) == (host, port, target))
    }

    @Test func endpointsHideTheirQuery() throws {
        #expect(try AgentEndpoint(url: "ws://a:1/b?token=secret").description == "ws://a:1/b")
    }

    @Test(arguments: [
        ("http://agent/", "ws://"), ("nonsense", "ws://"), ("ws://u:p@agent/", "password"),
    ])
    func endpointsThatAreRefusedSayWhy(url: String, hint: String) {
        let error = #expect(throws: AgentEndpoint.Invalid.self) { try AgentEndpoint(url: url) }
        #expect(error?.description.contains(hint) == true)
    }

    @Test func backoffGrowsToItsMaximum() {
        let backoff = ReconnectBackoff(first: .seconds(1), maximum: .seconds(30))
        #expect(
            (1...7).map { backoff.delay(afterFailures: $0, jitter: 1) }
                == [1, 2, 4, 8, 16, 30, 30].map { .seconds($0) })
        #expect(backoff.delay(afterFailures: 3, jitter: 0) == .seconds(2))
        #expect(backoff.delay(afterFailures: .max, jitter: 1) == .seconds(30))
    }

    private func object(_ json: String) throws -> NSDictionary? {
        try JSONSerialization.jsonObject(with: Data(json.utf8)) as? NSDictionary
    }
}
