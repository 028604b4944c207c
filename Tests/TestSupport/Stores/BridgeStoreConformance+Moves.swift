import Bridge
import MatrixAPI
import Testing

extension BridgeStoreConformance {
    static let moves: [Case] = [
        Case("keeps a tombstone and what it names") { store in
            let content = InboxContent.upgrade(to: Fixtures.attic, by: Fixtures.alice)
            let item = NewInboxItem(key: "$tombstone", roomID: Fixtures.lobby, content: content)
            let room = BridgeRoom(roomID: Fixtures.lobby, membership: .joined, successor: Fixtures.attic)
            _ = try await store.admit(Admission(nextBatch: "s1", rooms: [room], items: [item]))
            #expect(try await Fixtures.openItem(of: store).content == content)
            #expect(try await store.rooms() == [room])
        },
        Case("keeps the file that came with a message") { store in
            _ = try await store.admit(Admission(nextBatch: "s1", items: [Fixtures.item("$1")]))
            let thread = try await store.currentThread(in: Fixtures.timeline)
            var turn = Fixtures.turn("$1", threadID: thread.threadID)
            turn.files = [MessageFile(url: "mxc://x/y", filename: "cat.png", caption: "a cat", size: 7)]
            let open = try await Fixtures.openItem(of: store)
            try await store.settle(Settlement(sequence: open.sequence, turn: turn))
            #expect(try await Fixtures.unfinishedTurn(turn.turnID, in: store).question == turn)
        },
        Case("keeps the files of an answer") { store in
            _ = try await store.admit(Admission(nextBatch: "s1", items: [Fixtures.item("$1")]))
            let thread = try await store.currentThread(in: Fixtures.timeline)
            let turn = Fixtures.turn("$1", threadID: thread.threadID)
            let open = try await Fixtures.openItem(of: store)
            try await store.settle(Settlement(sequence: open.sequence, turn: turn))
            let begun = try await store.beginRun(of: turn.turnID, runID: "run-1")
            let picture = ImageSize(width: 2, height: 3)
            let file = OutgoingFile(
                path: "/kept/a", mimeType: "image/png", size: 12, filename: "a.png", picture: picture)
            let answer = Answer(ending: .complete, text: "Look", tokensUsed: 3, model: "large", files: [file])
            #expect(try await store.storeAnswer(answer, of: turn.turnID, revision: begun.revision))
            #expect(try await Fixtures.unfinishedTurn(turn.turnID, in: store).answer == answer)
        },
        Case("keeps departures") { store in
            for (index, sender) in [Fixtures.alice, nil].enumerated() {
                let content = InboxContent.departure(by: sender, isBanned: index == 0)
                let item = NewInboxItem(key: "departure-\(index)", roomID: Fixtures.lobby, content: content)
                _ = try await store.admit(Admission(nextBatch: "s1", items: [item]))
                let open = try await Fixtures.openItem(of: store)
                #expect(open.content == content)
                try await store.settle(Settlement(sequence: open.sequence))
            }
        },
        Case("lets threads, questions and waiting turns go on in the room that takes another's place") { store in
            let inThread = ThreadPlace(roomID: Fixtures.lobby, root: "$root")
            let running = try await Fixtures.beginTurn("$1", in: store)
            _ = try await store.beginRun(of: running.turnID, runID: "run-1")
            let done = try await Fixtures.beginTurn("$2", in: store, place: inThread)
            try await store.finish(done.turnID, revision: 0)
            let queued = try await Fixtures.beginTurn("$3", in: store, place: inThread)
            let main = try await store.currentThread(in: Fixtures.timeline)
            let side = try await store.currentThread(in: inThread)
            let question = Confirmation(
                userID: Fixtures.alice, place: Fixtures.timeline, command: "reset", askedAt: 1)
            _ = try await store.admit(Admission(nextBatch: "s1", items: [Fixtures.item("$4"), Fixtures.item("$5")]))
            var open = try await Fixtures.openItem(of: store)
            try await store.settle(Settlement(sequence: open.sequence, confirmation: .ask(question)))

            open = try await Fixtures.openItem(of: store)
            let move = RoomMove(successor: Fixtures.attic)
            try await store.settle(Settlement(sequence: open.sequence, move: move))

            let newTimeline = ThreadPlace(roomID: Fixtures.attic, root: nil)
            let newThread = ThreadPlace(roomID: Fixtures.attic, root: "$root")
            #expect(try await store.currentThread(in: newTimeline).threadID == main.threadID)
            #expect(try await store.currentThread(in: newThread).threadID == side.threadID)
            #expect(try await store.takesPart(inThread: "$root", of: Fixtures.attic))
            #expect(try await store.openConfirmation(of: Fixtures.alice, at: newTimeline)?.command == "reset")
            #expect(try await store.openConfirmation(of: Fixtures.alice, at: newTimeline)?.place == newTimeline)
            #expect(try await store.openConfirmation(of: Fixtures.alice, at: Fixtures.timeline) == nil)
            #expect(try await Fixtures.unfinishedTurn(queued.turnID, in: store).question.place == newThread)
            #expect(try await Fixtures.unfinishedTurn(running.turnID, in: store).question.place == Fixtures.timeline)

            try await store.move(running.turnID, to: Fixtures.attic)
            let moved = try await Fixtures.unfinishedTurn(running.turnID, in: store)
            #expect(moved.question.place == newTimeline)
            #expect(moved.state == .running)
            #expect(try await store.turn(concerning: "$1") == moved)
            #expect(try await store.turn(concerning: "$3")?.question.place == newThread)
        },
        Case("leaves a reply that is taken back where it was given") { store in
            let turn = try await Fixtures.beginTurn("$1", in: store)
            _ = try await store.admit(Admission(nextBatch: "s1", items: [Fixtures.item("$2"), Fixtures.item("$3")]))
            var open = try await Fixtures.openItem(of: store)
            let change = TurnChange.redact(turnID: turn.turnID, source: "$1")
            try await store.settle(Settlement(sequence: open.sequence, change: change))
            open = try await Fixtures.openItem(of: store)
            try await store.settle(Settlement(sequence: open.sequence, move: RoomMove(successor: Fixtures.attic)))
            #expect(try await store.turn(turn.turnID)?.isWithdrawn == true)
            #expect(try await store.turn(turn.turnID)?.question.place == Fixtures.timeline)
        },
        Case("tells which unfinished turns have moved, and when") { store in
            let stays = try await Fixtures.beginTurn("$1", in: store)
            let moved = try await Fixtures.beginTurn("$2", in: store)
            let done = try await Fixtures.beginTurn("$3", in: store)
            for turn in [moved, done] { try await store.move(turn.turnID, to: Fixtures.attic) }
            try await store.finish(done.turnID, revision: 0)
            #expect(try await store.turnsMoved(before: .max).map(\.turnID) == [moved.turnID])
            #expect(try await store.turnsMoved(before: 0).isEmpty)
            _ = try await store.admit(Admission(nextBatch: "s1", items: [Fixtures.item("$4")]))
            let open = try await Fixtures.openItem(of: store)
            try await store.settle(Settlement(sequence: open.sequence, move: RoomMove(successor: Fixtures.attic)))
            #expect(try await store.turnsMoved(before: .max).map(\.turnID) == [stays.turnID, moved.turnID])
        },
        Case("leaves what a room has already at the same place") { store in
            let newTimeline = ThreadPlace(roomID: Fixtures.attic, root: nil)
            _ = try await store.currentThread(in: Fixtures.timeline)
            let there = try await store.currentThread(in: newTimeline)
            _ = try await store.admit(Admission(nextBatch: "s1", items: [Fixtures.item("$1")]))
            let open = try await Fixtures.openItem(of: store)
            try await store.settle(Settlement(sequence: open.sequence, move: RoomMove(successor: Fixtures.attic)))
            #expect(try await store.currentThread(in: newTimeline) == there)
        },
    ]
}
