import Bridge
import Foundation
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

/// Runs that outlive the bridge, told as conversations.
@Suite(.timeLimit(.minutes(1))) struct ResumeTests {
    private func shows(_ text: String, in room: BridgeScenario) async throws {
        try await eventually("the room shows \(text)") {
            room.homeserver.messages(in: "!a").contains { $0.body.hasPrefix(text) }
        }
    }

    /// The bodies that the reply has had, from its draft on.
    private func history(of homeserver: FakeHomeserver) -> [String] {
        homeserver.sent.filter { $0.type == EventType.roomMessage }.compactMap { event in
            (event.content["m.new_content"] ?? event.content)["body"]?.stringValue
        }
    }

    @Test func aReplyThatACrashHasCutGoesOnFromWhereItWas() async throws {
        let (agent, homeserver, store) = (LongRunningPlatform(), FakeHomeserver(), InMemoryBridgeStore())
        try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { room in
            try await room.join("!a")
            try await room.say("Tell me", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.textChunk("One, "), .toolCall(ToolCall(callID: "c", name: "clock")), .textChunk("two"))
            try await shows("One, two", in: room)
        }
        agent.say(.textChunk(", three"))
        try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { room in
            try await shows("One, two, three", in: room)
            agent.say(.textChunk(", four."), .end(tokensUsed: 9))
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.body.hasPrefix("One, two, three, four."))
        }
        #expect(agent.requests.count == 1)
        #expect(agent.resumptions == [3])
        #expect(homeserver.messages(in: "!a").count == 1)
        let bodies = history(of: homeserver)
        for (earlier, later) in zip(bodies, bodies.dropFirst()) { #expect(later.hasPrefix(earlier)) }
    }

    @Test func filesFromBeforeACrashComeWithTheAnswerOnce() async throws {
        struct Shelf: FileShelf {
            func keep(_ file: AgentFile, as id: String) async throws(AttachmentFailure) -> OutgoingFile {
                OutgoingFile(path: "/\(id)", mimeType: "text/plain", size: 1, filename: file.filename)
            }
        }
        let (agent, homeserver, store) = (LongRunningPlatform(), FakeHomeserver(), InMemoryBridgeStore())
        try await BridgeScenario.run(platform: agent, shelf: Shelf(), homeserver: homeserver, store: store) { room in
            try await room.join("!a")
            try await room.say("Tell me", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.file(AgentFile(filename: "a", location: .path("a"))), .textChunk("One"))
            try await shows("One", in: room)
        }
        try await BridgeScenario.run(platform: agent, shelf: Shelf(), homeserver: homeserver, store: store) { room in
            agent.say(.file(AgentFile(filename: "b", location: .path("b"))), .end(tokensUsed: 1))
            try await eventually("the turn is done") { await store.unfinishedTurns().isEmpty }
        }
        let files = homeserver.messages(in: "!a").filter { $0.content["msgtype"] == "m.file" }
        #expect(files.map(\.body) == ["a", "b"])
    }

    @Test func aFileThatACrashHasCutIsFetchedAgain() async throws {
        struct Shelf: FileShelf {
            var isStuck = false

            func keep(_ file: AgentFile, as id: String) async throws(AttachmentFailure) -> OutgoingFile {
                while isStuck, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(2)) }
                guard !isStuck else { throw .cancelled }
                return OutgoingFile(path: "/\(id)", mimeType: "text/plain", size: 1, filename: file.filename)
            }
        }
        let (agent, homeserver, store) = (LongRunningPlatform(), FakeHomeserver(), InMemoryBridgeStore())
        let late = EditPolicy(draftDelay: .milliseconds(100), interval: .milliseconds(2))
        try await BridgeScenario.run(
            platform: agent, shelf: Shelf(isStuck: true), homeserver: homeserver, store: store,
            configuration: .forTests(editPolicy: late)
        ) { room in
            try await room.join("!a")
            try await room.say("Tell me", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.textChunk("One"), .file(AgentFile(filename: "a", location: .path("a"))))
            try await shows("One", in: room)
        }
        try await BridgeScenario.run(platform: agent, shelf: Shelf(), homeserver: homeserver, store: store) { room in
            agent.say(.end(tokensUsed: 1))
            try await eventually("the turn is done") { await store.unfinishedTurns().isEmpty }
        }
        #expect(agent.resumptions == [1])
        let files = homeserver.messages(in: "!a").filter { $0.content["msgtype"] == "m.file" }
        #expect(files.map(\.body) == ["a"])
    }

    @Test func anAgentThatHasLostTheRunIsAskedAgain() async throws {
        let (agent, homeserver, store) = (LongRunningPlatform(), FakeHomeserver(), InMemoryBridgeStore())
        try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { room in
            try await room.join("!a")
            try await room.say("Tell me", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.textChunk("A long beginning"))
            try await shows("A long beginning", in: room)
        }
        agent.forgetRuns()
        try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { room in
            try await eventually("the agent is asked again") { agent.requests.count == 2 }
            agent.say(.textChunk("Anew."), .end(tokensUsed: 2))
            #expect(try await room.finished(1, in: "!a").first?.body.hasPrefix("Anew.") == true)
        }
        #expect(homeserver.messages(in: "!a").count == 1)
        #expect(Set(agent.requests.map(\.runID)).count == 1)
    }

    @Test func aCrashAfterTheAgentWasAskedAgainMixesNoRuns() async throws {
        let (agent, homeserver, store) = (LongRunningPlatform(), FakeHomeserver(), InMemoryBridgeStore())
        try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { room in
            try await room.join("!a")
            try await room.say("Tell me", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.textChunk("A long beginning"))
            try await shows("A long beginning", in: room)
        }
        agent.forgetRuns()
        try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { _ in
            try await eventually("the agent is asked again") { agent.requests.count == 2 }
        }
        agent.say(.textChunk("Anew"), .textChunk(" it begins."), .end(tokensUsed: 2))
        try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { room in
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.body.hasPrefix("Anew it begins."))
        }
        #expect(agent.resumptions == [1, 0])
    }

    @Test func aNewAttemptOfTheAgentTakesThePlaceOfTheOldText() async throws {
        let agent = LongRunningPlatform()
        try await BridgeScenario.run(platform: agent) { room in
            try await room.join("!a")
            try await room.say("Tell me", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.textChunk("A wrong beginning that is rather long"))
            try await shows("A wrong beginning", in: room)
            agent.say(.reset(text: "Right"), .textChunk(" it is."), .end(tokensUsed: 2))
            #expect(try await room.finished(1, in: "!a").first?.body.hasPrefix("Right it is.") == true)
            #expect(room.homeserver.messages(in: "!a").count == 1)
        }
    }

    @Test func whatWasSaidStaysWhereAReplyIsInterruptedTooOften() async throws {
        let (agent, homeserver, store) = (LongRunningPlatform(), FakeHomeserver(), InMemoryBridgeStore())
        try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { room in
            try await room.join("!a")
            try await room.say("Tell me", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.textChunk("So far"))
            try await shows("So far", in: room)
        }
        for attempt in 2...TurnRunner.maximumAttempts {
            try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { _ in
                try await eventually("the run is read again") { agent.resumptions.count == attempt - 1 }
            }
        }
        try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { room in
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.body.hasPrefix("So far\n\n\(EnglishNotices().interruptedTooOften)"))
        }
    }

    @Test func restartsThatHelpAreNeverTooMany() async throws {
        let (agent, homeserver, store) = (LongRunningPlatform(), FakeHomeserver(), InMemoryBridgeStore())
        try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { room in
            try await room.join("!a")
            try await room.say("Tell me", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
        }
        var text = ""
        for number in 1...(2 * TurnRunner.maximumAttempts) {
            try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { room in
                text += "\(number), "
                agent.say(.textChunk("\(number), "))
                try await shows(text.trimmingCharacters(in: .whitespaces), in: room)
            }
        }
        try await BridgeScenario.run(platform: agent, homeserver: homeserver, store: store) { room in
            agent.say(.textChunk("done."), .end(tokensUsed: 1))
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.body.hasPrefix(text + "done."))
        }
        #expect(agent.requests.count == 1)
    }

    @Test func whoStopsAnAnswerStopsTheRun() async throws {
        let agent = LongRunningPlatform()
        try await BridgeScenario.run(platform: agent) { room in
            try await room.join("!a")
            try await room.say("Tell me", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.textChunk("So far"))
            try await shows("So far", in: room)
            try await room.say("!stop", in: "!a", as: "$2")
            let reply = try #require(try await room.finished(1, in: "!a").first)
            #expect(reply.body.hasPrefix("So far\n\n\(EnglishNotices().stopped)"))
            try await eventually("the run is stopped") { agent.stopped == agent.requests.map(\.runID) }
        }
    }

    @Test func aShutdownStopsNoRun() async throws {
        let agent = LongRunningPlatform()
        try await BridgeScenario.run(platform: agent) { room in
            try await room.join("!a")
            try await room.say("Tell me", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
        }
        #expect(agent.stopped.isEmpty)
    }

    @Test func aChangedQuestionStopsTheRunOfTheOldOne() async throws {
        let agent = LongRunningPlatform()
        try await BridgeScenario.run(platform: agent) { room in
            try await room.join("!a")
            try await room.say("Tell me", in: "!a", as: "$1")
            try await eventually("the agent is asked") { !agent.requests.isEmpty }
            agent.say(.textChunk("Old"))
            try await shows("Old", in: room)
            let edit = SyncFactory.edit("$2", of: "$1", from: "@alice:example.org", "Tell me more")
            try await room.arrive([edit], in: "!a")
            try await eventually("the agent is asked anew") { agent.requests.count == 2 }
            agent.say(.textChunk("New."), .end(tokensUsed: 1))
            #expect(try await room.finished(1, in: "!a").first?.body.hasPrefix("New.") == true)
            #expect(agent.requests[0].runID != agent.requests[1].runID)
            try await eventually("the old run is stopped") { agent.stopped == [agent.requests[0].runID] }
        }
    }
}
