import AgentRuntime
import PlatformSDK
import TestSupport
import Testing

/// Which files a model is shown, and with which message.
@Suite(.timeLimit(.minutes(2)))
struct AttachmentTests {
    /// Has the files whose paths name no missing one; each path's bytes are its own text.
    private struct Files: AttachmentReader {
        func read(_ attachment: PlatformSDK.Attachment, maximumBytes: Int) async -> ModelAttachment? {
            guard !attachment.path.contains("missing") else { return nil }
            return ModelAttachment(
                mediaType: attachment.mimeType, name: attachment.filename, data: Array(attachment.path.utf8))
        }
    }

    private func fixture(_ model: ScriptedModelProvider) -> RuntimeFixture {
        var fixture = RuntimeFixture(provider: model)
        fixture.configure = {
            $0.attachments = Files()
            $0.limits.files = 3
            $0.limits.fileBytes = 100
        }
        return fixture
    }

    private func ask(_ text: String, _ paths: [String], runID: String) -> MessageRequest {
        let files = paths.map {
            PlatformSDK.Attachment(path: $0, mimeType: "image/png", size: Int64($0.utf8.count), filename: "f")
        }
        return MessageRequest(userID: "u", threadID: "t", runID: runID, text: text, attachments: files)
    }

    /// The paths of the files by the texts of their messages' first lines.
    private func shown(_ request: ModelRequest) -> [String: [String]] {
        var shown: [String: [String]] = [:]
        for (place, files) in request.attachments {
            guard case .message(let message) = request.history[place], message.origin == .user else { continue }
            shown[String(message.content.prefix { $0 != "\n" })] = files.map {
                String(decoding: $0.data, as: UTF8.self)
            }
        }
        return shown
    }

    @Test func filesGoWithTheirMessagesAndTheLatestGoAgain() async throws {
        let model = ScriptedModelProvider((0..<4).map { _ in .says("ok") })
        let questions = [
            ask("one", ["/a", "/missing"], runID: "r1"), ask("two", ["/b", "/c"], runID: "r2"),
            ask("three", [], runID: "r3"), ask("four", ["/d", "/" + String(repeating: "x", count: 200)], runID: "r4"),
        ]
        try await fixture(model).whileRunning { runtime in
            for question in questions {
                let reply = try await runtime.respond(to: question).outcome()
                #expect(reply.error == nil)
            }
        }
        let expected = [
            ["one": ["/a"]], ["one": ["/a"], "two": ["/b", "/c"]], ["one": ["/a"], "two": ["/b", "/c"]],
            // At most three, the latest turns' first; one that is too large is named only.
            ["two": ["/b", "/c"], "four": ["/d"]],
        ]
        #expect(model.requests.map(shown) == expected)
        // Each is named by a line as well.
        guard case .message(let message) = model.requests[0].history.last else {
            return #expect(Bool(false), "no question is there")
        }
        #expect(message.content.split(separator: "\n").count == 3 && !message.content.contains("/missing"))
    }

    @Test func withoutAReaderTheModelIsToldNames() async throws {
        let model = ScriptedModelProvider([.says("ok")])
        try await RuntimeFixture(provider: model).whileRunning { runtime in
            _ = try await runtime.respond(to: ask("look", ["/a"], runID: "r")).outcome()
        }
        #expect(model.requests.map(\.attachments) == [[:]])
        #expect(
            model.requests.first?.history == [
                .message(.init(content: "look\n[attached: f, image/png, 2 bytes]", origin: .user))
            ])
    }

    @Test func filesGoWithEveryRoundOfTheToolLoopAndAfterARestart() async throws {
        let model = ScriptedModelProvider([
            [.stall], .calls((name: "clock", arguments: "{}", callID: "c")), .says("ok"),
        ])
        var fixture = fixture(model)
        fixture.tools = ToolBox([ClockTool()])
        try await fixture.whileRunning { runtime in
            _ = try await runtime.respond(to: ask("look", ["/a"], runID: "r"))
            try await eventually("the model is asked") { model.requests.count == 1 }
        }
        try await fixture.whileRunning { runtime in
            let reply = try await runtime.resume(runID: "r", after: 0).outcome()
            #expect(reply.error == nil)
        }
        #expect(model.requests.map(shown) == [["look": ["/a"]], ["look": ["/a"]], ["look": ["/a"]]])
    }

    /// A refused file fails the turn that it came with, and never a later one.
    @Test func refusedFilesAreLeftOutOfLaterTurns() async throws {
        let refusal = ModelError(.attachmentRefused, "no images")
        let model = ScriptedModelProvider([
            .says("seen"),
            // From here on a model answers that has no eyes.
            [.fail(refusal)], .says("ok"), [.fail(refusal)], [.fail(refusal)], [.fail(refusal)], .says("ok"),
        ])
        try await fixture(model).whileRunning { runtime in
            _ = try await runtime.respond(to: ask("one", ["/a"], runID: "r1")).outcome()
            let second = try await runtime.respond(to: ask("two", [], runID: "r2")).outcome()
            #expect(second.error == nil)
            let third = try await runtime.respond(to: ask("three", ["/b"], runID: "r3")).outcome()
            #expect(third.error?.agentCode == "MODEL_ATTACHMENT_REFUSED" && third.error?.isRetryable == false)
            let fourth = try await runtime.respond(to: ask("four", [], runID: "r4")).outcome()
            #expect(fourth.error == nil)
        }
        let expected: [[String: [String]]] = [
            ["one": ["/a"]], ["one": ["/a"]], [:], ["one": ["/a"], "three": ["/b"]], ["three": ["/b"]],
            // What was refused in its own turn is not shown again.
            ["one": ["/a"]], [:],
        ]
        #expect(model.requests.map(shown) == expected)
    }
}
