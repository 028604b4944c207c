import Bridge
import MatrixAPI
import Testing

extension BridgeStoreConformance {
    static let threads: [Case] = [
        Case("begins a thread for each place once") { store in
            let places = [
                Fixtures.timeline, ThreadPlace(roomID: Fixtures.lobby, root: "$root"),
                ThreadPlace(roomID: Fixtures.lobby, root: ""), ThreadPlace(roomID: Fixtures.attic, root: nil),
            ]
            var ids: Set<String> = []
            for place in places {
                let thread = try await store.currentThread(in: place)
                #expect(thread.threadID.hasPrefix("thr-"))
                #expect(thread.place == place)
                #expect(thread.tokensUsed == 0 && thread.turns == 0 && thread.startedAt > 0)
                #expect(try await store.currentThread(in: place) == thread)
                ids.insert(thread.threadID)
            }
            #expect(ids.count == places.count)
        },
        Case("begins a thread once, however many ask for it at the same time") { store in
            let ids = try await withThrowingTaskGroup(of: String.self, returning: Set<String>.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await store.currentThread(in: Fixtures.timeline).threadID }
                }
                return try await group.reduce(into: []) { $0.insert($1) }
            }
            #expect(ids.count == 1)
        },
        Case("goes on with a new thread, unless its id is known") { store in
            let items = [Fixtures.item("$1"), Fixtures.item("$2")]
            _ = try await store.admit(Admission(nextBatch: "s1", items: items))
            let old = try await store.currentThread(in: Fixtures.timeline)
            let other = try await store.currentThread(in: ThreadPlace(roomID: Fixtures.lobby, root: "$root"))
            for threadID in ["thr-new", old.threadID] {
                let open = try await Fixtures.openItem(of: store)
                let thread = NewThread(threadID: threadID, place: Fixtures.timeline)
                try await store.settle(Settlement(sequence: open.sequence, newThread: thread))
                #expect(try await store.currentThread(in: Fixtures.timeline).threadID == "thr-new")
            }
            #expect(try await store.currentThread(in: other.place) == other)
        },
        Case("stops the turns of one room that are not answered, and no others") { store in
            let running = try await Fixtures.beginTurn("$1", in: store)
            let answered = try await Fixtures.beginTurn("$2", in: store)
            let elsewhere = ThreadPlace(roomID: Fixtures.attic, root: nil)
            let other = try await Fixtures.beginTurn("$3", in: store, place: elsewhere)
            _ = try await store.beginRun(of: running.turnID, runID: "run-1")
            try await store.storeAnswer(Answer(ending: .complete, text: "Done"), of: answered.turnID)
            _ = try await store.admit(Admission(nextBatch: "s9", items: [Fixtures.item("$stop")]))
            let open = try await Fixtures.openItem(of: store)
            try await store.settle(Settlement(sequence: open.sequence, stopsTurns: true))
            let stopped = try await store.unfinishedTurns().filter(\.isStopRequested).map(\.turnID)
            #expect(stopped == [running.turnID])
            #expect(try await store.unfinishedTurns().map(\.turnID).contains(other.turnID))
        },
        Case("takes part in a thread with a turn, an event or a root of its own, in that room only") { store in
            let place = ThreadPlace(roomID: Fixtures.lobby, root: "$byturn")
            try await Fixtures.beginTurn("$1", in: store, place: place)
            _ = try await store.enqueue(Fixtures.outgoing("t1", content: Fixtures.content(inThread: "$bypending")))
            let sent = try await store.enqueue(Fixtures.outgoing("t2", content: Fixtures.content(inThread: "$bysent")))
            try await store.conclude(sent.id, .sent("$ownroot"))
            let refused = try await store.enqueue(
                Fixtures.outgoing("t3", content: Fixtures.content(inThread: "$byrefused")))
            try await store.conclude(refused.id, .refused("M_FORBIDDEN"))
            for root in ["$byturn", "$bypending", "$bysent", "$ownroot"] as [EventID] {
                #expect(try await store.takesPart(inThread: root, of: Fixtures.lobby), "\(root)")
                #expect(try await !store.takesPart(inThread: root, of: Fixtures.attic), "\(root)")
            }
            #expect(try await !store.takesPart(inThread: "$byrefused", of: Fixtures.lobby))
            #expect(try await !store.takesPart(inThread: "$1", of: Fixtures.lobby))
        },
    ]

    static let turns: [Case] = [
        Case("lists the unfinished turns, oldest first") { store in
            for eventID in ["$z", "$a", "$m"] as [EventID] { try await Fixtures.beginTurn(eventID, in: store) }
            try await store.finish("turn-$a")
            #expect(try await store.unfinishedTurns().map(\.turnID) == ["turn-$z", "turn-$m"])
        },
        Case("counts each run as an attempt, and each beginning of the same run") { store in
            let queued = try await Fixtures.beginTurn("$1", in: store)
            #expect(queued.attempt == 0 && queued.runID == nil)
            let first = try await store.beginRun(of: queued.turnID, runID: "run-1")
            #expect(first.state == .running && first.runID == "run-1" && first.attempt == 1)
            let progress = TurnProgress(seq: 3, text: "Half")
            try await store.noteProgress(progress, of: queued.turnID, runID: "run-1", isAdvance: false)
            let again = try await store.beginRun(of: queued.turnID, runID: "run-1")
            #expect(again.runID == "run-1" && again.attempt == 2 && again.progress == progress)
            let second = try await store.beginRun(of: queued.turnID, runID: "run-2")
            #expect(second.runID == "run-2" && second.attempt == 3 && second.progress == nil)
            try await store.noteProgress(progress, of: queued.turnID, runID: "run-1", isAdvance: true)
            #expect(try await store.unfinishedTurns() == [second])
        },
        Case("counts attempts anew where one has helped") { store in
            let turn = try await Fixtures.beginTurn("$1", in: store)
            for attempt in 1...4 {
                #expect(try await store.beginRun(of: turn.turnID, runID: "run-1").attempt == attempt)
            }
            let progress = TurnProgress(seq: 3, text: "Half")
            try await store.noteProgress(progress, of: turn.turnID, runID: "run-1", isAdvance: true)
            #expect(try await store.unfinishedTurns().map(\.attempt) == [1])
            let next = try await store.beginRun(of: turn.turnID, runID: "run-1")
            #expect(next.attempt == 2 && next.progress == progress)
        },
        Case("begins no run of a turn that has its answer") { store in
            let turn = try await Fixtures.beginTurn("$1", in: store)
            _ = try await store.beginRun(of: turn.turnID, runID: "run-1")
            let answer = Answer(ending: .complete, text: "Yes")
            try await store.storeAnswer(answer, of: turn.turnID)
            let answered = try await store.beginRun(of: turn.turnID, runID: "run-2")
            #expect(answered.state == .answered && answered.attempt == 1 && answered.runID == "run-1")
            #expect(answered.answer == answer)
            try await store.finish(turn.turnID)
            #expect(try await store.beginRun(of: turn.turnID, runID: "run-3").state == .done)
        },
        Case("counts an answer's tokens once") { store in
            let turn = try await Fixtures.beginTurn("$1", in: store)
            let answer = Answer(ending: .stopped, text: "Half", remark: "Stopped.", tokensUsed: 70)
            try await store.storeAnswer(answer, of: turn.turnID)
            try await store.storeAnswer(answer, of: turn.turnID)
            let stored = try await Fixtures.unfinishedTurn(turn.turnID, in: store)
            #expect(stored.state == .answered)
            #expect(stored.answer == answer)
            try await store.finish(turn.turnID)
            try await store.finish(turn.turnID)
            try await store.storeAnswer(Answer(ending: .failed, text: "", tokensUsed: 5), of: turn.turnID)
            #expect(try await store.unfinishedTurns().isEmpty)
            let second = try await Fixtures.beginTurn("$2", in: store)
            _ = try await store.beginRun(of: second.turnID, runID: "run-1")
            try await store.storeAnswer(Answer(ending: .complete, text: "All", tokensUsed: 30), of: second.turnID)
            let thread = try await store.currentThread(in: Fixtures.timeline)
            #expect(thread.tokensUsed == 100)
            #expect(thread.turns == 2)
        },
        Case("survives absurd numbers of tokens") { store in
            for (index, tokens) in [Int.max, Int.max, Int.min, -1].enumerated() {
                let turn = try await Fixtures.beginTurn(EventID("$\(index)"), in: store)
                let answer = Answer(ending: .complete, text: "", tokensUsed: tokens)
                try await store.storeAnswer(answer, of: turn.turnID)
                #expect(try await Fixtures.unfinishedTurn(turn.turnID, in: store).answer == answer)
            }
            let thread = try await store.currentThread(in: Fixtures.timeline)
            #expect(thread.tokensUsed == .max)
            #expect(thread.turns == 4)
        },
        Case("counts answers for the thread that asked, not for the one that came after it") { store in
            let turn = try await Fixtures.beginTurn("$1", in: store)
            _ = try await store.admit(Admission(nextBatch: "s2", items: [Fixtures.item("$2")]))
            let open = try await Fixtures.openItem(of: store)
            let thread = NewThread(threadID: "thr-new", place: Fixtures.timeline)
            try await store.settle(Settlement(sequence: open.sequence, newThread: thread))
            try await store.storeAnswer(Answer(ending: .complete, text: "A", tokensUsed: 9), of: turn.turnID)
            #expect(try await store.currentThread(in: Fixtures.timeline).tokensUsed == 0)
        },
        Case("refuses what names a turn that does not exist") { store in
            await #expect(throws: (any Error).self) { try await store.beginRun(of: "turn-$x", runID: "run-1") }
            await #expect(throws: (any Error).self) { try await store.finish("turn-$x") }
            await #expect(throws: (any Error).self) {
                try await store.storeAnswer(Answer(ending: .complete, text: ""), of: "turn-$x")
            }
            await #expect(throws: (any Error).self) {
                try await store.enqueue(Fixtures.outgoing("t1", turnID: "turn-$x", kind: .draft))
            }
            await #expect(throws: (any Error).self) { try await store.conclude(7, .superseded) }
        },
    ]

    static let outbox: [Case] = [
        Case("returns for a known transaction id what it was stored for") { store in
            let first = try await store.enqueue(Fixtures.outgoing("t1"))
            #expect(first.state == .pending)
            let again = try await store.enqueue(
                Fixtures.outgoing("t1", roomID: Fixtures.attic, content: ["body": "Other"]))
            #expect(again == first)
            try await store.conclude(first.id, .sent("$sent"))
            #expect(try await store.enqueue(Fixtures.outgoing("t1")).state == .sent("$sent"))
            #expect(try await store.pendingNotices(in: Fixtures.lobby).isEmpty)
        },
        Case("keeps a turn's events in order and apart from notices") { store in
            let turnID = try await Fixtures.beginTurn("$1", in: store).turnID
            var draft = Fixtures.outgoing("t-z", turnID: turnID, kind: .draft)
            draft.part = 3
            let first = try await store.enqueue(draft)
            let notice = try await store.enqueue(Fixtures.outgoing("t-m"))
            let second = try await store.enqueue(Fixtures.outgoing("t-a", turnID: turnID, kind: .final))
            #expect(first.id < notice.id && notice.id < second.id)
            #expect(try await store.pendingNotices(in: Fixtures.lobby) == [notice])
            #expect(try await store.outgoingEvents(of: turnID) == [first, second])
            #expect(first.event == draft)
            #expect(try await store.outgoingEvents(of: "turn-$x").isEmpty)
        },
        Case("keeps how the sending ended, where sent is the last word") { store in
            let turnID = try await Fixtures.beginTurn("$1", in: store).turnID
            let table: [([OutgoingConclusion], OutgoingEvent.State)] = [
                ([.sent("$a")], .sent("$a")),
                ([.superseded], .superseded),
                ([.refused("M_FORBIDDEN")], .refused("M_FORBIDDEN")),
                ([.sent("$b"), .superseded, .sent("$c")], .sent("$b")),
                ([.superseded, .sent("$d")], .sent("$d")),
                ([.refused("M_FORBIDDEN"), .superseded], .refused("M_FORBIDDEN")),
            ]
            for (index, row) in table.enumerated() {
                let event = try await store.enqueue(
                    Fixtures.outgoing(TransactionID("t\(index)"), turnID: turnID, kind: .edit))
                for conclusion in row.0 { try await store.conclude(event.id, conclusion) }
            }
            #expect(try await store.outgoingEvents(of: turnID).map(\.state) == table.map(\.1))
            #expect(try await store.isOwnEvent("$a"))
            #expect(try await store.isOwnEvent("$d"))
            #expect(try await !store.isOwnEvent("$c"))
        },
    ]
}
