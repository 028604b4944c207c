import Bridge
import Foundation
import MatrixAPI
import SQLiteStore
import Synchronization
import TestSupport
import Testing

@Suite struct RetentionTests {
    private typealias Fixtures = BridgeStoreFixtures

    private final class TestTime: Sendable {
        private let seconds = Mutex<Double>(1_700_000_000)
        var date: Date { Date(timeIntervalSince1970: seconds.withLock { $0 }) }
        func advance(by days: Double) { seconds.withLock { $0 += days * 86_400 } }
    }

    @Test func `old content goes, what makes it known stays`() async throws {
        try await withDatabase { database in
            let time = TestTime()
            let store = SQLiteBridgeStore(database: database) { time.date }
            let turnID = try await Fixtures.beginTurn("$1", in: store).turnID
            let draft = Fixtures.outgoing("t1", turnID: turnID, kind: .draft)
            try await store.conclude(try await store.enqueue(draft).id, .sent("$draft"))
            try await store.storeAnswer(Answer(ending: .complete, text: "Yes"), of: turnID)
            try await store.finish(turnID)
            let content = Fixtures.content(inThread: "$root")
            let notice = try await store.enqueue(Fixtures.outgoing("t2", content: content))
            try await store.conclude(notice.id, .sent("$notice"))

            #expect(try await store.pruneContent(settledBefore: time.date) == 0)
            time.advance(by: 30)
            // The item, the notice, the turn's event and the turn.
            #expect(try await store.pruneContent(settledBefore: time.date) == 4)
            #expect(try await store.pruneContent(settledBefore: time.date) == 0)

            #expect(try await store.isOwnEvent("$draft"))
            #expect(try await store.isOwnEvent("$notice"))
            #expect(try await store.takesPart(inThread: "$root", of: Fixtures.lobby))
            #expect(try await store.admit(Admission(nextBatch: "s2", items: [Fixtures.item("$1")])) == [])
            let known = try await store.enqueue(draft)
            #expect(known.state == .sent("$draft"))
            #expect(known.event.content == [:])
            #expect(try await store.outgoingEvents(of: turnID) == [known])
            #expect(try await store.unfinishedTurns().isEmpty)
        }
    }

    @Test func `what is open or pending keeps its content, however old`() async throws {
        try await withDatabase { database in
            let time = TestTime()
            let store = SQLiteBridgeStore(database: database) { time.date }
            let turn = try await Fixtures.beginTurn("$1", in: store)
            let draft = try await store.enqueue(Fixtures.outgoing("t1", turnID: turn.turnID, kind: .draft))
            try await store.conclude(draft.id, .sent("$draft"))
            let notice = try await store.enqueue(Fixtures.outgoing("t2"))
            _ = try await store.admit(Admission(nextBatch: "s2", items: [Fixtures.item("$2")]))
            time.advance(by: 400)
            // Only the item that began the turn is settled.
            #expect(try await store.pruneContent(settledBefore: time.date) == 1)
            #expect(try await store.unfinishedTurns() == [turn])
            #expect(try await store.outgoingEvents(of: turn.turnID).map(\.event) == [draft.event])
            #expect(try await store.pendingNotices(in: Fixtures.lobby) == [notice])
            #expect(try await Fixtures.openItem(of: store).content == Fixtures.item("$2").content)
        }
    }

    @Test func `a call stays within its limit, and calls together prune all`() async throws {
        try await withDatabase { database in
            let time = TestTime()
            let store = SQLiteBridgeStore(database: database) { time.date }
            for index in 0..<7 {
                let turnID = try await Fixtures.beginTurn(EventID("$\(index)"), in: store).turnID
                for edit in 0..<3 {
                    let event = Fixtures.outgoing(TransactionID("t\(index)-\(edit)"), turnID: turnID, kind: .edit)
                    try await store.conclude(try await store.enqueue(event).id, .superseded)
                }
                try await store.finish(turnID)
            }
            time.advance(by: 1)
            var total = 0
            while case let count = try await store.pruneContent(settledBefore: time.date, limit: 2), count > 0 {
                #expect(count <= 8)
                total += count
            }
            #expect(total == 7 + 21 + 7)
        }
    }
}
