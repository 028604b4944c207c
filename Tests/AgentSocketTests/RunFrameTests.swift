import AgentSocket
import Foundation
import PlatformSDK
import TestSupport
import Testing

@Suite struct RunFrameTests {
    @Test(arguments: ScriptedAgent.everything + [.end(tokensUsed: 5)])
    func runFramesComeBackAsTheyWere(event: AgentEvent) throws {
        let frame = AgentServerFrame.run("r", RunEvent(seq: 9, event))
        let json = try AgentFrameCodec.encode(frame)
        #expect(try AgentFrameCodec.decode(AgentServerFrame.self, from: json) == frame)
    }

    @Test(arguments: [
        (
            AgentServerFrame.run("r", RunEvent(seq: 3, .toolCall(ToolCall(callID: "c", name: "n", label: "l")))),
            #"{"call_id":"c","label":"l","name":"n","run_id":"r","seq":3,"type":"AGENT_EVENT_TOOL_CALL"}"#
        ),
        (
            .run("r", RunEvent(seq: 4, .toolResult(ToolResult(callID: "c", success: true, result: "x")))),
            #"{"call_id":"c","result":"x","run_id":"r","seq":4,"success":true,"type":"AGENT_EVENT_TOOL_RESULT"}"#
        ),
        (
            .run("r", RunEvent(seq: 5, .reset(text: "t")), isContinued: true),
            #"{"as_of":5,"more":true,"run_id":"r","text":"t","type":"RESET"}"#
        ),
        (
            .runError("r", code: "E", details: "d"), #"{"code":"E","details":"d","run_id":"r","type":"ERROR"}"#
        ),
        (
            .requestError(requestID: "q", code: "E", details: "d"),
            #"{"code":"E","details":"d","request_id":"q","type":"ERROR"}"#
        ),
        (
            .usage(
                requestID: "q",
                UsageReport(
                    today: UsageSum(tokens: 3, microdollars: 4, unpricedTokens: 1), dailyLimit: 9,
                    month: UsageSum(tokens: 5), everyone: .init(spent: 6, limit: 7))),
            #"{"daily_limit":9,"everyone":{"limit":7,"tokens":6},"month":{"tokens":5,"unpriced_tokens":0},"#
                + #""request_id":"q","thread":{"tokens":0,"unpriced_tokens":0},"#
                + #""today":{"microdollars":4,"tokens":3,"unpriced_tokens":1},"type":"AGENT_USAGE"}"#
        ),
    ])
    func serverFramesAreGolden(frame: AgentServerFrame, json: String) throws {
        #expect(try AgentFrameCodec.encode(frame) == json)
        #expect(try AgentFrameCodec.decode(AgentServerFrame.self, from: json) == frame)
    }

    @Test(arguments: [
        (AgentClientFrame.cancel(runID: "r"), #"{"run_id":"r","type":"CANCEL"}"#),
        (.resume(runID: "r", after: 7), #"{"after":7,"run_id":"r","type":"RESUME"}"#),
        (
            .approval(runID: "r", itemID: "i", .denied),
            #"{"decision":"denied","item_id":"i","run_id":"r","type":"APPROVAL"}"#
        ),
        (
            .usage(requestID: "q", userID: "u", threadID: "t"),
            #"{"request_id":"q","thread_id":"t","type":"USAGE","user_id":"u"}"#
        ),
    ])
    func clientFramesAreGolden(frame: AgentClientFrame, json: String) throws {
        #expect(try AgentFrameCodec.encode(frame) == json)
        #expect(try AgentFrameCodec.decode(AgentClientFrame.self, from: json) == frame)
    }

    @Test func aMessageCarriesItsTurnAndTheSoul() throws {
        let request = MessageRequest(
            userID: "u", threadID: "t", runID: "r", turnID: "m", text: "hi", soul: ["tone": "dry"])
        let json = try AgentFrameCodec.encode(AgentClientFrame.runMessage(request))
        #expect(
            json == #"{"attachments":[],"run_id":"r","skills":[],"soul":{"tone":"dry"},"text":"hi","thread_id":"t","#
                + #""turn_id":"m","type":"USER_MESSAGE","user_id":"u"}"#
        )
        #expect(try AgentFrameCodec.decode(AgentClientFrame.self, from: json) == .runMessage(request))
    }

    @Test func aMessageCarriesItsRun() throws {
        let file = Attachment(path: "/a", mimeType: "image/png", size: 12, filename: "cat.png")
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let request = MessageRequest(
            userID: "u", threadID: "t", runID: "r", text: "hi", skills: ["s"], attachments: [file], traceparent: trace)
        let json = try AgentFrameCodec.encode(AgentClientFrame.runMessage(request))
        #expect(
            json == #"{"attachments":[{"filename":"cat.png","mime_type":"image/png","path":"/a","size":12}],"#
                + #""run_id":"r","skills":["s"],"text":"hi","thread_id":"t","trace_context":{"traceparent":"\#(trace)"},"#
                + #""type":"USER_MESSAGE","user_id":"u"}"#
        )
        #expect(try AgentFrameCodec.decode(AgentClientFrame.self, from: json) == .runMessage(request))
    }

    /// A negative size would spoil what is counted with it.
    @Test(arguments: ["-9223372036854775808", "-1", "0", "null"]) func sizesAreNotNegative(size: String) throws {
        let json = #"{"type":"USER_MESSAGE","run_id":"r","text":"","attachments":[{"path":"/a","size":\#(size)}]}"#
        guard case .runMessage(let request) = try AgentFrameCodec.decode(AgentClientFrame.self, from: json) else {
            return #expect(Bool(false), "it is no message")
        }
        #expect(request.attachments.map(\.size) == [0])
    }

    @Test(arguments: [
        #"{"type":"CANCEL"}"#, #"{"type":"RESUME","run_id":7}"#, #"{"type":"RESUME","run_id":"r","after":1e99}"#,
        #"{"type":"RESUME","run_id":"","after":1}"#,
        #"{"type":"APPROVAL","run_id":"r","item_id":"i","decision":"maybe"}"#,
        #"{"type":"USER_MESSAGE","text":"x","run_id":null}"#,
        #"{"type":"USER_MESSAGE","text":"x","run_id":"r","skills":7}"#,
    ])
    func wrongClientFramesAreRefused(json: String) {
        #expect(throws: AgentFrameCodec.Malformed.self) {
            try AgentFrameCodec.decode(AgentClientFrame.self, from: json)
        }
    }

    @Test func rubbishNeverPassesAsARunAndNeverTraps() {
        var generator = SeededGenerator(seed: 11)
        let values = [
            "1", "-1", "1e400", "9223372036854775808", "null", "true", "\"x\"", "\"\"", "[]", "{}", "{\"a\":[1]}",
            "0.5",
            "\"\\ud800\"",
        ]
        let keys = [
            "run_id", "seq", "as_of", "text", "code", "tokens_used", "call_id", "name", "more", "size", "path",
            "filename", "item_id", "protocol", "after", "decision", "models", "default_model", "model",
        ]
        let types = [
            "STATUS", "ERROR", "RESET", "AGENT_EVENT_TEXT_CHUNK", "AGENT_EVENT_END", "AGENT_EVENT_FILE", "USER_MESSAGE",
            "AGENT_EVENT_TOOL_CALL", "AGENT_EVENT_TOOL_RESULT", "AGENT_EVENT_APPROVAL_REQUEST", "CANCEL", "RESUME",
            "APPROVAL",
        ]
        var machine = AgentConnectionStateMachine()
        machine.opened()
        _ = machine.received(.status(protocolVersion: 2), now: .zero)
        let request = MessageRequest(userID: "u", threadID: "t", runID: "x", text: "hi")
        _ = try? machine.enqueue("", run: .message(request), now: .zero)
        func random(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }
        for _ in 0..<5_000 {
            var fields = ["\"type\":\"\(types[random(types.count)])\""]
            for _ in 0..<random(6) {
                fields.append("\"\(keys[random(keys.count)])\":\(values[random(values.count)])")
            }
            var json = "{\(fields.joined(separator: ","))}"
            if random(10) == 0 { json = String(json.dropLast(random(json.count))) }
            _ = try? AgentFrameCodec.decode(AgentClientFrame.self, from: json)
            guard let frame = try? AgentFrameCodec.decode(AgentServerFrame.self, from: json) else { continue }
            for action in machine.received(frame, now: .zero) {
                if case .offer(_, let event) = action { #expect(event.seq > 0) }
            }
        }
    }
}
