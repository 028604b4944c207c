import AgentSocket
import Foundation
import PlatformSDK
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct ResumptionTests {
    /// After how many bytes each connection is cut; the same for the same seed.
    private static func budgets(seed: UInt64) -> [Int] {
        var generator = SeededGenerator(seed: seed)
        return (0..<100).map { _ in Int.random(in: 1...2_500, using: &generator) }
    }

    @Test func aHundredCutsLeaveNeitherHolesNorRepeats() async throws {
        let agent = ScriptedAgent()
        let runs = 4
        let length = 900
        try await withServer(responder: agent) { port in
            let budgets = Self.budgets(seed: 7)
            let proxy = try CuttingProxy(to: port) { $0 < budgets.count ? budgets[$0] : nil }
            var options = WebSocketAgentConnection.Options.fast
            options.backoff = ReconnectBackoff(first: .milliseconds(1), maximum: .milliseconds(2))
            try await withConnection(port: proxy.port, options: options) { connection in
                try await withThrowingTaskGroup { tasks in
                    for run in 1...runs {
                        tasks.addTask {
                            let request = MessageRequest(
                                userID: "u", threadID: "t", runID: "run-\(run)", text: "count \(length)")
                            var events: [RunEvent] = []
                            for try await event in try await connection.respond(to: request) { events.append(event) }
                            #expect(events.map(\.seq) == Array(1...(length + 1)))
                            #expect(ResumableRunConformance.text(events) == ScriptedAgent.counted(to: length))
                        }
                    }
                    try await tasks.waitForAll()
                }
                // Cuts that are left over fall on a run that says little.
                while proxy.cuts < 100 {
                    var events: [RunEvent] = []
                    let request = MessageRequest(
                        userID: "u", threadID: "t", runID: UUID().uuidString, text: "count 40")
                    for try await event in try await connection.respond(to: request) { events.append(event) }
                    #expect(ResumableRunConformance.text(events) == ScriptedAgent.counted(to: 40))
                }
            }
            #expect(proxy.cuts == 100)
        }
        let asked = agent.received.map(\.runID)
        #expect(Set(asked).count == asked.count, "a run was started twice")
    }

    @Test func aSlowConsumerSlowsItsOwnRunOnly() async throws {
        let agent = ScriptedAgent()
        try await withServer(responder: agent) { port in
            var options = WebSocketAgentConnection.Options.fast
            options.bufferedBytes = 1_024
            try await withConnection(port: port, options: options) { connection in
                let slow = try await connection.respond(
                    to: MessageRequest(userID: "u", threadID: "t", runID: "slow", text: "count 2000"))
                for number in 1...5 {
                    let answer = try await connection.answer(to: "count \(number * 100)")
                    #expect(answer.text == ScriptedAgent.counted(to: number * 100))
                }
                var events: [RunEvent] = []
                for try await event in slow { events.append(event) }
                #expect(events.map(\.seq) == Array(1...2_001))
                #expect(ResumableRunConformance.text(events) == ScriptedAgent.counted(to: 2_000))
            }
        }
    }

    @Test func aMessageThatTheAgentNeverSawIsSentAgain() async throws {
        let server = try RawAgentServer { socket, number in
            try socket.send(#"{"type":"STATUS","protocol":2}"#)
            let first = try socket.readFrame(opcode: 1).text
            // The first connection is lost with the message.
            if number == 1 { return }
            #expect(first.contains("RESUME"))
            let runID = try #require(RawFrame(first).runID)
            try socket.send(#"{"type":"ERROR","code":"UNKNOWN_RUN","details":"","run_id":"\#(runID)"}"#)
            #expect(RawFrame(try socket.readFrame(opcode: 1).text).type == "USER_MESSAGE")
            try socket.send(#"{"type":"AGENT_EVENT_TEXT_CHUNK","run_id":"\#(runID)","seq":1,"text":"once"}"#)
            try socket.send(#"{"type":"AGENT_EVENT_END","run_id":"\#(runID)","seq":2,"tokens_used":3}"#)
            _ = try socket.readFrame(opcode: 8)
        }
        try await withConnection(port: server.port) { connection in
            let answer = try await connection.answer(to: "hi")
            #expect(answer == ("once", 3))
        }
    }

    @Test func aBridgeThatGoesAwayStopsNothingAndItsSuccessorGoesOn() async throws {
        let agent = ScriptedAgent()
        try await withServer(responder: agent) { port in
            let request = MessageRequest(userID: "u", threadID: "t", runID: "kept", text: "count 300")
            var events: [RunEvent] = []
            events += try await withConnection(port: port) { connection in
                var seen: [RunEvent] = []
                for try await event in try await connection.respond(to: request) {
                    seen.append(event)
                    if seen.count == 10 { break }
                }
                return seen
            }
            events += try await withConnection(port: port) { connection in
                var seen: [RunEvent] = []
                for try await event in try await connection.resume(runID: "kept", after: 10) { seen.append(event) }
                return seen
            }
            #expect(events.map(\.seq) == Array(1...301))
            #expect(ResumableRunConformance.text(events) == ScriptedAgent.counted(to: 300))
        }
        #expect(agent.received.count == 1)
    }
}

/// A frame as a raw agent reads it.
struct RawFrame {
    let type: String?
    let runID: String?

    init(_ text: String) {
        let object = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
        type = object?["type"] as? String
        runID = object?["run_id"] as? String
    }
}
