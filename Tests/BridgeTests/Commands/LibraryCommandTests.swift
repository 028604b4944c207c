import MatrixAPI
import PlatformSDK
import Testing

@testable import Bridge

/// The commands about conversations, each for itself.
struct LibraryCommandTests {
    private let notices = EnglishNotices()

    /// A conversation whose library holds these saves of the person, at rising times.
    private func conversation(saved names: [String] = []) async throws -> CommandConversation {
        let conversation = try await CommandConversation()
        conversation.thread = await conversation.library.currentThread(in: conversation.thread.place)
        for (index, name) in names.enumerated() {
            let save = SavedConversation(
                userID: conversation.sender, name: name, threadID: conversation.thread.threadID,
                savedAt: Int64(index))
            try await settle(.save(save), in: conversation)
        }
        return conversation
    }

    private func settle(
        _ change: ConversationChange? = nil,
        newThread: NewThread? = nil,
        turn: NewTurn? = nil,
        in conversation: CommandConversation
    ) async throws {
        let library = conversation.library
        let key = change.map { "\($0)" } ?? newThread?.threadID ?? turn?.turnID ?? ""
        let event = RoomEvent(
            eventID: EventID("$\(key)"), type: "m.room.message", sender: conversation.sender, originServerTS: 1,
            content: ["body": "x"])
        _ = await library.admit(
            Admission(
                nextBatch: "s",
                items: [NewInboxItem(key: key, roomID: "!room", content: .event(event))]))
        let item = try #require(await library.nextOpenItem(in: "!room"))
        try await library.settle(
            Settlement(sequence: item.sequence, turn: turn, newThread: newThread, conversation: change))
    }

    @Test(
        "a name that is saved under",
        arguments: [
            ("!save recipes", "recipes"), ("!save  My trip to Rome ", "My trip to Rome"), ("!save PLANS", "plans"),
            ("!save", "2026-02-02 02:40:00"), ("!save 7", nil), ("!save -7", nil),
            ("!save " + String(repeating: "a", count: 65), nil),
        ]
    )
    func save(typed: String, expected: String?) async throws {
        let conversation = try await conversation(saved: ["plans"])
        let reply = try await conversation.type(typed)
        guard let expected else {
            #expect(reply == CommandReply(notices.nameUnusable(maximumLength: 64)))
            return
        }
        let save = SavedConversation(
            userID: conversation.sender, name: expected, threadID: conversation.thread.threadID,
            savedAt: conversation.now)
        #expect(reply == CommandReply(notices.saved(expected, prefix: "!"), change: .save(save)))
    }

    @Test("there is an end to saving, but a name can be used again")
    func full() async throws {
        let conversation = try await conversation(saved: (1...40).map { "chat \($0)" })
        #expect(try await conversation.type("!save more").text == notices.savesFull(maximum: 40, prefix: "!"))
        #expect(try await conversation.type("!save chat 7").change != nil)
    }

    @Test(
        "a saved conversation is picked by its number or its name",
        arguments: [
            ("1", "alpha"), ("2", "Beta"), ("beta", "Beta"), ("Beta", "Beta"), ("ALPHA", "alpha"), ("0", nil),
            ("3", nil), ("-1", nil), ("99999999999999999999", nil), ("gamma", nil),
        ]
    )
    func pick(typed: String, expected: String?) async throws {
        let conversation = try await conversation(saved: ["alpha", "Beta"])
        let load = try await conversation.type("!load \(typed)")
        let remove = try await conversation.type("!remove \(typed)")
        if let expected {
            let place = conversation.thread.place
            #expect(
                load
                    == CommandReply(
                        notices.loaded(expected),
                        change: .resume(threadID: conversation.thread.threadID, place: place)))
            #expect(remove.change == .removeSave(userID: conversation.sender, name: expected))
        } else {
            #expect(load == CommandReply(notices.noSave(typed, prefix: "!")))
            #expect(remove == load)
        }
    }

    @Test("what was said since a conversation was saved is not loaded with it")
    func loadsWhatWasSaved() async throws {
        let conversation = try await CommandConversation()
        let inherited = ThreadPassage(threadID: "thr-0", turnID: "turn-0")
        conversation.thread.passages = [inherited]
        try await begin(conversation.thread, in: conversation)
        try await answer("$1", in: conversation)
        let saving = try #require(try await conversation.type("!save a").change)
        guard case .save(let save) = saving else {
            Issue.record("\(saving)")
            return
        }
        #expect(save.passages == [inherited, ThreadPassage(threadID: "thr-1", turnID: "turn-$1")])
        try await settle(saving, in: conversation)
        // Nothing was said since: the thread itself goes on.
        let resumed = try await conversation.type("!load a")
        #expect(resumed.change == .resume(threadID: "thr-1", place: conversation.thread.place))
        #expect(resumed.effect == nil && resumed.passages.isEmpty)
        // Now something was: a new thread begins with what was saved.
        try await answer("$2", in: conversation)
        let loaded = try await conversation.type("!load a")
        #expect(loaded == CommandReply(notices.loaded("a"), effect: .startThread, passages: save.passages))
        _ = try await conversation.type("!load")
        let chosen = try await conversation.type("!load 1")
        #expect(chosen.effect == .startThreadAndCloseConfirmation && chosen.passages == save.passages)
    }

    private func begin(_ thread: ConversationThread, in conversation: CommandConversation) async throws {
        let new = NewThread(threadID: thread.threadID, place: thread.place, passages: thread.passages)
        try await settle(newThread: new, in: conversation)
    }

    /// A message is asked and answered in the conversation's thread.
    private func answer(_ event: EventID, in conversation: CommandConversation) async throws {
        let turn = NewTurn(
            sourceEventID: event, place: conversation.thread.place, threadID: conversation.thread.threadID,
            sender: conversation.sender, text: "Question")
        try await settle(turn: turn, in: conversation)
        _ = try await conversation.library.beginRun(of: turn.turnID, runID: "run-\(event)")
        let answer = Answer(ending: .complete, text: "Answer")
        _ = try await conversation.library.storeAnswer(answer, of: turn.turnID, revision: 0)
        try await conversation.library.finish(turn.turnID, revision: 0)
    }

    @Test("load without an argument asks for a number, and remembers what the numbers stand for")
    func loadAsks() async throws {
        let conversation = try await conversation(saved: ["alpha", "beta"])
        let reply = try await conversation.type("!load")
        #expect(reply.effect == .askChoice(["alpha", "beta"]))
        #expect(reply.text.contains("**2**: `beta`") && reply.text.contains("`!cancel`"))
        // Yes is no answer to it, and it stays open.
        #expect(try await conversation.type("!yes") == CommandReply(notices.noSuchChoice(maximum: 2)))
        #expect(
            try await conversation.type("!cancel") == CommandReply(notices.declined, effect: .closeConfirmation))
        #expect(try await conversation.type("!cancel") == CommandReply(notices.nothingToCancel))
        let list = try await conversation.type("!list")
        #expect(list.text.contains("**1**: `alpha`") && list.text.contains("`!cancel`"))
        #expect(list.effect == .askChoice(["alpha", "beta"]))
    }

    @Test("remove without an argument asks for a number too")
    func removeAsks() async throws {
        let conversation = try await conversation(saved: ["alpha", "beta"])
        let reply = try await conversation.type("!remove")
        #expect(reply == CommandReply(reply.text, effect: .askChoice(["alpha", "beta"])))
        #expect(reply.text.contains("**2**: `beta`") && reply.text.contains("`!cancel`"))
        // A removal by name closes the question: its numbers are those of a list that is no more.
        let removed = CommandReply(
            notices.removed("alpha"), effect: .closeConfirmation,
            change: .removeSave(userID: conversation.sender, name: "alpha"))
        #expect(try await conversation.type("!remove alpha") == removed)
    }

    @Test("a list leaves a question for yes or no open, and asks for no number then", arguments: ["!list", "!chats"])
    func listBesideQuestion(typed: String) async throws {
        let conversation = try await conversation(saved: ["alpha"])
        try await conversation.type("!reset")
        let list = try await conversation.type(typed)
        #expect(list.effect == nil)
        #expect(!list.text.contains("`!cancel`"))
        #expect(try await conversation.type("!yes").text == notices.wasReset)
    }

    @Test("who has saved nothing is told so", arguments: ["!load", "!load x", "!list", "!remove", "!remove x"])
    func nothingSaved(typed: String) async throws {
        let conversation = try await conversation()
        #expect(try await conversation.type(typed) == CommandReply(notices.noSaves(prefix: "!")))
    }

    @Test("a title is given, within its length")
    func rename() async throws {
        let conversation = try await conversation()
        let threadID = conversation.thread.threadID
        #expect(
            try await conversation.type("!rename Trip to *Rome*")
                == CommandReply(
                    notices.renamed("Trip to *Rome*"), change: .rename(threadID: threadID, title: "Trip to *Rome*"),
                    roomName: "Trip to *Rome*"))
        #expect(try await conversation.type("!rename two\nlines").roomName == "two lines")
        // A room of several people, or with several conversations beside each other, keeps its name.
        conversation.room.joinedMembers = 3
        #expect(try await conversation.type("!rename x").roomName == nil)
        conversation.room.joinedMembers = 2
        conversation.thread.place.root = "$root"
        #expect(try await conversation.type("!rename x").roomName == nil)
        #expect(try await conversation.type("!rename").text.contains("`!rename <title>`"))
        #expect(try await conversation.type("!rename " + String(repeating: "ä", count: 65)).change == nil)
    }

    @Test("the current conversation is archived by a new one, and a number that is none is refused")
    func archive() async throws {
        let conversation = try await conversation()
        let archived = CommandReply(
            notices.archivedCurrent, effect: .startThread,
            change: .archive(threadID: conversation.thread.threadID))
        #expect(try await conversation.type("!archive") == archived)
        #expect(try await conversation.type("!archive 1") == archived)
        for typed in ["0", "2", "-1", "x", "99999999999999999999"] {
            #expect(
                try await conversation.type("!archive \(typed)")
                    == CommandReply(notices.noConversation(typed, prefix: "!")))
        }
    }

    @Test("a conversation of another place is left, and not taken off that place's list")
    func archiveForeign() async throws {
        let conversation = try await conversation()
        conversation.thread.threadID = "thr-elsewhere"
        #expect(
            try await conversation.type("!archive") == CommandReply(notices.archivedCurrent, effect: .startThread))
        #expect(try await conversation.type("!chats").text.contains("**from elsewhere**"))
    }
}
