import Bridge
import Foundation
import GRDB
import MatrixAPI
import PlatformSDK
import Synchronization
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct DurabilityTests {
    private typealias Fixtures = BridgeStoreFixtures

    @Test func `everything survives a restart`() async throws {
        try await withTemporaryDirectory { directory in
            let room = BridgeRoom(roomID: Fixtures.lobby, membership: .joined, joinedMembers: 2, isEncrypted: true)
            let session = StoredSession(
                homeserver: "https://x", userID: "@bot:x", deviceID: "D", accessToken: "syt_1",
                refreshToken: "syr_1", expiresAt: 1_700_000_000_000)
            let question = Confirmation(userID: Fixtures.alice, place: Fixtures.timeline, command: "reset", askedAt: 7)
            let answer = Answer(ending: .failed, text: "Half", remark: "It failed.", tokensUsed: 12)
            let (thread, turn, event, notice) = try await withDatabase(in: directory) { database in
                let store = SQLiteBridgeStore(database: database)
                let turnID = try await Fixtures.beginTurn("$1", in: store).turnID
                _ = try await store.beginRun(of: turnID, runID: "run-1")
                try await store.storeAnswer(answer, of: turnID)
                let event = try await store.enqueue(Fixtures.outgoing("t1", turnID: turnID, kind: .draft))
                try await store.conclude(event.id, .sent("$draft"))
                _ = try await store.admit(
                    Admission(nextBatch: "s2", rooms: [room], items: [Fixtures.item("$2"), Fixtures.item("$3")]))
                let open = try await Fixtures.openItem(of: store)
                try await store.settle(
                    Settlement(sequence: open.sequence, reply: Fixtures.outgoing("t2"), confirmation: .ask(question)))
                let users = PrototypeStateStore(database: database, initial: .initial)
                _ = try await users.getOrCreateUser(externalID: "@a:x", platform: "matrix", displayName: "Ann")
                _ = try await users.apply(.toggleSkill(name: "search", enabled: true), to: "usr-matrix-@a:x")
                try await SessionStore(database: database).saveSession(session)
                return (
                    try await store.currentThread(in: Fixtures.timeline),
                    try await Fixtures.unfinishedTurn(turnID, in: store),
                    try await store.outgoingEvents(of: turnID),
                    try await store.pendingNotices(in: Fixtures.lobby)
                )
            }
            try await withDatabase(in: directory) { database in
                let store = SQLiteBridgeStore(database: database)
                #expect(try await store.syncToken() == "s2")
                #expect(try await store.rooms() == [room])
                #expect(try await store.roomsWithOpenItems() == [Fixtures.lobby])
                #expect(try await Fixtures.openItem(of: store).key == "$3")
                #expect(try await store.admit(Admission(nextBatch: "s2", items: [Fixtures.item("$1")])) == [])
                #expect(try await store.currentThread(in: Fixtures.timeline) == thread)
                #expect(thread.tokensUsed == 12 && thread.turns == 1)
                #expect(try await store.unfinishedTurns() == [turn])
                #expect(turn.state == .answered && turn.answer == answer && turn.attempt == 1)
                #expect(try await store.outgoingEvents(of: turn.turnID) == event)
                #expect(try await store.pendingNotices(in: Fixtures.lobby) == notice)
                #expect(notice.count == 1)
                #expect(try await store.isOwnEvent("$draft"))
                #expect(try await store.openConfirmation(of: Fixtures.alice, at: Fixtures.timeline) == question)
                let users = PrototypeStateStore(database: database, initial: .initial)
                let user = try await users.getOrCreateUser(externalID: "@a:x", platform: "matrix", displayName: "B")
                #expect(!user.isNew && user.displayName == "Ann")
                #expect(try await users.settings(of: user.userID).skills["search"] == true)
                let sessions = SessionStore(database: database)
                #expect(try await sessions.session(homeserver: "https://x", userID: "@bot:x") == session)
            }
        }
    }

    @Test func `a write whose task is cancelled in its middle stands`() async throws {
        try await withDatabase { database async throws in
            let (gate, opener) = AsyncStream<Void>.makeStream()
            let writer = Mutex<Task<Bool, any Error>?>(nil)
            let task = Task {
                for await _ in gate {}
                try await database.write("write in two steps") { database in
                    try database.execute(sql: "INSERT INTO sync (id, next_batch) VALUES (1, 'half')")
                    writer.withLock { $0?.cancel() }
                    try database.execute(sql: "UPDATE sync SET next_batch = 'whole'")
                }
                return Task.isCancelled
            }
            writer.withLock { $0 = task }
            opener.finish()
            #expect(try await task.value)
            #expect(try await SQLiteBridgeStore(database: database).syncToken() == "whole")
        }
    }

    @Test func `a write of a task that is cancelled already stands`() async throws {
        try await withDatabase { database in
            let store = SQLiteBridgeStore(database: database)
            let changed = try await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await store.admit(Admission(nextBatch: "s1", items: [Fixtures.item("$1")]))
            }.value
            #expect(changed == [Fixtures.lobby])
            #expect(try await store.syncToken() == "s1")
        }
    }

    @Test func `a full disk is reported, leaves all as it was, and is got over`() async throws {
        try await withDatabase { database in
            let store = SQLiteBridgeStore(database: database)
            _ = try await store.admit(Admission(nextBatch: "s1", items: [Fixtures.item("$1")]))
            // SQLite gives the same error for its own limit as for the disk's.
            try await database.write("limit") { try $0.execute(sql: "PRAGMA max_page_count = 1") }
            let secret = String(repeating: "secret", count: 100_000)
            let big = Admission(nextBatch: "s2", items: [Fixtures.item("$2"), Fixtures.item("$3", body: secret)])
            let error = try #require(await #expect(throws: StoreError.self) { try await store.admit(big) })
            #expect(error.code == .diskFull)
            #expect(error.isRetryable)
            #expect(!error.description.contains("secret"))
            #expect(try await store.syncToken() == "s1")
            try await database.write("lift") { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
            #expect(try await store.admit(big) == [Fixtures.lobby])
            #expect(try await store.syncToken() == "s2")
        }
    }

    @Test func `an error holds no value that was to be stored`() async throws {
        try await withDatabase { database in
            let error = try #require(
                await #expect(throws: StoreError.self) {
                    try await database.write("store a session twice") { database in
                        for _ in 0..<2 {
                            try database.execute(
                                sql: "INSERT INTO sessions VALUES (?, ?, ?, ?, NULL, NULL)",
                                arguments: ["h", "u", "d", "syt_secret"])
                        }
                    }
                })
            #expect(error.code == .rejected)
            var dumped = ""
            dump(error, to: &dumped)
            for text in [dumped, "\(error)", String(reflecting: error)] {
                #expect(!text.contains("syt_secret"))
            }
        }
    }

    @Test func `a burst of ten thousand messages is admitted and dealt with`() async throws {
        try await withDatabase { database in
            let store = SQLiteBridgeStore(database: database)
            let items = (0..<10_000).map { Fixtures.item(EventID("$\($0)"), in: RoomID("!\($0 % 50):example.org")) }
            #expect(try await store.admit(Admission(nextBatch: "s1", items: items)).count == 50)
            #expect(try await store.admit(Admission(nextBatch: "s1", items: items)) == [])
            #expect(try await store.roomsWithOpenItems().count == 50)
            for index in 0..<100 {
                let open = try await Fixtures.openItem(of: store, in: "!7:example.org")
                #expect(open.key == "$\(index * 50 + 7)")
                try await store.settle(Settlement(sequence: open.sequence))
            }
        }
    }
}
