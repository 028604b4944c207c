import AgentRuntime
import PlatformSDK
import Synchronization
import TestSupport
import Testing

/// Which model a run asks, and what is known of it.
@Suite(.timeLimit(.minutes(1))) struct ModelChoiceTests {
    /// Answers with the name of the model that was asked, and remembers each request.
    private final class Naming: ModelProvider {
        let id = "naming"
        let defaultModel = "plain"
        private let asked = Mutex<[ModelRequest]>([])

        var requests: [ModelRequest] { asked.withLock { $0 } }

        func stream(_ request: ModelRequest) async throws -> ReplySequence<ModelEvent> {
            asked.withLock { $0.append(request) }
            return try await ScriptedModelProvider([.says(request.model ?? "none")]).stream(request)
        }
    }

    private func fixture(
        _ provider: some ModelProvider, _ configure: @escaping @Sendable (inout AgentRuntime.Parts) -> Void = { _ in }
    ) -> RuntimeFixture {
        RuntimeFixture(provider: provider) { parts in
            parts.choice = [OfferedModel(name: "large", title: "The large one", contextTokens: 1_000)]
            configure(&parts)
        }
    }

    private func ask(_ model: String?, _ fixture: RuntimeFixture, runID: String = "r") -> MessageRequest {
        var request = fixture.ask("q", runID: runID)
        request.model = model
        return request
    }

    @Test func theDefaultModelAndTheChoiceAreOffered() {
        let plain = fixture(Naming()).make().models()
        #expect(plain?.defaultName == "plain" && plain?.models.map(\.name) == ["plain", "large"])
        let chosen = fixture(Naming()) { parts in
            parts.model = "large"
            parts.choice.append(OfferedModel(name: "small"))
        }
        #expect(chosen.make().models()?.models.map(\.name) == ["large", "small"])
        #expect(chosen.make().models()?.models.first?.title == "The large one")
        let known = fixture(Naming()) { $0.catalogue = ModelCatalogue(["plain": .init(contextLength: 5)]) }
        #expect(known.make().models()?.models.first?.contextTokens == 5)
    }

    @Test(arguments: [(nil, "plain"), ("plain", "plain"), ("large", "large")] as [(String?, String)])
    func theRunAsksTheModelAndSaysSo(model: String?, asked: String) async throws {
        let provider = Naming()
        let fixture = fixture(provider)
        let reply = try await fixture.whileRunning { try await $0.respond(to: ask(model, fixture)).outcome() }
        #expect(text(reply.events) == asked && reply.error == nil)
        #expect(reply.events.last?.event == .end(tokensUsed: 0, model: asked))
        #expect(provider.requests.map(\.model) == [asked])
        #expect(try await fixture.response()?.modelID == asked)
    }

    @Test(arguments: ["LARGE", "huge", "large "]) func anotherModelIsRefusedAndNoneAsked(model: String) async throws {
        let provider = Naming()
        let fixture = fixture(provider)
        let reply = try await fixture.whileRunning { try await $0.respond(to: ask(model, fixture)).outcome() }
        #expect(reply.error?.agentCode == PlatformError.modelNotAllowedCode && reply.error?.isRetryable == false)
        #expect(provider.requests.isEmpty && text(reply.events).isEmpty)
        let events = try await fixture.events()
        #expect(events.filter(\.isTerminal).count == 1)
        let response = try await fixture.response()
        #expect(response?.status == .error && response?.error?.code == "MODEL_NOT_ALLOWED")
        #expect(response?.modelID == model)
    }

    @Test func theLimitOfTheModelIsAskedFor() async throws {
        let provider = Naming()
        let fixture = fixture(provider) { parts in
            parts.maxOutputTokens = 500
            parts.catalogue = ModelCatalogue([
                "large": .init(maxOutputTokens: 70), "plain": .init(maxOutputTokens: 900),
            ])
        }
        try await fixture.whileRunning { runtime in
            for (number, model) in ["large", "plain"].enumerated() {
                _ = try await runtime.respond(to: ask(model, fixture, runID: "r\(number)")).outcome()
            }
        }
        #expect(provider.requests.map(\.maxOutputTokens) == [70, 500])
    }

    /// The same thread is cut for the model with little room, and whole for the one with much.
    @Test func eachModelIsShownWhatItCanRead() async throws {
        let provider = Naming()
        let fixture = fixture(provider) { parts in
            parts.catalogue = ModelCatalogue([
                "plain": .init(contextLength: 400, maxOutputTokens: 20),
                "large": .init(contextLength: 100_000, maxOutputTokens: 20),
            ])
        }
        try await fixture.whileRunning { runtime in
            for number in 1...8 {
                var request = fixture.ask(String(repeating: "word ", count: 30), runID: "r\(number)")
                request.model = number == 8 ? "large" : nil
                _ = try await runtime.respond(to: request).outcome()
            }
        }
        let shown = provider.requests.map { request in
            request.history.count { if case .message(let message) = $0 { message.origin == .user } else { false } }
        }
        #expect(shown.dropLast().max().map { $0 < 7 } == true, "\(shown)")
        #expect(shown.last == 8, "\(shown)")
    }

    /// The model stands in the recorded request: a later process asks it, or says that it is offered no more.
    @Test(arguments: [true, false]) func aRunThatGoesOnAsksTheSameModel(isStillOffered: Bool) async throws {
        let stalling = ScriptedModelProvider([[.stall]])
        let first = fixture(stalling)
        try await first.whileRunning { runtime in
            _ = try await runtime.respond(to: ask("large", first))
            try await eventually("the model is asked") { !stalling.requests.isEmpty }
        }
        let provider = Naming()
        var second = first
        second.provider = provider
        if !isStillOffered { second.configure = { $0.choice = [] } }
        let reply = try await second.whileRunning { try await $0.resume(runID: "r", after: 0).outcome() }
        #expect(provider.requests.map(\.model) == (isStillOffered ? ["large"] : []))
        #expect(text(reply.events) == (isStillOffered ? "large" : ""))
        #expect(reply.error?.agentCode == (isStillOffered ? nil : "MODEL_NOT_ALLOWED"))
        let events = try await second.events()
        #expect(events.filter(\.isTerminal).count == 1)
    }

    @Test func whatAnAnswerCostsIsKnownByTheCatalogue() {
        let catalogue = ModelCatalogue(["large": .init(price: .init(input: 2, output: 8))])
        #expect(catalogue["large"]?.contextLength == nil)
        #expect(catalogue.cost(of: Usage(promptTokens: 1_000_000, completionTokens: 500_000), model: "large") == 6)
    }
}
