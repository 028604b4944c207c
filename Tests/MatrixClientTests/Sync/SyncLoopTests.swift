import Bridge
import HTTP
import Logging
import MatrixAPI
import MatrixClient
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@Suite("Sync loop", .timeLimit(.minutes(1)))
struct SyncLoopTests {
    @Test("the first sync returns at once, the next ones wait; all of them are filtered and leave presence alone")
    func requests() async throws {
        try await SyncConversation.runUntilDone(answering: [batch("s1"), batch("s2")]) { conversation in
            try await conversation.waitForSyncs(3)
            let filter = try #require(conversation.server.requests.dropFirst().first)
            #expect(filter.method == "POST")
            #expect(filter.path == "/_matrix/client/v3/user/%40bot%3Aexample.org/filter")
            let json = try JSONValue(parsing: filter.body)
            #expect(json["room"]?["state"]?["lazy_load_members"] == true)
            #expect(json["presence"] == ["not_types": ["*"]])
            #expect(conversation.syncs.map { $0.query("since") } == [nil, "s1", "s2"])
            #expect(conversation.syncs.map { $0.query("timeout") } == ["0", "30000", "30000"])
            #expect(
                conversation.syncs.allSatisfy { $0.query("set_presence") == "offline" && $0.query("filter") == "f/1" })
            #expect(
                conversation.syncs.allSatisfy { $0.headers.first(name: "Authorization") == "Bearer \(token.secret)" })
            #expect(conversation.consumer.stored.map(\.since) == [nil, "s1"])
            #expect(conversation.log.lines.isEmpty)
        }
    }

    @Test("after a restart the loop goes on from the stored token, and is ready once the first response is stored")
    func restart() async throws {
        let ready = Atomic(0)
        let consumer = RecordingConsumer(token: "s7", failures: 1)
        try await SyncConversation.runUntilDone(
            answering: [batch("s8"), batch("s9")],
            consumer: consumer,
            whenReady: { ready.add(1, ordering: .relaxed) }
        ) { conversation in
            try await eventually("a failed attempt") { consumer.attempts.count == 1 }
            #expect(ready.load(ordering: .relaxed) == 0)
            try await conversation.passPause()
            try await conversation.waitForSyncs(3)
            #expect(conversation.syncs.map { $0.query("since") } == ["s7", "s8", "s9"])
            #expect(conversation.syncs.first?.query("timeout") == "0")
            #expect(ready.load(ordering: .relaxed) == 1)
        }
    }

    @Test("the token advances only when the response is stored, and the same response is tried until it is")
    func storing() async throws {
        let consumer = RecordingConsumer(failures: 4)
        try await SyncConversation.runUntilDone(answering: [batch("s1")], consumer: consumer) { conversation in
            for attempt in 1...4 {
                try await eventually("attempt \(attempt)") { consumer.attempts.count == attempt }
                #expect(conversation.syncs.count == 1)
                try await conversation.passPause()
            }
            try await conversation.waitForSyncs(2)
            #expect(consumer.attempts.map(\.response.nextBatch) == Array(repeating: "s1", count: 5))
            #expect(consumer.stored.count == 1)
            #expect(conversation.syncs.last?.query("since") == "s1")
            #expect(
                conversation.log.lines == [
                    "warning cannot store what has arrived; trying again until it works error=the disk is full",
                    "info what has arrived is stored",
                ])
        }
    }

    @Test("an event that cannot be read costs only itself")
    func malformedEvent() async throws {
        let message = { (id: String) in
            """
            {"event_id":"\(id)","type":"m.room.message","sender":"@ann:example.org","origin_server_ts":1,\
            "content":{"msgtype":"m.text","body":"x"},"org.unknown":[1]}
            """
        }
        let response = ScriptedResponse.json(
            """
            {"next_batch":"s1","org.unknown":{"a":[null]},"presence":7,"device_lists":[],"rooms":{"knock":3,"join":{
            "!r":{"ephemeral":4,"timeline":{"events":[\(message("$1")),{"type":7},"what",null,\(message("$2"))]}},
            "!broken":{"timeline":3}}}}
            """
        )
        try await SyncConversation.runUntilDone(answering: [response]) { conversation in
            try await conversation.waitForSyncs(2)
            let rooms = try #require(conversation.consumer.stored.first).response.rooms
            let timeline = try #require(rooms.join["!r"]).timeline
            #expect(timeline.events.elements.map(\.eventID) == ["$1", "$2"])
            #expect(timeline.events.failures.map(\.index) == [1, 2, 3])
            #expect(rooms.failures.map(\.roomID) == ["!broken"])
            #expect(conversation.log.lines.isEmpty)
        }
    }

    @Test("a megabyte of news in chunks is one response")
    func large() async throws {
        let body = String(repeating: "x", count: 900)
        let events = (0..<1000).map { index in
            """
            {"event_id":"$\(index)","type":"m.room.message","sender":"@ann:example.org","origin_server_ts":\(index),\
            "content":{"msgtype":"m.text","body":"\(body)"}}
            """
        }
        let text =
            "{\"next_batch\":\"s1\",\"rooms\":{\"join\":{\"!r\":{\"timeline\":{\"events\":[\(events.joined(separator: ","))]}}}}}"
        #expect(text.utf8.count > 1_000_000)
        let bytes = Array(text.utf8)
        let chunks = stride(from: 0, to: bytes.count, by: 50_000).map {
            Array(bytes[$0..<min($0 + 50_000, bytes.count)])
        }
        let response = ScriptedResponse.chunked(chunks, headers: ["Content-Type": "application/json"])
        try await SyncConversation.runUntilDone(answering: [response]) { conversation in
            try await conversation.waitForSyncs(2)
            let room = conversation.consumer.stored.first?.response.rooms.join["!r"]
            #expect(room?.timeline.events.elements.map(\.eventID) == (0..<1000).map { EventID("$\($0)") })
        }
    }

    @Test("the first response may take minutes; a later one is given up soon after the wait for news")
    func patience() async throws {
        let handler: ScriptedHTTPServer.Handler = { request in
            if let answer = whoami(request) { return answer }
            let isHeld = request.query("timeout") == "30000"
            return isHeld
                ? ScriptedResponse(steps: [.waitForDisconnect]) : .json(#"{"filter_id":"f","next_batch":"s1"}"#)
        }
        try await withHomeserver(handler) { _, server in
            let recorder = TimeoutRecorder(try loopbackClient())
            let loop = SyncLoop(
                session: try await session(on: MatrixTransport(http: recorder, baseURL: server.baseURL)),
                consumer: RecordingConsumer(),
                clock: BridgeClock(ManualClock()),
                logger: RecordingLog().logger
            )
            async let _ = loop.run()
            try await server.waitForRequests(4)
            let idle = recorder.timeouts.map(\.idle)
            try #require(idle.count == 4)
            #expect(idle[2] >= .seconds(120))
            #expect(idle[3] > .seconds(30) && idle[3] <= .seconds(90))
            #expect(recorder.timeouts.allSatisfy { $0.total ?? .zero > $0.idle })
        }
    }

    @Test("a graceful shutdown aborts the request that waits for news, and the loop ends well")
    func gracefulShutdown() async throws {
        try await withHomeserver { request in
            switch (whoami(request), request.query("since")) {
            case (let answer?, _): answer
            case (nil, "s1"): ScriptedResponse(steps: [.waitForDisconnect])
            case (nil, _): .json(#"{"filter_id":"f","next_batch":"s1"}"#)
            }
        } _: { transport, server in
            let log = RecordingLog()
            let loop = SyncLoop(
                session: try await session(on: transport),
                consumer: RecordingConsumer(),
                clock: BridgeClock(ManualClock()),
                logger: log.logger
            )
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [.init(service: loop, successTerminationBehavior: .gracefullyShutdownGroup)],
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
            )
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await server.waitForRequests(4)
                let start = ContinuousClock.now
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                // Far below the 30 seconds that the server would hold the request.
                #expect(ContinuousClock.now - start < .seconds(10))
            }
            try await server.waitForDisconnects(1)
            #expect(log.lines.isEmpty)
        }
    }
}
