import Logging
import MatrixAPI
import MatrixClient
import TestSupport
import Testing

@Suite("Sync position", .timeLimit(.minutes(1)))
struct SyncPositionTests {
    @Test(
        "a position that is refused is given up at once for a beginning, and said once",
        arguments: ["M_UNKNOWN_POS", "M_UNKNOWN"]
    )
    func refused(errcode: String) async throws {
        let answers = [matrixError(400, errcode), batch("s8"), batch("s9")]
        let consumer = RecordingConsumer(token: "s7")
        try await SyncConversation.runUntilDone(answering: answers, consumer: consumer) { conversation in
            try await eventually("both responses") { consumer.stored.count == 2 }
            #expect(conversation.syncs.prefix(3).map { $0.query("since") } == ["s7", nil, "s8"])
            #expect(consumer.stored.map(\.since) == [nil, "s8"])
            #expect(conversation.log.lines(.warning).count == 1)
        }
    }

    @Test("a beginning that fails is tried again, without the position that was refused")
    func failedBeginning() async throws {
        let answers = [matrixError(400, "M_UNKNOWN_POS"), .respond(502), matrixError(400, "M_UNKNOWN"), batch("s8")]
        let consumer = RecordingConsumer(token: "s7")
        try await SyncConversation.runUntilDone(answering: answers, consumer: consumer) { conversation in
            for _ in 0..<2 { try await conversation.passPause() }
            try await eventually("the response") { consumer.stored.count == 1 }
            #expect(conversation.syncs.prefix(4).map { $0.query("since") } == ["s7", nil, nil, nil])
        }
    }
}
