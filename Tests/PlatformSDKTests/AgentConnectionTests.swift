import PlatformSDK
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct InMemoryAgentConnectionTests {
    private let connection = InMemoryAgentConnection(script: AgentConnectionConformance.script)
    private let request = MessageRequest(userID: "usr-test-a", threadID: "thread", runID: "run", text: "echo hi")

    @Test func conforms() async throws {
        try await AgentConnectionConformance.answersInOrder(connection)
        try await AgentConnectionConformance.reportsTheAgentsErrors(connection)
        try await AgentConnectionConformance.outlivesAbandonedReplies(connection)
        try await AgentConnectionConformance.answersTogetherComingMessages(connection)
        try await AgentConnectionConformance.offersNoChoice(connection)
        try await AgentConnectionConformance.stopsWaitingWhenCancelled(connection)
    }

    @Test func aMessageWaitsForTheConnectionAndFailsPastTheLimit() async throws {
        let connection = InMemoryAgentConnection(
            isConnected: false,
            waitLimit: .milliseconds(50),
            script: AgentConnectionConformance.script
        )
        let error = await #expect(throws: PlatformError.self) {
            for try await _ in try await connection.respond(to: request) {}
        }
        #expect(error?.code == .unavailable && error?.isRetryable == true)
        let reply = try await connection.respond(to: request)
        connection.connect()
        var events: [AgentEvent] = []
        for try await event in reply { events.append(event.event) }
        #expect(events.last == .end(tokensUsed: 2))
        #expect(connection.received == [request])
    }

    @Test func aLossDuringAReplyFailsIt() async throws {
        var iterator = try await connection.respond(to: request).makeAsyncIterator()
        #expect(try await iterator.next() == RunEvent(seq: 1, .textChunk("hi")))
        connection.disconnect(reason: "gone")
        let error = await #expect(throws: PlatformError.self) { try await iterator.next() }
        #expect(error?.code == .unavailable && error?.isRetryable == false)
        #expect(await connection.status() == .disconnected(reason: "gone"))
    }

    @Test func thePlatformEndsAReplyWithAFinishedChunk() async throws {
        let client = AgentPlatformClient(connection: connection, store: InMemoryStateStore())
        var chunks: [MessageChunk] = []
        for try await chunk in try await client.streamMessage(request) { chunks.append(chunk) }
        #expect(
            chunks == [
                MessageChunk(messageID: "run", delta: "hi", seq: 1), MessageChunk(messageID: "run", delta: "!", seq: 2),
                MessageChunk(messageID: "run", delta: "", finished: true, tokensUsed: 2, seq: 3),
            ]
        )
        let whole = try await client.sendMessage(request)
        #expect(whole == MessageResponse(messageID: "run", response: "hi!", tokensUsed: 2))
        #expect(await client.agentStatus() == .connected)
    }

    @Test func aReplyWithoutItsEndIsAProtocolError() async throws {
        struct Cut: AgentConnection {
            func status() async -> AgentStatus { .connected }
            func respond(to request: MessageRequest) async throws -> ReplySequence<RunEvent> {
                ReplySequence(next: { nil })
            }
        }
        let client = AgentPlatformClient(connection: Cut(), store: InMemoryStateStore())
        let error = await #expect(throws: PlatformError.self) { try await client.sendMessage(request) }
        #expect(error?.code == .protocolViolation)
    }
}
