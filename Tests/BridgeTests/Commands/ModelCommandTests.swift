import PlatformSDK
import Testing

@testable import Bridge

/// `!model`, by itself.
struct ModelCommandTests {
    private let notices = EnglishNotices()
    private let offered = OfferedModels(
        defaultName: "small",
        models: [
            OfferedModel(name: "small"), OfferedModel(name: "large", title: "The Large One", contextTokens: 400_000),
            OfferedModel(name: "Large-2"), OfferedModel(name: "7"),
        ])

    private func conversation(_ offered: OfferedModels?) async throws -> CommandConversation {
        let conversation = try await CommandConversation()
        conversation.platform.setBehaviour(.init(models: offered))
        return conversation
    }

    @Test("what is typed picks a model by number, name or title, and never one by a guess")
    func picks() async throws {
        let conversation = try await conversation(offered)
        for (typed, expected) in [
            ("1", "small"), ("2", "large"), ("large", "large"), ("LARGE", "large"), ("large-2", "Large-2"),
            ("the large one", "large"), ("7", "7"), ("small", "small"),
        ] {
            let reply = try await conversation.type("!model \(typed)")
            #expect(reply.change == .setModel(threadID: "thr-1", model: expected), "\(typed)")
            #expect(reply.text.contains("`\(expected)`") && reply.effect == nil)
        }
        for typed in ["0", "5", "-1", "larg", "small large", "9999999999999999999999"] {
            let reply = try await conversation.type("!model \(typed)")
            #expect(reply.change == nil, "\(typed)")
            #expect(reply.text.contains("There is no model `\(typed)`") && reply.text.contains("**2**: The Large One"))
        }
        #expect(try await conversation.type("!model larg").text.contains("Did you mean `large`?"))
    }

    @Test("without an argument the models and the present one are shown, and nothing changes")
    func shows() async throws {
        let conversation = try await conversation(offered)
        let before = try await conversation.type("!model")
        #expect(before == CommandReply(notices.models(offered, chosen: nil, prefix: "!")))
        #expect(before.text.contains("**1**: `small`, the default ← answers here"))
        #expect(before.text.contains("**2**: The Large One (`large`), reads 400,000 tokens\n"))
        conversation.thread.model = "large"
        let after = try await conversation.type("!model").text
        #expect(after.contains("reads 400,000 tokens ← answers here") && !after.contains("default ← answers here"))
        conversation.thread.model = "gone"
        let gone = try await conversation.type("!model").text
        #expect(gone.contains("set to `gone`, which my agent does not offer any more") && !gone.contains("←"))
    }

    @Test("the way back is always there")
    func goesBack() async throws {
        let conversation = try await conversation(nil)
        conversation.thread.model = "large"
        let reply = try await conversation.type("!model DEFAULT")
        #expect(reply.change == .setModel(threadID: "thr-1", model: nil))
        #expect(reply.text == notices.defaultModelChosen(nil))
        conversation.platform.setBehaviour(.init(models: offered))
        #expect(try await conversation.type("!model default").text == notices.defaultModelChosen("small"))
    }

    @Test("an agent without a choice is said to have none")
    func noChoice() async throws {
        for none in [nil, OfferedModels(defaultName: nil, models: [])] {
            let conversation = try await conversation(none)
            for typed in ["!model", "!model large", "!model 1"] {
                #expect(
                    try await conversation.type(typed) == CommandReply(notices.noModelChoice(chosen: nil, prefix: "!")))
            }
            conversation.thread.model = "large"
            #expect(try await conversation.type("!model").text.contains("`!model default` puts that right"))
        }
    }

    @Test("the status names the model that answers here")
    func status() async throws {
        let conversation = try await conversation(offered)
        #expect(try await conversation.type("!status").text.contains("**Model here:** `small`"))
        conversation.thread.model = "large"
        #expect(try await conversation.type("!status").text.contains("**Model here:** `large`"))
        let plain = try await self.conversation(nil)
        #expect(try await !plain.type("!status").text.contains("Model here"))
    }
}
