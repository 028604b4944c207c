import Bridge
import MatrixAPI
import PlatformSDK
import Testing

extension BridgeStoreConformance {
    static let conversations: [Case] = [
        Case("lists the conversations of a place, oldest first, with titles and archived ones") { store in
            let elsewhere = try await store.currentThread(in: ThreadPlace(roomID: Fixtures.lobby, root: "$root"))
            let first = try await store.currentThread(in: Fixtures.timeline)
            try await settle("$1", newThread: "thr-second", in: store)
            try await settle("$2", .rename(threadID: "thr-second", title: "A \0 title"), in: store)
            try await settle("$3", .archive(threadID: first.threadID), newThread: "thr-third", in: store)
            let listed = try await store.conversations(at: Fixtures.timeline)
            #expect(Set(listed.map(\.threadID)) == [first.threadID, "thr-second", "thr-third"])
            #expect(listed.map(\.startedAt) == listed.map(\.startedAt).sorted())
            #expect(listed.first { $0.threadID == "thr-second" }?.title == "A \0 title")
            #expect(listed.filter(\.isArchived).map(\.threadID) == [first.threadID])
            #expect(try await store.conversations(at: elsewhere.place) == [elsewhere])
            #expect(try await store.currentThread(in: Fixtures.timeline).threadID == "thr-third")
        },
        Case("keeps the model of a thread, and lets a new one begin with a model") { store in
            let first = try await store.currentThread(in: Fixtures.timeline)
            #expect(first.model == nil)
            try await settle("$1", .setModel(threadID: first.threadID, model: "large \0"), in: store)
            #expect(try await store.currentThread(in: Fixtures.timeline).model == "large \0")
            #expect(try await store.thread(first.threadID)?.model == "large \0")
            #expect(try await store.thread("thr-none") == nil)
            // The model is the thread's, also where it is gone on with at another place.
            let other = ThreadPlace(roomID: Fixtures.attic, root: nil)
            try await settle("$2", .resume(threadID: first.threadID, place: other), at: other, in: store)
            #expect(try await store.currentThread(in: other).model == "large \0")
            #expect(try await store.thread(first.threadID)?.place == Fixtures.timeline)
            try await settle("$3", .setModel(threadID: first.threadID, model: nil), in: store)
            #expect(try await store.thread(first.threadID)?.model == nil)
            try await settle("$4", newThread: "thr-new", model: "small", in: store)
            #expect(try await store.currentThread(in: Fixtures.timeline).model == "small")
        },
        Case("keeps what people save under their own names, oldest first") { store in
            let thread = try await store.currentThread(in: Fixtures.timeline)
            func save(_ name: String, of user: UserID, at savedAt: Int64) -> SavedConversation {
                SavedConversation(userID: user, name: name, threadID: thread.threadID, savedAt: savedAt)
            }
            let saves = [
                save("b", of: Fixtures.alice, at: 2), save("a", of: Fixtures.alice, at: 3),
                save("b", of: "@bob:example.org", at: 1),
            ]
            for (index, save) in saves.enumerated() { try await settle("$s\(index)", .save(save), in: store) }
            #expect(try await store.savedConversations(of: Fixtures.alice) == [saves[0], saves[1]])
            let again = save("b", of: Fixtures.alice, at: 9)
            try await settle("$4", .save(again), in: store)
            #expect(try await store.savedConversations(of: Fixtures.alice) == [saves[1], again])
            try await settle("$5", .removeSave(userID: Fixtures.alice, name: "b"), in: store)
            #expect(try await store.savedConversations(of: Fixtures.alice) == [saves[1]])
            #expect(try await store.savedConversations(of: "@bob:example.org") == [saves[2]])
            #expect(try await store.savedConversations(of: "@eve:example.org").isEmpty)
        },
        Case("keeps what threads and saves go on from, and knows the last answered turn of a thread") { store in
            let passages = [
                ThreadPassage(threadID: "thr-0", turnID: "turn-\0"), ThreadPassage(threadID: "thr-1", turnID: "turn-1"),
            ]
            let first = try await store.currentThread(in: Fixtures.timeline)
            #expect(first.passages.isEmpty)
            let save = SavedConversation(
                userID: Fixtures.alice, name: "a", threadID: first.threadID, savedAt: 1, passages: passages)
            try await settle("$1", .save(save), in: store)
            #expect(try await store.savedConversations(of: Fixtures.alice) == [save])
            _ = try await store.admit(Admission(nextBatch: "s", items: [Fixtures.item("$2")]))
            let item = try await Fixtures.openItem(of: store)
            let new = NewThread(threadID: "thr-second", place: Fixtures.timeline, passages: passages)
            try await store.settle(Settlement(sequence: item.sequence, newThread: new))
            let second = try await store.currentThread(in: Fixtures.timeline)
            #expect(second.threadID == "thr-second" && second.passages == passages)
            #expect(try await store.thread("thr-second") == second)
            #expect(try await store.thread(first.threadID)?.passages == [])
            #expect(try await store.thread("thr-none") == nil)

            #expect(try await store.lastAnsweredTurnID(of: "thr-second") == nil)
            for (event, ending) in [
                ("$3", Answer.Ending.complete), ("$4", .stopped), ("$5", .failed),
            ] as [(EventID, Answer.Ending)] {
                let turn = try await Fixtures.beginTurn(event, in: store)
                _ = try await store.beginRun(of: turn.turnID, runID: "run-\(event)")
                #expect(try await store.lastAnsweredTurnID(of: "thr-second") != turn.turnID)
                try await store.storeAnswer(Answer(ending: ending, text: "x"), of: turn.turnID, revision: 0)
                let last = try await store.lastAnsweredTurnID(of: "thr-second")
                #expect((last == turn.turnID) == (ending != .failed))
                try await store.finish(turn.turnID, revision: 0)
                #expect(try await store.lastAnsweredTurnID(of: "thr-second") == last)
            }
            #expect(try await store.lastAnsweredTurnID(of: first.threadID) == nil)
        },
        Case("resumes a thread of the same place, which is listed again") { store in
            let first = try await store.currentThread(in: Fixtures.timeline)
            try await settle("$1", .archive(threadID: first.threadID), newThread: "thr-second", in: store)
            try await settle("$2", .resume(threadID: first.threadID, place: Fixtures.timeline), in: store)
            #expect(try await store.currentThread(in: Fixtures.timeline) == first)
            #expect(try await store.conversations(at: Fixtures.timeline).filter(\.isArchived).isEmpty)
            try await settle("$3", .resume(threadID: "thr-second", place: Fixtures.timeline), in: store)
            #expect(try await store.currentThread(in: Fixtures.timeline).threadID == "thr-second")
        },
        Case("resumes a thread of another place, which keeps it, until a new one begins") { store in
            let first = try await store.currentThread(in: Fixtures.timeline)
            for root in [nil, "$root"] as [EventID?] {
                let place = ThreadPlace(roomID: Fixtures.attic, root: root)
                let own = try await store.currentThread(in: place)
                let name = root?.rawValue ?? "none"
                try await settle("$resume\(name)", .resume(threadID: first.threadID, place: place), in: store)
                var expected = first
                expected.place = place
                #expect(try await store.currentThread(in: place) == expected)
                #expect(try await store.currentThread(in: Fixtures.timeline) == first)
                #expect(try await store.conversations(at: place) == [own])
                // A thread of the place itself takes its place back.
                try await settle("$back\(name)", .resume(threadID: own.threadID, place: place), in: store)
                #expect(try await store.currentThread(in: place) == own)
                try await settle("$again\(name)", .resume(threadID: first.threadID, place: place), in: store)
                try await settle("$new\(name)", newThread: "thr-new-\(name)", at: place, in: store)
                #expect(try await store.currentThread(in: place).threadID == "thr-new-\(name)")
            }
        },
        Case("refuses changes of a thread that is not there, and changes nothing") { store in
            let before = try await store.currentThread(in: Fixtures.timeline)
            let save = SavedConversation(userID: Fixtures.alice, name: "a", threadID: "thr-none", savedAt: 1)
            for (index, change) in [
                ConversationChange.rename(threadID: "thr-none", title: "x"), .archive(threadID: "thr-none"),
                .setModel(threadID: "thr-none", model: "x"),
                .resume(threadID: "thr-none", place: Fixtures.timeline), .save(save),
            ].enumerated() {
                await #expect(throws: (any Error).self) { try await settle("$\(index)", change, in: store) }
                let open = try await Fixtures.openItem(of: store)
                try await store.settle(Settlement(sequence: open.sequence))
            }
            #expect(try await store.currentThread(in: Fixtures.timeline) == before)
            #expect(try await store.savedConversations(of: Fixtures.alice).isEmpty)
        },
        Case("keeps the options of a question") { store in
            let question = Confirmation(
                userID: Fixtures.alice, place: Fixtures.timeline, command: "load", askedAt: 5,
                options: ["a", "b \0 c", "\u{1F600}"])
            _ = try await store.admit(Admission(nextBatch: "s", items: [Fixtures.item("$1")]))
            let open = try await Fixtures.openItem(of: store)
            try await store.settle(Settlement(sequence: open.sequence, confirmation: .ask(question)))
            #expect(try await store.openConfirmation(of: Fixtures.alice, at: Fixtures.timeline) == question)
        },
    ]

    /// Settles a message with a change of conversations.
    private static func settle(
        _ eventID: String,
        _ change: ConversationChange? = nil,
        newThread: String? = nil,
        model: String? = nil,
        at place: ThreadPlace = Fixtures.timeline,
        in store: any BridgeStore
    ) async throws {
        _ = try await store.admit(
            Admission(nextBatch: "s-\(eventID)", items: [Fixtures.item(EventID(eventID), in: place.roomID)]))
        let open = try await Fixtures.openItem(of: store, in: place.roomID)
        try await store.settle(
            Settlement(
                sequence: open.sequence,
                newThread: newThread.map { NewThread(threadID: $0, place: place, model: model) },
                conversation: change
            ))
    }
}
