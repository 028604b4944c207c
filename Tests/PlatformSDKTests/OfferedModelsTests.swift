import PlatformSDK
import Testing

@Suite struct OfferedModelsTests {
    @Test func theDefaultIsAlwaysOneOfThem() {
        let models = OfferedModels(defaultName: "a", models: [OfferedModel(name: "b")])
        #expect(models.models.map(\.name) == ["a", "b"])
        let listed = OfferedModels(
            defaultName: "b", models: [OfferedModel(name: "a"), OfferedModel(name: "b", title: "B", contextTokens: 8)])
        #expect(listed.models.map(\.name) == ["a", "b"])
        #expect(listed.models[1] == OfferedModel(name: "b", title: "B", contextTokens: 8))
        #expect(listed.defaultName == "b" && listed.contains("a") && !listed.contains("c"))
        #expect(OfferedModels(defaultName: "", models: [OfferedModel(name: "a")]).defaultName == nil)
        #expect(OfferedModels(defaultName: nil, models: []).models.isEmpty)
    }

    @Test func whatComesFromOutsideIsHeldToLimits() {
        let long = String(repeating: "x", count: OfferedModel.maximumNameBytes)
        let names = ["a", "a", "", " b", "c\n", "d\u{2028}e", long, long + "x", "two words", "ё"]
        let models = OfferedModels(defaultName: long + "x", models: names.map { OfferedModel(name: $0) })
        #expect(models.models.map(\.name) == ["a", long, "two words", "ё"])
        #expect(models.defaultName == nil)
        let odd = OfferedModels(
            defaultName: nil, models: [OfferedModel(name: "a", title: "line\nline", contextTokens: -1)])
        #expect(odd.models == [OfferedModel(name: "a")])
        let many = (1...1_000).map { OfferedModel(name: "m\($0)") }
        #expect(OfferedModels(defaultName: "m1000", models: many).models.count == OfferedModels.maximumCount)
        #expect(OfferedModels(defaultName: "m1000", models: many).defaultName == nil)
        #expect(OfferedModels(defaultName: "other", models: many).models.first?.name == "other")
    }

    @Test func anAgentThatSaysNothingOffersNoChoice() async throws {
        let plain = InMemoryAgentConnection { _ in [.end(tokensUsed: 0)] }
        #expect(try await plain.models() == nil)
        let offered = OfferedModels(defaultName: "a", models: [OfferedModel(name: "b")])
        let choosing = InMemoryAgentConnection(models: offered) { [.chunk($0.model ?? "none"), .end(tokensUsed: 0)] }
        let client = AgentPlatformClient(connection: choosing, store: InMemoryStateStore())
        #expect(try await client.models() == offered)
        let agent = ResumableAgent(choosing)
        #expect(try await InProcessAgentConnection(to: agent).models() == offered)
        func answer(_ model: String?, _ client: some PlatformClient) async throws -> String {
            try await client.sendMessage(
                MessageRequest(userID: "u", threadID: "t", runID: "r", text: "q", model: model)
            ).response
        }
        #expect(try await answer("b", client) == "b")
        #expect(try await answer(nil, client) == "none")
        let mock = MockPlatformClient(behaviour: .init(models: offered))
        #expect(try await mock.models() == offered)
        #expect(try await answer("b", mock) == "[MOCK] q")
        for (model, client) in [("c", client), ("b", MockPlatformClient())] as [(String, any PlatformClient)] {
            let error = await #expect(throws: PlatformError.self) { _ = try await answer(model, client) }
            #expect(error?.agentCode == PlatformError.modelNotAllowedCode)
        }
    }
}
