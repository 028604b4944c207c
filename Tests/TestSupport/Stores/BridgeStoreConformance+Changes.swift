import Bridge
import MatrixAPI
import Testing

extension BridgeStoreConformance {
    /// Admits an event of Alice and settles it with what follows from it.
    private static func settle(
        _ eventID: EventID, in store: any BridgeStore, change: TurnChange? = nil, joining turn: Turn? = nil
    ) async throws {
        _ = try await store.admit(Admission(nextBatch: "s-\(eventID)", items: [Fixtures.item(eventID)]))
        let open = try await Fixtures.openItem(of: store)
        var settlement = Settlement(sequence: open.sequence, change: change)
        if let turn {
            settlement.turn = Fixtures.turn(eventID, threadID: turn.question.threadID)
            settlement.mergesTurn = true
        }
        try await store.settle(settlement)
    }

    static let changes: [Case] = [
        Case("knows a turn by its id, its question, its reply and its place") { store in
            let turn = try await Fixtures.beginTurn("$1", in: store)
            let event = Fixtures.outgoing("t1", turnID: turn.turnID, kind: .draft)
            try await store.conclude(try await store.enqueue(event).id, .sent("$draft"))
            let notice = try await store.enqueue(Fixtures.outgoing("t2"))
            try await store.conclude(notice.id, .sent("$notice"))
            #expect(try await store.turn(turn.turnID) == turn)
            #expect(try await store.turn(concerning: "$1") == turn)
            #expect(try await store.turn(concerning: "$draft") == turn)
            #expect(try await store.lastTurn(at: Fixtures.timeline) == turn)
            #expect(try await store.turn("turn-$2") == nil)
            #expect(try await store.turn(concerning: "$notice") == nil)
            #expect(try await store.turn(concerning: "$2") == nil)
            let place = ThreadPlace(roomID: Fixtures.lobby, root: "$root")
            #expect(try await store.lastTurn(at: place) == nil)
            let inThread = try await Fixtures.beginTurn("$3", in: store, place: place)
            #expect(try await store.lastTurn(at: place) == inThread)
            #expect(try await store.lastTurn(at: Fixtures.timeline) == turn)
        },
        Case("joins a question to one that waits, and to no other") { store in
            let turn = try await Fixtures.beginTurn("$1", in: store)
            try await settle("$2", in: store, joining: turn)
            let joined = try await Fixtures.unfinishedTurn(turn.turnID, in: store)
            #expect(joined.question.text == "Hello\n\nHello")
            #expect(joined.question.sourceEventID == "$2")
            #expect(try await store.turn(concerning: "$2") == joined)
            _ = try await store.beginRun(of: turn.turnID, runID: "run-1")
            try await settle("$3", in: store, joining: turn)
            #expect(try await store.unfinishedTurns().map(\.turnID) == ["turn-$1", "turn-$3"])
        },
        Case("keeps a quote apart from what the person wrote") { store in
            let turn = try await Fixtures.beginTurn("$1", in: store)
            try await store.finish(turn.turnID)
            _ = try await store.admit(Admission(nextBatch: "s2", items: [Fixtures.item("$2")]))
            var question = Fixtures.turn("$2", threadID: turn.question.threadID)
            question.quote = "> quoted"
            let open = try await Fixtures.openItem(of: store)
            try await store.settle(Settlement(sequence: open.sequence, turn: question))
            #expect(try await store.turn("turn-$2")?.question.text == "> quoted\n\nHello")
            try await settle("$3", in: store, change: .rewrite(turnID: "turn-$2", source: "$2", text: "Bye"))
            #expect(try await store.turn("turn-$2")?.question.text == "> quoted\n\nBye")
            #expect(try await store.turn("turn-$2")?.revision == 0)
        },
        Case("puts a turn back to its beginning, and leaves what belongs to its past alone") { store in
            let turn = try await Fixtures.beginTurn("$1", in: store)
            _ = try await store.beginRun(of: turn.turnID, runID: "run-1")
            try await settle("$2", in: store, change: .rewrite(turnID: turn.turnID, source: "$1", text: "Bye"))
            let revised = try await Fixtures.unfinishedTurn(turn.turnID, in: store)
            #expect(revised.revision == 1 && revised.state == .queued && revised.attempt == 0)
            #expect(revised.runID == nil && revised.question.text == "Bye")
            let late = Answer(ending: .complete, text: "Late", tokensUsed: 5)
            #expect(try await !store.storeAnswer(late, of: turn.turnID, revision: 0))
            try await store.finish(turn.turnID, revision: 0)
            #expect(try await store.unfinishedTurns() == [revised])
            #expect(try await store.currentThread(in: Fixtures.timeline).tokensUsed == 0)
            let answer = Answer(ending: .complete, text: "Yes", tokensUsed: 7)
            #expect(try await store.storeAnswer(answer, of: turn.turnID, revision: 1))
            try await store.finish(turn.turnID, revision: 1)
            #expect(try await store.unfinishedTurns().isEmpty)
            #expect(try await store.turn(turn.turnID)?.answer == answer)
        },
        Case("opens a turn that was done again for a retry, once for each event") { store in
            let turn = try await Fixtures.beginTurn("$1", in: store)
            try await store.storeAnswer(Answer(ending: .complete, text: "Yes"), of: turn.turnID)
            try await store.finish(turn.turnID)
            try await settle("$2", in: store, change: .retry(turnID: turn.turnID))
            let again = try await Fixtures.unfinishedTurn(turn.turnID, in: store)
            #expect(again.revision == 1 && again.answer == nil && again.question == turn.question)
            try await store.settle(Settlement(sequence: 2, change: .retry(turnID: turn.turnID)))
            try await settle("$3", in: store, change: .retry(turnID: turn.turnID))
            #expect(try await store.unfinishedTurns() == [again])
            try await settle("$4", in: store, change: .stop(turnID: turn.turnID))
            #expect(try await Fixtures.unfinishedTurn(turn.turnID, in: store).isStopRequested)
            try await settle("$5", in: store, change: .stop(turnID: "turn-unknown"))
        },
        Case("forgets what was taken back") { store in
            let turn = try await Fixtures.beginTurn("$1", in: store)
            try await store.storeAnswer(Answer(ending: .complete, text: "Yes"), of: turn.turnID)
            try await store.finish(turn.turnID)
            try await settle("$2", in: store, change: .redact(turnID: turn.turnID, source: "$1"))
            let withdrawn = try await Fixtures.unfinishedTurn(turn.turnID, in: store)
            #expect(withdrawn.isWithdrawn && withdrawn.question.text.isEmpty && withdrawn.answer == nil)
            #expect(try await store.beginRun(of: turn.turnID, runID: "run-9") == withdrawn)
            let redaction = Fixtures.outgoing("t9", turnID: turn.turnID, kind: .redaction)
            #expect(try await store.enqueue(redaction).event == redaction)
            try await store.finish(turn.turnID, revision: withdrawn.revision)
            #expect(try await store.unfinishedTurns().isEmpty)
        },
    ]
}
