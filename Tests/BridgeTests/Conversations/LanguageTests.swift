import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// The bridge speaks the language that it was set to.
@Suite(.timeLimit(.minutes(1))) struct LanguageTests {
    @Test func everythingThatTheBridgeSaysIsRussianWhereThatIsSet() async throws {
        try await BridgeScenario.run(platform: MockPlatformClient(), notices: Language.russian.notices) { room in
            try await room.join("!a")
            try await room.say("!help", in: "!a", as: "$1")
            _ = try await room.notice(containing: "**Команды**", in: "!a")
            try await room.say("привет", in: "!a", as: "$2")
            let reply = try #require(try await room.finished(1, in: "!a").last)
            #expect(reply.body.contains("токен"))
            try await room.say("!reset", in: "!a", as: "$3")
            _ = try await room.notice(containing: "!yes", in: "!a")
            try await room.say("!yes", in: "!a", as: "$4")
            _ = try await room.notice(containing: "Контекст сброшен. Начнём с чистого листа.", in: "!a")
        }
    }
}
