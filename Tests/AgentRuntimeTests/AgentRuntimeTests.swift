import AgentRuntime
import ModelProviders
import PlatformSDK
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct AgentRuntimeTests {
    private struct Scripted: ModelProvider {
        let events: [Result<ModelEvent, ModelError>]
        let asked = Asked()

        final class Asked: Sendable { let requests = Mutex<[ModelRequest]>([]) }

        func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
            asked.requests.withLock { $0.append(request) }
            let rest = Mutex(events[...])
            return ReplySequence(next: { try rest.withLock { $0.popFirst() }?.get() })
        }
    }

    private func run(_ provider: some ModelProvider, _ text: String) async throws -> [AgentEvent] {
        let agent = AgentRuntime(persona: .init(name: "Portia", instructions: "Be brief."), provider: provider)
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
        let usage = ModelUsage(promptTokens: 3, completionTokens: 4)
        let provider = Scripted(events: [
            .success(.textDelta("a")), .success(.usage(ModelUsage(promptTokens: 3))), .success(.textDelta("")),
            .success(.textDelta("b")), .success(.usage(usage)),
        ])
        #expect(try await run(provider, "q") == [.textChunk("a"), .textChunk("b"), .end(tokensUsed: 7)])
        let expected = ModelRequest(
            instructions: "Your name is Portia.\n\nBe brief.",
            messages: [ModelMessage(role: .user, text: "q")]
        )
        #expect(provider.asked.requests.withLock { $0 } == [expected])
    }

    @Test func aModelsErrorBecomesTheAgents() async throws {
        let provider = Scripted(events: [.success(.textDelta("a")), .failure(ModelError(.rateLimited, "slow down"))])
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

    @Test func stallDirectiveEndsWithItsConsumer() async throws {
        let reply = try await echo.stream(ModelRequest(messages: [ModelMessage(role: .user, text: "/stall")]))
        var iterator = reply.makeAsyncIterator()
        #expect(try await iterator.next() == .textDelta("stalling"))
        await withTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                do {
                    for try await _ in reply { return false }
                    return false
                } catch {
                    return error is CancellationError
                }
            }
            tasks.cancelAll()
            let wasCancelled = await tasks.next()
            #expect(wasCancelled == true)
        }
    }
}
