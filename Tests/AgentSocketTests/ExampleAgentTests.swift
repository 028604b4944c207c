import AgentSocket
import Foundation
import PlatformSDK
import TestSupport
import Testing

/// The example in Python against the client of this house.
@Suite(.timeLimit(.minutes(1))) struct ExampleAgentTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Runs the example until the body is done; the body gets its port.
    private func withExample(_ body: (Int) async throws -> Void) async throws {
        let python = Self.root.appending(path: ".tools/example-agent/bin/python")
        try #require(
            FileManager.default.isExecutableFile(atPath: python.path), "run scripts/install-example-agent first")
        // Foundation's process wants threads of its own, and waiting for its first line blocks one.
        let process = Process()
        process.executableURL = python
        process.arguments = [
            "-u", Self.root.appending(path: "examples/agent.py").path, "--port", "0", "--delay", "0.002",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let line = try await onThread {
            try process.run()
            return String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        }
        defer { process.terminate() }
        try await body(try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)), "it said \(line)"))
    }

    private static let question = (1...200).map { "word\($0)" }.joined(separator: " ")

    private func request(_ runID: String, _ text: String = question) -> MessageRequest {
        MessageRequest(userID: "u", threadID: "t", runID: runID, text: text)
    }

    @Test func survivesCuts() async throws {
        try await withExample { port in
            let budgets = [600, 2_000, 300, 3_000, 1_500, 900, 4_000]
            let proxy = try CuttingProxy(to: port) { $0 < budgets.count ? budgets[$0] : nil }
            try await withConnection(port: proxy.port) { connection in
                var events: [RunEvent] = []
                for try await event in try await connection.respond(to: request("cut")) { events.append(event) }
                #expect(events.map(\.seq) == Array(1...201))
                #expect(ResumableRunConformance.text(events) == Self.question + " ")
            }
            #expect(proxy.cuts == budgets.count)
        }
    }

    @Test func stopsResumesAndSaysWhatItDoesNotKnow() async throws {
        try await withExample { port in
            try await withConnection(port: port) { connection in
                let reply = try await connection.respond(to: request("stopped"))
                for try await _ in reply { break }
                try await connection.cancel(runID: "stopped")
                let stopped = await #expect(throws: PlatformError.self) {
                    for try await _ in try await connection.resume(runID: "stopped", after: 1) {}
                }
                #expect(stopped?.code == .cancelled)
                let unknown = await #expect(throws: PlatformError.self) {
                    for try await _ in try await connection.resume(runID: "never", after: 0) {}
                }
                #expect(unknown?.code == .unknownRun)
            }
        }
    }

    @Test func answersWithTheModelThatIsAskedFor() async throws {
        try await withExample { port in
            try await withConnection(port: port) { connection in
                func answer(_ runID: String, _ model: String?) async throws -> String {
                    var chosen = request(runID, "what news")
                    chosen.model = model
                    var events: [RunEvent] = []
                    for try await event in try await connection.respond(to: chosen) { events.append(event) }
                    return ResumableRunConformance.text(events)
                }
                #expect(try await answer("plain", nil) == "what news ")
                let models = try await connection.models()
                #expect(models?.defaultName == "echo" && models?.models.map(\.name) == ["echo", "shout"])
                #expect(try await answer("loud", "shout") == "WHAT NEWS ")
            }
            // A client that asks for what is not offered is told so.
            let refusal = try await onThread {
                let socket = try RawSocket.connect(port: port)
                _ = try socket.upgrade(path: "/agent_ws/")
                _ = try socket.readFrame()
                try socket.send(#"{"type":"USER_MESSAGE","run_id":"r","text":"a","model":"other"}"#)
                return try socket.readFrame().text
            }
            #expect(refusal.contains("MODEL_NOT_ALLOWED") && refusal.contains(#""run_id": "r""#))
        }
    }

    /// Both frames come in one piece, before the run's task has had its first turn.
    @Test func aCancelRightBehindItsMessageStopsTheRun() async throws {
        try await withExample { port in
            let texts = try await onThread {
                let socket = try RawSocket.connect(port: port)
                _ = try socket.upgrade(path: "/agent_ws/")
                _ = try socket.readFrame()
                try socket.send([
                    #"{"type":"USER_MESSAGE","run_id":"r","text":"a b c"}"#, #"{"type":"CANCEL","run_id":"r"}"#,
                ])
                var texts = [try socket.readFrame().text]
                while texts.last?.contains("AGENT_EVENT_TEXT_CHUNK") == true {
                    texts.append(try socket.readFrame().text)
                }
                return texts
            }
            #expect(texts.last?.contains("CANCELLED") == true)
        }
    }

    @Test func webPagesAreRefused() async throws {
        try await withExample { port in
            let head = try await onThread {
                try RawSocket.connect(port: port).upgrade(path: "/agent_ws/", origin: "https://example.org")
            }
            #expect(head.hasPrefix("HTTP/1.1 403 "))
        }
    }

    @Test func tellsTheEndAgain() async throws {
        try await withExample { port in
            try await withConnection(port: port) { connection in
                var events: [RunEvent] = []
                for try await event in try await connection.respond(to: request("over", "a b")) { events.append(event) }
                for cursor in [3, 9] {
                    var rest: [RunEvent] = []
                    for try await event in try await connection.resume(runID: "over", after: cursor) {
                        rest.append(event)
                    }
                    let reset = cursor > 3 ? [RunEvent(seq: 2, .reset(text: "a b "))] : []
                    #expect(rest == reset + [RunEvent(seq: 3, .end(tokensUsed: 2))] && rest.last == events.last)
                }
            }
        }
    }

    @Test func tellsWhatWasSpent() async throws {
        try await withExample { port in
            try await withConnection(port: port) { connection in
                for try await _ in try await connection.respond(to: request("counted", "one two three")) {}
                let spent = UsageSum(tokens: 3)
                #expect(
                    try await connection.usage(userID: "u", threadID: "t")
                        == UsageReport(today: spent, month: spent, thread: spent))
                #expect(
                    try await connection.usage(userID: "u", threadID: "other")
                        == UsageReport(today: spent, month: spent))
                #expect(try await connection.usage(userID: "v", threadID: "t") == UsageReport())
            }
        }
    }

    @Test func writesWhatTheSchemaSays() async throws {
        try await withExample { port in
            let texts = try await onThread { try RawSocket.conversation(port: port, asking: "one two three") }
            #expect(texts.count > 10)
            try await JSONSchemas.expectNoFaults(in: texts.map { JSONSchemas.Candidate(.frame, $0) })
        }
    }

    @Test func answersClientsOfTheBaseProtocol() async throws {
        try await withExample { port in
            let texts = try await onThread {
                let socket = try RawSocket.connect(port: port)
                _ = try socket.upgrade(path: "/agent_ws/")
                var texts = [try socket.readFrame().text]
                try socket.send(#"{"type":"USER_MESSAGE","text":"a b"}"#)
                for _ in 0..<3 { texts.append(try socket.readFrame().text) }
                try socket.send("rubbish")
                texts.append(try socket.readFrame().text)
                return texts
            }
            #expect(texts[0].hasPrefix(#"{"type": "STATUS", "protocol": 2, "models": [{"name": "echo""#))
            #expect(texts[3] == #"{"type": "AGENT_EVENT_END", "tokens_used": 2}"#)
            #expect(texts[4].contains("BAD_REQUEST"))
        }
    }
}
