import HTTP
import Logging
import MatrixAPI
import MatrixClient
import TestSupport
import Testing

@Suite("Sync loop failures", .timeLimit(.minutes(1)))
struct SyncLoopFailureTests {
    @Test("an outage is said once, and its end once")
    func outage() async throws {
        // The client itself repeats what a kept connection swallowed, so that these break within the response.
        let head = ScriptedResponse.Step.write(ScriptedResponse.head(200, ["Content-Length": "9"]))
        let failures: [ScriptedResponse] = [
            .html("<html>bad gateway</html>", status: 502), ScriptedResponse(steps: [head, .close]),
            matrixError(500, "M_UNKNOWN"), .respond(503), ScriptedResponse(steps: [head, .reset]),
        ]
        try await SyncConversation.runUntilDone(answering: [batch("s1")] + failures + [batch("s2")]) { conversation in
            for _ in failures { try await conversation.passPause() }
            try await eventually("the response after the outage") { conversation.consumer.stored.count == 2 }
            #expect(conversation.consumer.stored.map(\.response.nextBatch) == ["s1", "s2"])
            try #require(conversation.log.lines.count == 2)
            #expect(conversation.log.lines[0].hasPrefix("warning cannot sync; trying again until it works error=GET "))
            #expect(conversation.log.lines[1] == "info the homeserver answers again")
            #expect(Set(conversation.syncs.dropFirst().dropLast().map { $0.query("since") }) == ["s1"])
        }
    }

    @Test("each outage is said anew")
    func outages() async throws {
        let answers: [ScriptedResponse] = [.respond(503), batch("s1"), .respond(503), .respond(503), batch("s2")]
        try await SyncConversation.runUntilDone(answering: answers) { conversation in
            for _ in 0..<3 { try await conversation.passPause() }
            try await eventually("both responses") { conversation.consumer.stored.count == 2 }
            #expect(conversation.log.lines(.warning).count == 2)
            #expect(conversation.log.lines(.info).count == 2)
        }
    }

    @Test("the pauses of an outage grow to half a minute, spread by chance")
    func backoff() async throws {
        try await SyncConversation.runUntilDone(answering: Array(repeating: .respond(503), count: 12)) { conversation in
            var whole = Duration.milliseconds(500)
            for _ in 0..<12 {
                let pause = try await conversation.passPause()
                #expect((whole / 2...whole).contains(pause))
                whole = min(whole * 2, .seconds(30))
            }
            try await conversation.waitForSyncs(13)
        }
    }

    @Test("a pause that the server asks for is kept, and bounded")
    func retryAfter() async throws {
        let answers = [
            matrixError(429, "M_LIMIT_EXCEEDED", headers: ["Retry-After": "90"]),
            matrixError(429, "M_LIMIT_EXCEEDED", #","retry_after_ms":120000"#),
            .respond(503, headers: ["Retry-After": "60"]),
            matrixError(429, "M_LIMIT_EXCEEDED", headers: ["Retry-After": "1e300"]),
            matrixError(429, "M_LIMIT_EXCEEDED", headers: ["Retry-After": "0"]),
            matrixError(429, "M_LIMIT_EXCEEDED", headers: ["Retry-After": "-5"]),
        ]
        try await SyncConversation.runUntilDone(answering: answers) { conversation in
            for seconds in [90, 120, 60, 600] {
                #expect(try await conversation.passPause() == .seconds(seconds))
            }
            // A server that asks for no pause gets the growing one of a failure.
            for _ in 0..<2 { #expect(try await conversation.passPause() > .seconds(1)) }
            try await conversation.waitForSyncs(7)
        }
    }

    @Test(
        "what is refused or makes no sense is said once, tried on without haste, and ends when it can",
        arguments: [
            matrixError(400, "M_INVALID_PARAM"), matrixError(404, "M_NOT_FOUND"),
            matrixError(403, "M_FORBIDDEN"), matrixError(401, "M_USER_LOCKED"), .html("<html>no</html>", status: 403),
            .html("<html>not here</html>", status: 404), .html("<html>log in</html>", status: 200), .json("{}"),
            .json(#"{"next_batch":7}"#), .json(#"{"next_batch":"s1","rooms":[]}"#), .respond(302),
        ] as [ScriptedResponse]
    )
    func refusals(_ answer: ScriptedResponse) async throws {
        let answers = Array(repeating: answer, count: 6) + [batch("s8")]
        let consumer = RecordingConsumer(token: "s7")
        try await SyncConversation.runUntilDone(answering: answers, consumer: consumer) { conversation in
            var waited = Duration.zero
            for attempt in 1...6 {
                waited += try await conversation.passPause()
                #expect(conversation.syncs.count <= attempt + 1)
            }
            #expect(waited > .seconds(15))
            try await eventually("the response") { consumer.stored.count == 1 }
            #expect(conversation.syncs.prefix(7).allSatisfy { $0.query("since") == "s7" })
            #expect(conversation.log.lines(.warning).count == 1)
            #expect(conversation.log.lines(.info) == ["info the homeserver answers again"])
            #expect(!conversation.log.lines.joined().contains("<html>"))
        }
    }

    @Test("a refusal in the course of an outage is news")
    func changedFailure() async throws {
        let invalid = matrixError(400, "M_INVALID_PARAM")
        let answers = [.respond(502), invalid, .respond(502), invalid, batch("s1")]
        try await SyncConversation.runUntilDone(answering: answers) { conversation in
            for _ in 0..<4 { try await conversation.passPause() }
            try await eventually("the response") { conversation.consumer.stored.count == 1 }
            #expect(conversation.log.lines(.warning).count == 2)
            #expect(conversation.log.lines(.warning).last?.contains("M_INVALID_PARAM") == true)
            #expect(conversation.log.lines(.info).count == 1)
        }
    }

    @Test("a server that does not wait for news is not asked without a pause")
    func hotServer() async throws {
        try await SyncConversation.runUntilDone(answering: Array(repeating: batch("s1"), count: 8)) { conversation in
            for answered in 2...8 {
                #expect(try await conversation.passPause() >= .milliseconds(250))
                try await conversation.waitForSyncs(answered + 1)
                #expect(conversation.syncs.count == answered + 1)
            }
        }
    }

    @Test("the upload of the filter is tried until it works")
    func filter() async throws {
        let failures: [ScriptedResponse] = [.respond(502), .respond(502)]
        try await SyncConversation.runUntilDone(answering: [batch("s1")], filter: failures) { conversation in
            for _ in failures { try await conversation.passPause() }
            try await conversation.waitForSyncs(2)
            #expect(conversation.log.lines.count == 2)
            #expect(conversation.log.lines(.warning).first?.contains("cannot upload the sync filter") == true)
        }
    }

    @Test("a token that is not good any more ends the loop with what to do", arguments: [true, false])
    func unknownToken(whileSyncing: Bool) async throws {
        let gone = matrixError(401, "M_UNKNOWN_TOKEN", #","soft_logout":true"#)
        let end = try await SyncConversation.run(
            answering: [batch("s1"), gone],
            filter: whileSyncing ? [] : [gone]
        ) { conversation in
            try await conversation.server.waitForRequests(whileSyncing ? 4 : 2)
        }
        let error = try #require(throws: MatrixClientError.self) { try end.get() }
        #expect(error.code == .unknownToken)
        #expect(error.errcode == .unknownToken)
        #expect(error.softLogout)
        #expect(error.message.contains("@bot:example.org") && error.message.contains("rialto login"))
        #expect(!"\(error)".contains(token.secret))
    }

    @Test("a shutdown does not wait for the end of a pause")
    func cancelledPause() async throws {
        let clock = try await withPausedLoop { conversation in
            _ = try await eventualValue("a pause of the loop") { conversation.clock.nextDeadline }
        }
        #expect(clock.sleeperCount == 0)
    }

    /// Runs a loop whose every sync fails, and returns its clock after the loop was cancelled.
    private func withPausedLoop(
        _ body: @escaping @Sendable (SyncConversation) async throws -> Void
    ) async throws -> ManualClock {
        struct Paused: Error {
            let clock: ManualClock
        }
        do {
            try await SyncConversation.run(answering: [.respond(502)]) { conversation in
                try await body(conversation)
                throw Paused(clock: conversation.clock)
            }
        } catch let paused as Paused {
            return paused.clock
        }
        throw Unexpected(description: "the loop ended by itself")
    }
}
