import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Failures of other bridges with notifications: for the placeholder and not for the answer, or for each piece of it.
@Suite(.timeLimit(.minutes(1))) struct NotificationTests {
    /// Whether stock push rules notify the asker: of a new text that is no notice, or of an event that names them.
    private func notifies(_ event: FakeHomeserver.SentEvent) -> Bool {
        guard event.content["msgtype"] != "m.notice" else { return false }
        if event.content["m.mentions"]?["user_ids"] == ["@alice:example.org"] { return true }
        return EventRelation(content: event.content).map { if case .replace = $0 { false } else { true } } ?? true
    }

    private func notifications(
        of question: String,
        _ behaviour: MockPlatformClient.Behaviour,
        ended: (BridgeScenario) async throws -> Void = { _ in }
    ) async throws -> [Bool] {
        try await BridgeScenario.run(platform: MockPlatformClient(behaviour: behaviour)) { room in
            try await room.join("!a")
            try await room.say(question, in: "!a", as: "$1")
            try await eventually("a draft") { !room.homeserver.sent.isEmpty }
            try await ended(room)
            try await eventually("the turn is done") { try await room.store.unfinishedTurns().isEmpty }
            return room.homeserver.sent.map(notifies)
        }
    }

    @Test func theAnswerNotifiesAndTheDraftDoesNot() async throws {
        let notifications = try await notifications(
            of: "What news on the Rialto?", .init(latency: .milliseconds(10), chunkSize: 4))
        #expect(notifications.count >= 3)
        #expect(notifications.last == true)
        #expect(notifications.count(where: { $0 }) == 1)
    }

    @Test func anAnswerOfSeveralMessagesNotifiesOnceAndAtItsEnd() async throws {
        let question = (1...900).map { "Paragraph \($0) says something of its own.\n\n" }.joined()
        let notifications = try await notifications(of: question, .init(chunkSize: 4_000))
        #expect(notifications.last == true)
        #expect(notifications.count(where: { $0 }) == 1)
    }

    @Test func anAnswerThatWasStoppedNotifiesOnce() async throws {
        let notifications = try await notifications(of: "hello", .init(failure: .neverFinishes(afterChunks: 1))) {
            try await $0.say("!stop", in: "!a", as: "$2")
            _ = try await $0.finished(1, in: "!a")
        }
        #expect(notifications.count(where: { $0 }) == 1)
    }

    @Test func anAnswerThatFailedNotifiesOnce() async throws {
        let failure = PlatformError(.agentFailed, "it broke")
        let notifications = try await notifications(of: "hello", .init(failure: .afterChunks(1, failure)))
        #expect(notifications.last == true)
        #expect(notifications.count(where: { $0 }) == 1)
    }
}
