import AgentRuntime
import ModelProviders
import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct DirectAgentTests {
    private func run(_ provider: some ModelProvider, _ text: String) async throws -> [AgentEvent] {
        let agent = DirectAgent(persona: .init(name: "Portia", instructions: "Be brief."), provider: provider)
        let request = MessageRequest(userID: "u", threadID: "t", runID: "r", text: text)
        var events: [AgentEvent] = []
        for try await event in try await agent.respond(to: request) { events.append(event.event) }
        return events
    }

    private func text(_ events: [AgentEvent]) -> String {
        events.map { if case .textChunk(let text) = $0 { text } else { "" } }.joined()
    }

    private var echo: EchoProvider { EchoProvider(pace: .init(interval: .zero)) }

    @Test func turnsTheModelsEventsIntoTheAgents() async throws {
        let usage = Usage(promptTokens: 3, completionTokens: 4, totalTokens: 7)
        let provider = ScriptedModelProvider([.says("a", "", "b", usage: usage)])
        #expect(try await run(provider, "q") == [.textChunk("a"), .textChunk("b"), .end(tokensUsed: 7)])
        let expected = ModelRequest(
            id: "r",
            instructions: "Your name is Portia.\n\nBe brief.",
            history: [.message(.init(content: "q", origin: .user))]
        )
        #expect(provider.requests == [expected])
    }

    @Test func aModelsErrorBecomesTheAgents() async throws {
        let start = ModelEvent.start(responseID: nil, model: nil)
        let provider = ScriptedModelProvider([[.event(start), .fail(ModelError(.rateLimited, "slow down"))]])
        let error = await #expect(throws: PlatformError.self) { try await run(provider, "q") }
        #expect(error?.code == .agentFailed && error?.agentCode == "MODEL_RATE_LIMITED")
    }

    @Test func theEchoAnswersInMarkdown() async throws {
        let events = try await run(echo, "What is *this*?")
        let text = text(events)
        #expect(text.hasPrefix("You said: **What is *this*?**\n\n"))
        #expect(text.contains("\n- ") && text.contains("```swift\n"))
        #expect((40...90).contains(events.count))
        guard case .end(let tokens) = events.last else { return #expect(Bool(false), "no end") }
        #expect(tokens == text.split(whereSeparator: \.isWhitespace).count + 9)
        #expect(try await run(echo, "What is *this*?") == events)
    }

    @Test(arguments: [
        ("/echo chunks=3 pace=0 tick", ["tick 1", " tick 2", " tick 3"]), ("/echo chunks=2 a b", ["a b 1", " a b 2"]),
        ("/echo chunks=1", ["chunk 1"]),
    ])
    func echoDirectives(message: String, chunks: [String]) async throws {
        #expect(try await run(echo, message).dropLast() == chunks.map { .textChunk($0) }[...])
    }

    @Test func longDirective() async throws {
        let events = try await run(EchoProvider(), "/long 100000")
        #expect(text(events).utf8.count == 100_000)
        #expect(text(events).hasPrefix("word1 word2 "))
    }

    @Test func failDirective() async {
        let error = await #expect(throws: PlatformError.self) { try await run(echo, "/fail E42 it went wrong") }
        #expect(error?.agentCode == "E42" && error?.message == "it went wrong")
    }
}
