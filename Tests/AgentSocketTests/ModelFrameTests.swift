import AgentSocket
import PlatformSDK
import TestSupport
import Testing

/// How models are offered and asked for on the wire.
@Suite(.timeLimit(.minutes(1))) struct ModelFrameTests {
    private typealias Machine = AgentConnectionStateMachine

    @Test func statusNamesTheModels() throws {
        let models = OfferedModels(
            defaultName: "a", models: [OfferedModel(name: "a"), OfferedModel(name: "b", title: "B", contextTokens: 9)])
        let frame = AgentServerFrame.status(protocolVersion: 2, models: models)
        let json = try AgentFrameCodec.encode(frame)
        #expect(
            json == #"{"default_model":"a","models":[{"name":"a"},{"context_tokens":9,"name":"b","title":"B"}],"#
                + #""protocol":2,"type":"STATUS"}"#)
        #expect(try AgentFrameCodec.decode(AgentServerFrame.self, from: json) == frame)
    }

    @Test(arguments: [("\"b\"", "b"), ("null", nil), ("7", nil), ("\"\"", nil)] as [(String, String?)])
    func theEndNamesTheModelThatHasAnswered(model: String, expected: String?) throws {
        let json = #"{"type":"AGENT_EVENT_END","run_id":"r","seq":3,"tokens_used":2,"model":\#(model)}"#
        let frame = AgentServerFrame.run("r", RunEvent(seq: 3, .end(tokensUsed: 2, model: expected)))
        #expect(try AgentFrameCodec.decode(AgentServerFrame.self, from: json) == frame)
        if expected != nil {
            let written = try AgentFrameCodec.encode(frame)
            #expect(written == #"{"model":"b","run_id":"r","seq":3,"tokens_used":2,"type":"AGENT_EVENT_END"}"#)
        }
    }

    @Test func aMessageNamesItsModel() throws {
        let request = MessageRequest(userID: "u", threadID: "t", runID: "r", text: "hi", model: "b")
        let json = try AgentFrameCodec.encode(AgentClientFrame.runMessage(request))
        #expect(
            json == #"{"attachments":[],"model":"b","run_id":"r","skills":[],"text":"hi","thread_id":"t","#
                + #""type":"USER_MESSAGE","user_id":"u"}"#)
        #expect(try AgentFrameCodec.decode(AgentClientFrame.self, from: json) == .runMessage(request))
    }

    @Test(arguments: ["7", "\"\"", "\" a\"", "\"a\\nb\"", "\"\(String(repeating: "x", count: 201))\""])
    func namesThatAreNoneAreRefused(model: String) {
        #expect(throws: AgentFrameCodec.Malformed.self) {
            try AgentFrameCodec.decode(
                AgentClientFrame.self, from: #"{"type":"USER_MESSAGE","run_id":"r","text":"x","model":\#(model)}"#)
        }
    }

    @Test(
        arguments: [
            ("7", nil), ("null", nil), (#"{"name":"a"}"#, nil), ("[]", []), (#"["a",7,{"title":"b"}]"#, []),
            (#"[{"name":"a","title":7,"context_tokens":"many"},{"name":""},{"name":"a"},{"name":"b"}]"#, ["a", "b"]),
        ] as [(String, [String]?)])
    func oddModelsAreLeftOut(models: String, names: [String]?) throws {
        let json = #"{"type":"STATUS","protocol":2,"models":\#(models),"default_model":{}}"#
        let frame = try AgentFrameCodec.decode(AgentServerFrame.self, from: json)
        let expected = names.map { OfferedModels(defaultName: nil, models: $0.map { OfferedModel(name: $0) }) }
        #expect(frame == .status(protocolVersion: 2, models: expected))
    }

    // MARK: The connection

    private func message(_ model: String?, _ runID: String = "r") -> Machine.RunRequest {
        .message(MessageRequest(userID: "u", threadID: "t", runID: runID, text: "hi", model: model))
    }

    private func failure(_ actions: [Machine.Action]) -> String? {
        for case .fail(_, let failure) in actions { return failure.agentCode }
        return nil
    }

    private let models = OfferedModels(defaultName: "a", models: [OfferedModel(name: "b")])

    @Test func aMessageGoesOnlyToAnAgentThatOffersItsModel() throws {
        var machine = Machine()
        machine.opened()
        #expect(!machine.hasBeenConnected)
        _ = machine.received(.status(protocolVersion: 2, models: models), now: .zero)
        #expect(machine.hasBeenConnected && machine.offeredModels == models)
        let (_, sent) = try machine.enqueue("hi", run: message("b"), now: .zero)
        #expect(sent.count == 1 && failure(sent) == nil)
        let (_, refused) = try machine.enqueue("hi", run: message("c", "r2"), now: .zero)
        #expect(refused.count == 1 && failure(refused) == "MODEL_NOT_ALLOWED")
    }

    /// The message waits while there is no agent; the one that comes offers nothing, or speaks the base protocol.
    @Test(arguments: [nil, 2]) func aMessageThatHasWaitedIsRefusedToo(version: Int?) throws {
        var machine = Machine()
        let (_, none) = try machine.enqueue("hi", run: message("b"), now: .zero)
        let (_, alsoNone) = try machine.enqueue("plain", run: message(nil, "r2"), now: .zero)
        #expect(none.isEmpty && alsoNone.isEmpty)
        machine.opened()
        let actions = machine.received(.status(protocolVersion: version), now: .zero)
        #expect(failure(actions) == "MODEL_NOT_ALLOWED")
        #expect(actions.count == 3, "connected, refused, and the other one is sent: \(actions)")
    }

    /// An agent that comes back without its runs and without its models is not asked anew.
    @Test func aLostMessageIsNotSentAgainToAnAgentWithoutTheModel() throws {
        var machine = Machine()
        machine.opened()
        _ = machine.received(.status(protocolVersion: 2, models: models), now: .zero)
        _ = try machine.enqueue("hi", run: message("b"), now: .zero)
        _ = machine.disconnected(reason: "gone", jitter: 1, now: .zero)
        machine.opened()
        _ = machine.received(.status(protocolVersion: 2), now: .zero)
        let actions = machine.received(.runError("r", code: "UNKNOWN_RUN", details: ""), now: .zero)
        #expect(failure(actions) == "MODEL_NOT_ALLOWED" && actions.count == 1)
    }

    @Test func nobodyKnowsTheModelsBeforeTheFirstStatus() async throws {
        let server = try RawAgentServer { socket, _ in _ = try? socket.readFrame() }
        try await withConnection(port: server.port) { connection in
            let error = await #expect(throws: PlatformError.self) { try await connection.models() }
            #expect(error?.code == .unavailable && error?.isRetryable == true)
        }
    }
}
