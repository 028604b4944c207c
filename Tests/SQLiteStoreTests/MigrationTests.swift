import Bridge
import Foundation
import GRDB
import MatrixAPI
import PlatformSDK
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct MigrationTests {
    @Test func `a database of the first version is opened with all that it holds`() async throws {
        try await withTemporaryDirectory { directory in
            let old = try DatabaseQueue(path: directory.databasePath)
            try await old.write { try $0.execute(sql: Version1Fixture.schema) }
            try await old.writeWithoutTransaction { try $0.execute(sql: Version1Fixture.rows) }
            try old.close()
            try await withDatabase(in: directory) { database in
                try await checkBridge(SQLiteBridgeStore(database: database))
                let users = PrototypeStateStore(database: database, initial: UserSettings())
                let user = try await users.getOrCreateUser(
                    externalID: "@alice:example.org", platform: "matrix", displayName: nil)
                #expect(!user.isNew && user.displayName == "Alice")
                let settings = UserSettings(skills: ["browser": true], soul: ["name": "Ada"])
                #expect(try await users.settings(of: user.userID) == settings)
                let session = try await SessionStore(database: database)
                    .session(homeserver: "https://example.org", userID: "@bot:example.org")
                #expect(session?.deviceID == "RIALTO")
                #expect(session?.accessToken == "syt_token")
            }
        }
    }

    @Test func `the first version is still what it was`() throws {
        let frozen = try DatabaseQueue()
        try frozen.write { try $0.execute(sql: Version1Fixture.schema) }
        let migrated = try DatabaseQueue()
        try Schema.migrator.migrate(migrated, upTo: "v1")
        #expect(try schema(of: migrated) == schema(of: frozen))
    }

    private func checkBridge(_ store: SQLiteBridgeStore) async throws {
        let lobby = BridgeStoreFixtures.lobby
        let alice = BridgeStoreFixtures.alice
        #expect(try await store.syncToken() == "s72")
        #expect(try await store.firstSync() == 1_700_000_000_000)
        #expect(
            try await store.rooms() == [
                BridgeRoom(
                    roomID: lobby, membership: .joined, joinedAt: 1_700_000_000_000, isMarkedDirect: true,
                    joinedMembers: 2, isEncrypted: true, name: "Lobby", successor: "!new")
            ])
        #expect(try await store.roomsWithOpenItems() == [lobby, BridgeStoreFixtures.attic])
        let event = RoomEvent(
            eventID: "$2", type: "m.room.message", sender: alice, originServerTS: 1, content: ["body": "Hello"])
        #expect(try await BridgeStoreFixtures.openItem(of: store).content == .event(event))
        let invite = try await BridgeStoreFixtures.openItem(of: store, in: BridgeStoreFixtures.attic)
        #expect(invite.content == .invite(from: alice, isEncrypted: false))
        let known = Admission(nextBatch: "s73", items: [BridgeStoreFixtures.item("$1")])
        #expect(try await store.admit(known) == [])
        let place = BridgeStoreFixtures.timeline
        #expect(
            try await store.currentThread(in: place)
                == ConversationThread(
                    threadID: "thr-1", place: place, tokensUsed: 30, turns: 1, startedAt: 1_700_000_000_002,
                    title: "Title", model: "large"))
        let question = NewTurn(sourceEventID: "$1", place: place, threadID: "thr-1", sender: alice, text: "Question")
        let answer = Answer(ending: .stopped, text: "Answer", remark: "Stopped.", tokensUsed: 30, model: "large")
        let turn = Turn(
            turnID: "turn-$1", question: question, state: .answered, runID: "run-1", attempt: 2, answer: answer)
        #expect(try await store.unfinishedTurns() == [turn])
        let draft = BridgeStoreFixtures.outgoing("txn-1", turnID: "turn-$1", kind: .draft, content: ["body": "Answer"])
        #expect(
            try await store.outgoingEvents(of: "turn-$1") == [
                OutgoingEvent(id: 1, event: draft, state: .sent("$draft"), storedAt: 1_700_000_000_002)
            ])
        #expect(try await store.isOwnEvent("$draft"))
        #expect(
            try await store.openConfirmation(of: alice, at: ThreadPlace(roomID: lobby, root: nil))
                == Confirmation(
                    userID: alice, place: ThreadPlace(roomID: lobby, root: nil), command: "reset",
                    askedAt: 1_700_000_000_004))
    }

    private func schema(of database: DatabaseQueue) throws -> [String] {
        try database.read { database in
            try String.fetchAll(
                database,
                sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'grdb_migrations' ORDER BY name")
        }
    }
}
