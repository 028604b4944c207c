import AgentSocket
import Foundation
import PlatformSDK
import TestSupport
import Testing

/// `docs/schema/agent-protocol.schema.json` says what both sides write, no more and no less.
@Suite(.timeLimit(.minutes(5))) struct FrameSchemaTests {
    /// A frame that was written by hand: what the bridge sends, or what the agent does.
    private struct GoldenFrame {
        let name: String
        let json: String

        var isOfBridge: Bool { name.hasPrefix("bridge-") }
        /// Whether it has nothing that may be left out.
        var isMinimal: Bool { name.contains("minimal") }
        var candidate: JSONSchemas.Candidate { JSONSchemas.Candidate(.frame, json, name: name) }

        static func all() throws -> [GoldenFrame] {
            let folder = Bundle.module.bundleURL.appending(path: "Golden")
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
                let bytes = try Data(contentsOf: folder.appending(path: name))
                return GoldenFrame(name: name, json: String(decoding: bytes, as: UTF8.self))
            }
        }

        /// The frame as the codec reads and writes it.
        func recoded() throws -> (type: String, json: String) {
            if isOfBridge {
                let frame = try AgentFrameCodec.decode(AgentClientFrame.self, from: json)
                if case .unknown = frame { throw Unknown(name: name) }
                return ("", try AgentFrameCodec.encode(frame))
            }
            let frame = try AgentFrameCodec.decode(AgentServerFrame.self, from: json)
            if case .unknown = frame { throw Unknown(name: name) }
            return (frame.typeName, try AgentFrameCodec.encode(frame))
        }

        struct Unknown: Error {
            let name: String
        }
    }

    @Test func everyFrameKeepsItsBytes() throws {
        var types: Set<String> = []
        for frame in try GoldenFrame.all() {
            let recoded = try frame.recoded()
            types.insert(recoded.type)
            #expect(recoded.json == frame.json, "\(frame.name)")
        }
        // Of every type that an agent sends there is a file.
        let events = ScriptedAgent.everything + [.end(tokensUsed: 0)]
        let sent = events.map { AgentServerFrame.run("r", RunEvent(seq: 1, $0)).typeName }
        #expect(types.subtracting([""]) == Set(sent + ["STATUS", "ERROR", "HEARTBEAT", "AGENT_USAGE"]))
    }

    @Test func framesAreAsTheSchemaSays() async throws {
        let request = MessageRequest(
            userID: "u", threadID: "t", runID: "r", turnID: "m", text: "hi", skills: ["s"], soul: ["tone": "dry"],
            attachments: [Attachment(path: "/a", mimeType: "image/png", size: 12, filename: "cat.png")],
            traceparent: TraceContext.random().traceparent, model: "large",
            history: [ThreadPassage(threadID: "t0", turnID: "m0")])
        let ofBridge: [AgentClientFrame] = [
            .userMessage(text: "hi"), .runMessage(request), .cancel(runID: "r"), .resume(runID: "r", after: 3),
            .approval(runID: "r", itemID: "i", .approved), .approval(runID: "r", itemID: "i", .denied),
            .usage(requestID: "q", userID: "u", threadID: "t"),
        ]
        let models = OfferedModels(
            defaultName: "small", models: [OfferedModel(name: "small", title: "Small", contextTokens: 1_000)])
        let sum = UsageSum(tokens: 3, microdollars: 4, unpricedTokens: 1)
        let report = UsageReport(
            today: sum, dailyLimit: 9, month: sum, thread: UsageSum(), everyone: .init(spent: 3, limit: 10))
        var ofAgent: [AgentServerFrame] = [
            .status(protocolVersion: nil), .status(protocolVersion: 2), .textChunk("a"), .end(tokensUsed: 3),
            .status(protocolVersion: 2, models: models), .heartbeat("r"), .usage(requestID: "q", report),
            .requestError(requestID: "q", code: "UNSUPPORTED", details: "no"),
            .error(code: "BUSY", details: "wait"), .runError("r", code: "UNKNOWN_RUN", details: "gone"),
        ]
        for (index, event) in (ScriptedAgent.everything + [.end(tokensUsed: 5)]).enumerated() {
            ofAgent += [
                .run("r", RunEvent(seq: index + 1, event)), .run("r", RunEvent(seq: index + 1, event), after: index),
            ]
        }
        let golden = try GoldenFrame.all().map(\.candidate)
        let written = try ofBridge.map(AgentFrameCodec.encode) + ofAgent.map(AgentFrameCodec.encode)
        try await JSONSchemas.expectNoFaults(in: golden + written.map { JSONSchemas.Candidate(.frame, $0) })
    }

    @Test func whatTheServerSendsIsAsTheSchemaSays() async throws {
        let agent = ResumableAgent(ScriptedAgent())
        let texts = try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await agent.run() }
            let texts = try await withServer(responder: agent) { port in
                try await onThread { try RawSocket.conversation(port: port, asking: "tools") }
            }
            tasks.cancelAll()
            return texts
        }
        #expect(texts.count > 2 * ScriptedAgent.everything.count)
        try await JSONSchemas.expectNoFaults(in: texts.map { JSONSchemas.Candidate(.frame, $0) })
    }

    @Test func whatIsWrongIsRefused() async throws {
        var wrong: [JSONSchemas.Candidate] = []
        for frame in try GoldenFrame.all() {
            let json = try EventJSON.decode(OpaqueJSON.self, from: Data(frame.json.utf8))
            let mutations = JSONMutations(of: json, freeKeys: [])
            var mutated =
                mutations.wrongTypes + mutations.extraKeys + mutations.unknownValues(of: ["type", "decision"])
            if frame.isMinimal { mutated += mutations.missingKeys.filter { !Self.isOptional($0.change) } }
            wrong += try mutated.map { mutation in
                let text = String(decoding: try EventJSON.encode(mutation.json), as: UTF8.self)
                return JSONSchemas.Candidate(.frame, text, name: "\(frame.name): \(mutation.change)")
            }
        }
        try await JSONSchemas.expectFaults(in: wrong)
    }

    /// What Rialto always writes and others may leave out.
    private static func isOptional(_ change: String) -> Bool {
        ["thread_id", "user_id", "skills", "attachments", "after"].contains { change == " has no \($0)" }
    }
}
