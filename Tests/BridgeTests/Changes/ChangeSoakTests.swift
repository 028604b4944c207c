import Bridge
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Changes of mind at random moments, with crashes in between: in the end each question has exactly one reply state.
@Suite(.timeLimit(.minutes(2))) struct ChangeSoakTests {
    private let alice: UserID = "@alice:example.org"

    @Test(arguments: 1...12) func everyQuestionEndsInOneState(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let homeserver = FakeHomeserver()
        let store = InMemoryBridgeStore()
        let factory = SyncFactory()
        let platform = MockPlatformClient(behaviour: .init(latency: .milliseconds(1), chunkSize: 3))
        let questions = ["$1", "$2", "$3"]
        var texts = Dictionary(uniqueKeysWithValues: questions.map { ($0, "version 0 of the question") })
        var isStopped: Set<String> = []
        var number = 0
        for life in 1...6 {
            let steps = (0..<Int.random(in: 1...6, using: &random)).map { _ -> (JSONValue, UInt64) in
                number += 1
                let target = questions.randomElement(using: &random) ?? "$1"
                let eventID = "$change-\(number)"
                let pause = UInt64.random(in: 0...12, using: &random)
                switch Int.random(in: 0...9, using: &random) {
                case 0...3:
                    if texts[target] != nil { texts[target] = "version \(number) of the question" }
                    return (SyncFactory.edit(eventID, of: target, from: alice, texts[target] ?? "nothing"), pause)
                case 4...5:
                    isStopped.insert(target)
                    return (SyncFactory.reaction(eventID, "\u{1F6D1}", to: target, from: alice), pause)
                case 6 where life > 2:
                    texts[target] = nil
                    return (SyncFactory.redaction(eventID, of: target, from: alice), pause)
                default:
                    return (SyncFactory.reaction(eventID, "\u{1F501}", to: target, from: alice), pause)
                }
            }
            try await BridgeScenario.run(
                platform: platform, homeserver: homeserver, store: store, factory: factory
            ) { room in
                if life == 1 {
                    try await room.join("!a")
                    for question in questions {
                        try await room.say("version 0 of the question", in: "!a", as: question)
                    }
                }
                for (event, pause) in steps {
                    try await room.arrive([event], in: "!a")
                    for _ in 0..<(pause * 200) { await Task.yield() }
                }
            }
        }
        try await BridgeScenario.run(
            platform: platform, homeserver: homeserver, store: store, factory: factory
        ) { _ in
            try await eventually("all is dealt with") {
                guard await store.roomsWithOpenItems().isEmpty else { return false }
                return await store.unfinishedTurns().isEmpty
            }
        }
        for question in questions {
            let messages = homeserver.messages(in: "!a").filter {
                $0.original["io.rialto.reply"]?["turn"]?.stringValue == question
            }
            guard let text = texts[question] else {
                #expect(messages.allSatisfy { homeserver.redacted.contains($0.eventID) }, "seed \(seed)")
                continue
            }
            #expect(messages.count == 1, "seed \(seed)")
            #expect(messages.allSatisfy { $0.isFinal && !homeserver.redacted.contains($0.eventID) }, "seed \(seed)")
            let body = messages.first?.body ?? ""
            let isWhole = body.hasPrefix("[MOCK] \(text)")
            #expect(isWhole || isStopped.contains(question) && body.contains(EnglishNotices().stopped), "\(body)")
        }
    }
}
