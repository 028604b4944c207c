package import Bridge
import MatrixAPI
import Testing

/// What every `BridgeStore` does, as cases over an empty one.
package enum BridgeStoreConformance {
    /// A behaviour of a store.
    package typealias Case = StoreCase<any BridgeStore>
    typealias Fixtures = BridgeStoreFixtures

    /// All cases.
    package static let cases: [Case] =
        inbox + settling + threads + turns + changes + outbox + conversations + moves + offers

    static let inbox: [Case] = [
        Case("is empty at first") { store async throws in
            #expect(try await store.syncToken() == nil)
            #expect(try await store.rooms().isEmpty)
            #expect(try await store.roomsWithOpenItems().isEmpty)
            #expect(try await store.nextOpenItem(in: Fixtures.lobby) == nil)
            #expect(try await store.unfinishedTurns().isEmpty)
            #expect(try await store.pendingNotices(in: Fixtures.lobby).isEmpty)
        },
        Case("stores a response with its token and names the rooms with new items once, in order") { store in
            let items = [
                Fixtures.item("$1", in: Fixtures.attic), Fixtures.item("$2"), Fixtures.item("$3", in: Fixtures.attic),
            ]
            let changed = try await store.admit(Admission(nextBatch: "s1", items: items))
            #expect(changed == [Fixtures.attic, Fixtures.lobby])
            #expect(try await store.syncToken() == "s1")
            #expect(try await store.roomsWithOpenItems() == [Fixtures.attic, Fixtures.lobby])
            let first = try await Fixtures.openItem(of: store, in: Fixtures.attic)
            #expect(first.key == "$1")
            #expect(first.content == items[0].content)
        },
        Case("admits the same response a second time without effect") { store in
            let admission = Admission(nextBatch: "s1", items: [Fixtures.item("$1"), Fixtures.item("$2")])
            _ = try await store.admit(admission)
            let item = try await Fixtures.openItem(of: store)
            try await store.settle(Settlement(sequence: item.sequence))
            #expect(try await store.admit(admission) == [])
            #expect(try await Fixtures.openItem(of: store).key == "$2")
        },
        Case("keeps one of two items with the same key in one response") { store in
            _ = try await store.admit(
                Admission(
                    nextBatch: "s1", items: [Fixtures.item("$1", body: "first"), Fixtures.item("$1", body: "second")]))
            let item = try await Fixtures.openItem(of: store)
            #expect(item.content == Fixtures.item("$1", body: "first").content)
            try await store.settle(Settlement(sequence: item.sequence))
            #expect(try await store.nextOpenItem(in: Fixtures.lobby) == nil)
        },
        Case("names only rooms with new items, and keeps the newer token") { store in
            _ = try await store.admit(Admission(nextBatch: "s1", items: [Fixtures.item("$1")]))
            let items = [Fixtures.item("$1"), Fixtures.item("$2", in: Fixtures.attic)]
            #expect(try await store.admit(Admission(nextBatch: "s2", items: items)) == [Fixtures.attic])
            #expect(try await store.syncToken() == "s2")
        },
        Case("keeps invites") { store in
            let content = InboxContent.invite(from: Fixtures.alice, isEncrypted: true)
            let item = NewInboxItem(key: "invite-1", roomID: Fixtures.lobby, content: content)
            _ = try await store.admit(Admission(nextBatch: "s1", items: [item]))
            #expect(try await Fixtures.openItem(of: store).content == content)
        },
        Case("keeps every text as it came") { store in
            let long = String(repeating: "x\u{1F980}'\"\\;", count: 7_000)
            let texts = ["a\0b", "", "'; DROP TABLE inbox; --", "\u{1F469}\u{200D}\u{1F680}\r\n\u{FEFF}", long]
            for (index, text) in texts.enumerated() {
                let item = Fixtures.item(EventID("$\(index)"), body: text)
                _ = try await store.admit(Admission(nextBatch: text, items: [item]))
                #expect(try await store.syncToken() == text)
                let open = try await Fixtures.openItem(of: store)
                #expect(open.content == item.content)
                let thread = try await store.currentThread(in: Fixtures.timeline)
                var turn = Fixtures.turn(EventID("$\(index)"), threadID: thread.threadID)
                turn.text = text
                try await store.settle(Settlement(sequence: open.sequence, turn: turn))
                let answer = Answer(ending: .complete, text: text, remark: text)
                try await store.storeAnswer(answer, of: turn.turnID)
                let stored = try await Fixtures.unfinishedTurn(turn.turnID, in: store)
                #expect(stored.question == turn)
                #expect(stored.answer == answer)
                let event = Fixtures.outgoing(
                    TransactionID("t\(index)"), turnID: turn.turnID, content: ["body": .string(text), "n": 1.5])
                _ = try await store.enqueue(event)
                #expect(try await store.outgoingEvents(of: turn.turnID).map(\.event) == [event])
            }
        },
        Case("tells keys apart that differ behind a NUL") { store in
            let items = [Fixtures.item("$a\0b"), Fixtures.item("$a\0c"), Fixtures.item("$a")]
            _ = try await store.admit(Admission(nextBatch: "s1", items: items))
            for item in items {
                let open = try await Fixtures.openItem(of: store)
                #expect(open.key == item.key)
                try await store.settle(Settlement(sequence: open.sequence))
            }
            #expect(try await store.admit(Admission(nextBatch: "s2", items: items)) == [])
        },
        Case("keeps rooms as they now are, but encrypted for ever") { store in
            var room = BridgeRoom(
                roomID: Fixtures.lobby, membership: .invited, joinedAt: nil, isMarkedDirect: true, joinedMembers: 1,
                invitedMembers: 1, isEncrypted: true, name: "Lobby \u{1F6AA}")
            _ = try await store.admit(Admission(nextBatch: "s1", rooms: [room]))
            #expect(try await store.rooms() == [room])
            room.membership = .joined
            room.joinedAt = 1_700_000_000_000
            room.name = nil
            room.isMarkedDirect = false
            try await store.update(room)
            #expect(try await store.rooms() == [room])
            var plain = room
            plain.isEncrypted = false
            plain.joinedMembers = 5
            try await store.update(plain)
            _ = try await store.admit(Admission(nextBatch: "s2", rooms: [plain]))
            room.joinedMembers = 5
            #expect(try await store.rooms() == [room])
            #expect(try await store.syncToken() == "s2")
        },
    ]

    static let settling: [Case] = [
        Case("goes through a room's items in the order of admission, apart from other rooms") { store in
            _ = try await store.admit(
                Admission(
                    nextBatch: "s1",
                    items: [Fixtures.item("$1"), Fixtures.item("$2", in: Fixtures.attic), Fixtures.item("$3")]))
            let first = try await Fixtures.openItem(of: store)
            try await store.settle(Settlement(sequence: first.sequence))
            let second = try await Fixtures.openItem(of: store)
            #expect(second.key == "$3")
            #expect(second.sequence > first.sequence)
            try await store.settle(Settlement(sequence: second.sequence))
            #expect(try await store.nextOpenItem(in: Fixtures.lobby) == nil)
            #expect(try await store.roomsWithOpenItems() == [Fixtures.attic])
        },
        Case("stores all that follows from an item") { store in
            _ = try await store.admit(Admission(nextBatch: "s1", items: [Fixtures.item("$1")]))
            let open = try await Fixtures.openItem(of: store)
            let question = Confirmation(userID: Fixtures.alice, place: Fixtures.timeline, command: "reset", askedAt: 5)
            let turn = Fixtures.turn("$1", threadID: "thr-new")
            let reply = Fixtures.outgoing("t1")
            try await store.settle(
                Settlement(
                    sequence: open.sequence, turn: turn, reply: reply,
                    newThread: NewThread(threadID: "thr-new", place: Fixtures.timeline), confirmation: .ask(question)))
            #expect(try await store.currentThread(in: Fixtures.timeline).threadID == "thr-new")
            #expect(try await store.pendingNotices(in: Fixtures.lobby).map(\.event) == [reply])
            #expect(try await store.openConfirmation(of: Fixtures.alice, at: Fixtures.timeline) == question)
            let expected = Turn(turnID: turn.turnID, question: turn, state: .queued)
            #expect(try await store.unfinishedTurns() == [expected])
        },
        Case("settles an item once") { store in
            let turn = try await Fixtures.beginTurn("$1", in: store)
            try await store.finish(turn.turnID)
            try await store.settle(
                Settlement(
                    sequence: 1, turn: Fixtures.turn("$other", threadID: turn.question.threadID),
                    reply: Fixtures.outgoing("t1"), newThread: NewThread(threadID: "thr-x", place: Fixtures.timeline)))
            #expect(try await store.unfinishedTurns().isEmpty)
            #expect(try await store.pendingNotices(in: Fixtures.lobby).isEmpty)
            #expect(try await store.currentThread(in: Fixtures.timeline).threadID == turn.question.threadID)
        },
        Case("stores nothing of a settlement that fails") { store in
            _ = try await store.admit(Admission(nextBatch: "s1", items: [Fixtures.item("$1")]))
            let open = try await Fixtures.openItem(of: store)
            let before = try await store.currentThread(in: Fixtures.timeline)
            await #expect(throws: (any Error).self) {
                try await store.settle(
                    Settlement(
                        sequence: open.sequence, turn: Fixtures.turn("$1", threadID: "thr-unknown"),
                        newThread: NewThread(threadID: "thr-new", place: Fixtures.timeline)))
            }
            #expect(try await store.currentThread(in: Fixtures.timeline) == before)
            #expect(try await Fixtures.openItem(of: store) == open)
            await #expect(throws: (any Error).self) { try await store.settle(Settlement(sequence: 99)) }
        },
        Case("keeps the newest question until it is closed") { store in
            _ = try await store.admit(
                Admission(nextBatch: "s1", items: [Fixtures.item("$1"), Fixtures.item("$2"), Fixtures.item("$3")]))
            for command in ["first", "second"] {
                let question = Confirmation(
                    userID: Fixtures.alice, place: Fixtures.timeline, command: command, askedAt: 1)
                let open = try await Fixtures.openItem(of: store)
                try await store.settle(Settlement(sequence: open.sequence, confirmation: .ask(question)))
                #expect(try await store.openConfirmation(of: Fixtures.alice, at: Fixtures.timeline) == question)
            }
            let elsewhere = [
                ThreadPlace(roomID: Fixtures.attic, root: nil), ThreadPlace(roomID: Fixtures.lobby, root: "$root"),
            ]
            for place in elsewhere { #expect(try await store.openConfirmation(of: Fixtures.alice, at: place) == nil) }
            #expect(try await store.openConfirmation(of: "@bob:example.org", at: Fixtures.timeline) == nil)
            let open = try await Fixtures.openItem(of: store)
            try await store.settle(
                Settlement(
                    sequence: open.sequence, confirmation: .close(userID: Fixtures.alice, place: Fixtures.timeline)))
            #expect(try await store.openConfirmation(of: Fixtures.alice, at: Fixtures.timeline) == nil)
        },
    ]
}
